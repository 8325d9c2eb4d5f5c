package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be rebuilt is refused by name, once, and leaves the connection usable. */
class RefusalTest extends HealingFixture {

  private static void isRefusal(ReplayRefusedException e) {
    assertThat(e.getSQLState()).isEqualTo("55000");
    assertThat(e.getErrorCode()).isNotEqualTo(390114);
    assertThat(e.getCause())
        .isInstanceOfSatisfying(
            SQLException.class, cause -> assertThat(cause.getErrorCode()).isEqualTo(390114));
  }

  /** Temp objects are not rebuilt under this setting. */
  @BeforeEach
  void rebuildNothing() throws SQLException {
    reconnect("selfheal.replay=statement");
  }

  @Test
  void shouldRefuseOnceWhatMayNeedWhatIsNotKnown() throws SQLException {
    taint();
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> query("SELECT 1"))
        .isInstanceOfSatisfying(ReplayRefusedException.class, RefusalTest::isRefusal);
    assertThat(connection.isValid(1)).isTrue();
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat(generation()).isEqualTo(1);
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT 2")).containsExactly("2");
  }

  @Test
  void shouldTellOfTheLossAlsoWhenTheOutcomeIsUnknown() throws SQLException {
    reconnect("selfheal.inDoubt=fail&selfheal.replay=statement");
    update("CREATE TABLE t (id INT)");
    taint();
    emulator.faults().expireWhilePolling(text("INSERT INTO t VALUES (1)"));
    assertThatThrownBy(() -> update("INSERT INTO t VALUES (1)"))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(ReplayRefusedException.class);
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  @Test
  void shouldTellOfTheLossAfterAWriteThatIsAnswered() throws SQLException {
    update("CREATE TABLE t (id INT)");
    taint();
    emulator.faults().expireWhilePolling(text("INSERT INTO t VALUES (1)"));
    assertThat(update("INSERT INTO t VALUES (1)")).isEqualTo(1);
    assertThatThrownBy(() -> query("SELECT 1"))
        .isInstanceOfSatisfying(ReplayRefusedException.class, RefusalTest::isRefusal);
    assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("1");
  }

  private void loseStaging() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE OR REPLACE TABLE staging AS SELECT 'permanent' AS a");
    }
    update("CREATE TEMPORARY TABLE staging AS SELECT 'temp' AS a");
    emulator.faults().expireAllSessions();
    // What needs nothing of it is not concerned.
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a FROM staging",
        "SELECT a FROM \"STAGING\"",
        "SELECT a FROM demo.public.staging",
        "INSERT INTO staging VALUES ('x')",
        "DELETE FROM Staging",
        "TRUNCATE TABLE IF EXISTS staging",
        "CREATE TABLE y AS SELECT * FROM staging",
        "CREATE OR REPLACE TEMP TABLE staging AS SELECT a FROM staging",
        "SELECT a FROM IDENTIFIER('staging')",
        "CALL something()"
      })
  void shouldRefuseALostNameUntilItIsMadeAgain(String text) throws SQLException {
    loseStaging();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> update(text)).isInstanceOf(ReplayRefusedException.class);
    }
    assertThat(emulator.log()).noneMatch(one -> one.sql().equals(text));
    assertThat(emulator.table("STAGING")).containsExactly(List.of("permanent"));

    update("CREATE TEMPORARY TABLE staging AS SELECT 'again' AS a");
    assertThat(query("SELECT a FROM staging")).containsExactly("again");
  }

  @Test
  void shouldLetGoOfANameThatNothingElseHas() throws SQLException {
    update("CREATE TEMPORARY TABLE x (id INT)");
    update("CREATE TEMPORARY TABLE y (id INT)");
    emulator.faults().expireAllSessions();
    update("CREATE TEMPORARY TABLE IF NOT EXISTS x (id INT)");
    assertThat(query("SELECT COUNT(*) FROM x")).containsExactly("0");
    update("DROP TABLE IF EXISTS y");
    update("CREATE TABLE y (id INT)");
    assertThat(query("SELECT COUNT(*) FROM y")).containsExactly("0");
  }

  @Test
  void shouldNotSendTheDropOfALostName() throws SQLException {
    loseStaging();
    assertThatThrownBy(() -> update("DROP TABLE IF EXISTS staging"))
        .isInstanceOf(ReplayRefusedException.class);
    assertThat(emulator.table("STAGING")).containsExactly(List.of("permanent"));
    assertThat(query("SELECT a FROM staging")).containsExactly("permanent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"t", "temp", "\"x\"", "create_it"})
  void shouldLetALostNameBeMadeAgainWhateverItIs(String name) throws SQLException {
    var create = "CREATE TEMPORARY TABLE " + name + " (id INT)";
    update(create);
    emulator.faults().expireAllSessions();
    update(create);
    assertThat(update("INSERT INTO " + name + " VALUES (1)")).isEqualTo(1);
  }

  @Test
  void shouldLetALostNameBeMadeAgainByABind() throws SQLException {
    loseStaging();
    try (var prepared =
        connection.prepareStatement("CREATE TEMPORARY TABLE IDENTIFIER(?) (a VARCHAR)")) {
      prepared.setString(1, "staging");
      prepared.executeUpdate();
    }
    assertThat(query("SELECT COUNT(*) FROM staging")).containsExactly("0");
  }

  @Test
  void shouldRefuseALostNameThatIsBound() throws SQLException {
    loseStaging();
    try (var prepared = connection.prepareStatement("SELECT a FROM IDENTIFIER(?)")) {
      prepared.setString(1, "public.staging");
      assertThatThrownBy(prepared::executeQuery).isInstanceOf(ReplayRefusedException.class);
      update("CREATE TABLE another AS SELECT 'other' AS a");
      prepared.setString(1, "another");
      try (var rows = prepared.executeQuery()) {
        assertThat(rows.next()).isTrue();
      }
    }
  }

  @Test
  void shouldRefuseANameThatWasMadeByABind() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE staging AS SELECT 'permanent' AS a");
    }
    try (var prepared =
        connection.prepareStatement("CREATE TEMPORARY TABLE IDENTIFIER(?) (a VARCHAR)")) {
      prepared.setString(1, "staging");
      prepared.executeUpdate();
    }
    emulator.faults().expireBefore(text("INSERT INTO staging VALUES ('x')"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> update("INSERT INTO staging VALUES ('x')"))
          .isInstanceOf(ReplayRefusedException.class);
    }
    assertThat(emulator.table("STAGING")).containsExactly(List.of("permanent"));
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldNotAnswerAWriteToALostTempTable(ExpiryPoint point) throws SQLException {
    update("CREATE TEMPORARY TABLE x (id INT)");
    emulator.faults().expire(point, text("INSERT INTO x VALUES (1)"), Expiry.BOTH_TOKENS);
    if (point == ExpiryPoint.AFTER) {
      assertThat(update("INSERT INTO x VALUES (1)")).isEqualTo(1);
    }
    assertThatThrownBy(() -> update("INSERT INTO x VALUES (1)"))
        .isInstanceOfSatisfying(ReplayRefusedException.class, RefusalTest::isRefusal);
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  @Test
  void shouldForgetATempTableThatWasDropped() throws SQLException {
    update("CREATE TEMPORARY TABLE x (id INT)");
    update("DROP TABLE x");
    update("SET v = 1");
    update("UNSET v");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  @Test
  void shouldGiveTheErrorItselfUnderReplayNone() throws SQLException {
    reconnect("selfheal.replay=none");
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> query("SELECT 1"))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getErrorCode()).isEqualTo(390114);
              assertThat(e.getClass().getName()).startsWith("net.snowflake.");
            });
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat(emulator.logins()).isEqualTo(4);
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldRepeatUnderReplayStatementWhatNeedsNothingElse() throws SQLException {
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT 1")).containsExactly("1");
    update("CREATE TEMPORARY TABLE x (id INT)");
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> update("INSERT INTO x VALUES (1)"))
        .isInstanceOf(ReplayRefusedException.class);
  }

  @Test
  void shouldNotRepeatWhatSaysSo() throws SQLException {
    var text = "SELECT /* selfheal: no-replay */ 1";
    emulator.faults().expireBefore(text(text));
    assertThatThrownBy(() -> query(text)).isInstanceOf(ReplayRefusedException.class);
    assertThat(query(text)).containsExactly("1");
  }

  @Test
  void shouldNotTakeARefusalForAnExpiryWhenWrappedTwice() throws SQLException {
    var inner = connection;
    int[] opened = {0};
    try (var outer =
        SelfHealing.wrap(
            inner,
            () -> {
              opened[0]++;
              return DriverManager.getConnection(emulator.healingUrl());
            },
            new Properties())) {
      update(outer, "CREATE TABLE t (id INT)");
      emulator.faults().expireBefore(text("INSERT INTO t VALUES (1)"));
      assertThat(update(outer, "INSERT INTO t VALUES (1)")).isEqualTo(1);
      taint(inner);
      emulator.faults().expireAllSessions();
      assertThatThrownBy(() -> query(outer, "SELECT 1")).isInstanceOf(ReplayRefusedException.class);
      assertThat(query(outer, "SELECT COUNT(*) FROM t")).containsExactly("1");
    }
    assertThat(opened[0]).isZero();
  }
}
