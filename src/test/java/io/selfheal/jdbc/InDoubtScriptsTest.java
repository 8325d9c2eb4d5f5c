package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts in doubt that run others: procedures, scripts, several statements; and loads of files. */
class InDoubtScriptsTest extends HealingFixture {

  private static final String INSERT = "INSERT INTO t VALUES (1)";
  private static final String CALL = "CALL twice()";

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
      update(
          plain,
          "CREATE PROCEDURE twice() RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN INSERT INTO t VALUES (1);"
              + " INSERT INTO t VALUES (2); RETURN 'done'; END $$");
    }
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldCallAProcedureOnce(ExpiryPoint point) throws SQLException {
    emulator.faults().expire(point, text(CALL), Expiry.BOTH_TOKENS);
    assertThat(query(CALL)).containsExactly("done");
    assertThat(emulator.table("T")).hasSize(2);
    if (point != ExpiryPoint.BEFORE) {
      // Whatever it left in the session is gone, and the next call is told.
      assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(ReplayRefusedException.class);
    }
    assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("2");
    assertThat(ran(CALL)).isEqualTo(1);
  }

  @Test
  void shouldTellOfAProcedureCalledBefore() throws SQLException {
    query(CALL);
    emulator.faults().expireBefore(text(INSERT));
    assertThatThrownBy(() -> update(INSERT))
        .isInstanceOfAny(ReplayRefusedException.class, OutcomeUnknownException.class);
    assertThat(emulator.table("T")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {INSERT + "; SELECT 7", "SELECT 7; " + INSERT, INSERT + "; " + INSERT})
  void shouldNotTakeAChildOfAnEarlierTextForTheOneInDoubt(String several) throws Exception {
    try (var statement = connection.createStatement()) {
      parameter(statement, "MULTI_STATEMENT_COUNT", 2);
      statement.execute(several);
    }
    int before = emulator.table("T").size();
    emulator.faults().expireBefore(text(INSERT));
    int more = 0;
    try {
      more = update(INSERT);
    } catch (OutcomeUnknownException notTold) {
      assertThat(several).endsWith(INSERT);
    }
    assertThat(emulator.table("T")).hasSize(before + more);
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldRunSeveralStatementsOnce(ExpiryPoint point) throws Exception {
    var several = INSERT + "; INSERT INTO t VALUES (2)";
    try (var statement = connection.createStatement()) {
      parameter(statement, "MULTI_STATEMENT_COUNT", 2);
      emulator.faults().expire(point, text(several), Expiry.BOTH_TOKENS);
      try {
        statement.execute(several);
      } catch (OutcomeUnknownException notTold) {
        assertThat(point.isInDoubt()).isTrue();
      }
    }
    assertThat(emulator.table("T")).containsExactlyInAnyOrder(List.of("1"), List.of("2"));
  }

  private static void parameter(Statement statement, String name, Object value) throws Exception {
    var packages = List.of("net.snowflake.client.api.statement.", "net.snowflake.client.jdbc.");
    for (var one : packages) {
      try {
        var vendor = Class.forName(one + "SnowflakeStatement");
        vendor
            .getMethod("setParameter", String.class, Object.class)
            .invoke(statement.unwrap(vendor), name, value);
        return;
      } catch (ClassNotFoundException otherLine) {
        continue;
      }
    }
    throw new AssertionError("no SnowflakeStatement");
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldLoadAndUnloadFilesOnce(ExpiryPoint point) throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE STAGE files");
      update(plain, "CREATE TABLE source AS SELECT 5 AS id UNION ALL SELECT 6");
    }
    var unload = "COPY INTO @files/out FROM source";
    emulator.faults().expire(point, text(unload), Expiry.BOTH_TOKENS);
    try (var statement = connection.createStatement()) {
      statement.execute(unload);
    }
    assertThat(ran(unload)).isEqualTo(1);
    var load = "COPY INTO t FROM @files/out";
    emulator.faults().expire(point, text(load), Expiry.SESSION_GONE);
    assertThat(update(load)).isEqualTo(2);
    assertThat(ran(load)).isEqualTo(1);
    assertThat(query("SELECT id FROM t ORDER BY id")).containsExactly("5", "6");
  }

  @Test
  void shouldGiveTheIdOfTheQueryThatRan() throws Exception {
    emulator.faults().expireWhilePolling(text(INSERT));
    try (var statement = connection.createStatement()) {
      statement.executeUpdate(INSERT);
      var ran =
          emulator.log().stream().filter(one -> one.sql().equals(INSERT)).findFirst().orElseThrow();
      var id = statement.unwrap(vendor()).getClass().getMethod("getQueryID");
      assertThat(id.invoke(statement.unwrap(vendor()))).isEqualTo(ran.queryId());
    }
  }

  private static Class<?> vendor() throws ClassNotFoundException {
    try {
      return Class.forName("net.snowflake.client.api.statement.SnowflakeStatement");
    } catch (ClassNotFoundException otherLine) {
      return Class.forName("net.snowflake.client.jdbc.SnowflakeStatement");
    }
  }
}
