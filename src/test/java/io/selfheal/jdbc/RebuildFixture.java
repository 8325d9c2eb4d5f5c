package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Expiry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests of what a heal rebuilds or refuses to. Behind the temporary table {@code staging} stands a
 * permanent one, which must never be read for it, nor touched.
 */
abstract class RebuildFixture extends HealingFixture {

  private static final List<List<String>> PERMANENT = List.of(List.of("99", "999"));

  /** Another session, which does not expire. */
  Connection other;

  @BeforeEach
  void makeTables() throws SQLException {
    other = DriverManager.getConnection(emulator.url());
    update(other, "CREATE TABLE staging AS SELECT 99 AS id, 999 AS n");
    update(other, "CREATE TABLE source AS SELECT 1 AS id, 10 AS n UNION ALL SELECT 2, 20");
    update(other, "CREATE TABLE target (id INT, n INT)");
    // So that the newest session is the one to expire.
    reconnect("selfheal.healTimeoutSeconds=60");
  }

  @AfterEach
  void shouldNeverTouchThePermanentTable() throws SQLException {
    assertThat(emulator.table("STAGING")).isEqualTo(PERMANENT);
    other.close();
  }

  void expire() {
    JobRuns.expireNewest(emulator, Expiry.BOTH_TOKENS);
  }

  List<String> staging() throws SQLException {
    return query("SELECT id || ':' || n FROM staging ORDER BY 1");
  }

  /** The typed refusal that the call ends in; it leaves the connection usable. */
  <T extends SQLException> T refused(Class<T> type, ThrowingCallable call) throws SQLException {
    var thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(type);
    var refusal = type.cast(thrown);
    assertThat(refusal.getErrorCode()).isNotEqualTo(390114);
    assertThat(connection.isValid(1)).isTrue();
    assertThat(query("SELECT 1")).containsExactly("1");
    return refusal;
  }

  ReplayRefusedException refused(ThrowingCallable call) throws SQLException {
    var refusal = refused(ReplayRefusedException.class, call);
    assertThat(refusal.getSQLState()).isEqualTo("55000");
    return refusal;
  }

  /** The name of the temporary table is refused until it is made anew; all else works. */
  void stagingIsLost() throws SQLException {
    for (int i = 0; i < 2; i++) {
      refused(this::staging);
      refused(() -> update("INSERT INTO staging VALUES (5, 50)"));
      refused(() -> update("INSERT INTO target SELECT id, n FROM staging"));
    }
    assertThat(emulator.table("TARGET")).isEmpty();
    assertThat(update("INSERT INTO target VALUES (1, 1)")).isEqualTo(1);
    update("CREATE OR REPLACE TEMPORARY TABLE staging (id INT, n INT)");
    assertThat(update("INSERT INTO staging VALUES (6, 60)")).isEqualTo(1);
    assertThat(staging()).containsExactly("6:60");
  }
}
