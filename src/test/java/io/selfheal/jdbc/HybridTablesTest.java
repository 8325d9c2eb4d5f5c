package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Short statements on hybrid tables leave no row in the query history: nothing follows from that.
 */
class HybridTablesTest extends HealingFixture {

  private static final String INSERT = "INSERT INTO h VALUES (1)";

  @BeforeEach
  void makeTables() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE HYBRID TABLE h (id INT)");
      update(plain, "CREATE TABLE t (id INT)");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ExpiryPoint.class,
      names = {"BEFORE", "WHILE_POLLING", "ANSWER_LOST"})
  void shouldNotTakeAMissingRowForAStatementThatNeverRan(ExpiryPoint point) throws SQLException {
    query("SELECT 1");
    emulator.faults().expire(point, text(INSERT), Expiry.BOTH_TOKENS);
    assertThatThrownBy(() -> update(INSERT))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("hybrid");
    assertThat(emulator.table("H")).hasSize(point == ExpiryPoint.BEFORE ? 0 : 1);
    assertThat(update(INSERT)).isEqualTo(1);
  }

  @Test
  void shouldHealOtherWritesBesideThem() throws SQLException {
    update(INSERT);
    query("SELECT COUNT(*) FROM h");
    var insert = "INSERT INTO t SELECT id FROM h";
    emulator.faults().expireBefore(text(insert));
    assertThat(update(insert)).isEqualTo(1);
    emulator.faults().expireWhilePolling(text(insert));
    assertThat(update(insert)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(2);
  }

  @Test
  void shouldNotRepeatWhereTheKindOfTableCannotBeSeen() throws SQLException {
    query("SELECT 1");
    emulator
        .faults()
        .fail(StatementMatch.matching("IS_HYBRID").always(), 3001, "42501", "not authorized");
    var insert = "INSERT INTO t VALUES (1)";
    emulator.faults().expireBefore(text(insert));
    assertThatThrownBy(() -> update(insert)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(emulator.table("T")).isEmpty();
    emulator.faults().expireWhilePolling(text(insert));
    assertThat(update(insert)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
  }
}
