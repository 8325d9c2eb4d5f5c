package io.selfheal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastQueryIdsTest {

  private static String replaced(String sql) {
    return LastQueryIds.replace(sql, argument -> "id" + argument);
  }

  @Test
  void shouldTellWhichQueriesAreMeant() {
    assertThat(LastQueryIds.asked("SELECT 1")).isEmpty();
    assertThat(LastQueryIds.asked("SELECT last_query_id ( )")).containsExactly(-1);
    assertThat(
            LastQueryIds.asked(
                "SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(-2))) a,"
                    + " TABLE(RESULT_SCAN(LAST_QUERY_ID(1))) b, TABLE(RESULT_SCAN(LAST_QUERY_ID()));"))
        .containsExactly(-2, 1, -1);
    assertThat(LastQueryIds.asked("SELECT last_query_id FROM t")).isEmpty();
    assertThat(
            LastQueryIds.asked(
                "SELECT 'LAST_QUERY_ID(?)', $$ LAST_QUERY_ID(x) $$ -- LAST_QUERY_ID($v)\n"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT LAST_QUERY_ID(?)",
        "SELECT LAST_QUERY_ID($v)",
        "SELECT LAST_QUERY_ID(-1 - 1)",
        "SELECT LAST_QUERY_ID(1.5)",
        "SELECT LAST_QUERY_ID(0)",
        "SELECT LAST_QUERY_ID(-99999999999)",
        "SELECT LAST_QUERY_ID(), LAST_QUERY_ID(a)",
        "SELECT LAST_QUERY_ID(",
        "SELECT \"LAST_QUERY_ID\"()",
        "SELECT s.LAST_QUERY_ID()",
        "SELECT 1; SELECT LAST_QUERY_ID()",
        "SHOW TABLES ->> SELECT LAST_QUERY_ID()",
        "SELECT LAST_QUERY_ID(), 'not closed",
      })
  void shouldSayWhenItCannotTell(String sql) {
    assertThat(LastQueryIds.asked(sql)).isNull();
    assertThatIllegalArgumentException().isThrownBy(() -> replaced(sql));
    assertThat(Shape.of(sql).historyDependent()).isTrue();
  }

  @Test
  void shouldReplaceNothingButTheCalls() {
    assertThat(
            replaced(
                "SELECT 'LAST_QUERY_ID()' /* LAST_QUERY_ID() */ FROM"
                    + " TABLE(RESULT_SCAN(LAST_QUERY_ID( /* x */ -2))), $$LAST_QUERY_ID()$$"))
        .isEqualTo(
            "SELECT 'LAST_QUERY_ID()' /* LAST_QUERY_ID() */ FROM"
                + " TABLE(RESULT_SCAN('id-2')), $$LAST_QUERY_ID()$$");
    assertThat(replaced("SELECT last_query_id()||last_query_id(3) -- x"))
        .isEqualTo("SELECT 'id-1'||'id3' -- x");
    assertThat(replaced("SELECT 1")).isEqualTo("SELECT 1");
  }

  @Test
  void shouldNotMeltIntoLiteralsBeside() {
    assertThat(replaced("SELECT 'a'LAST_QUERY_ID()'b'")).isEqualTo("SELECT 'a' 'id-1' 'b'");
  }
}
