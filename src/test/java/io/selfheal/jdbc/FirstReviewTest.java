package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static io.selfheal.jdbc.testkit.StatementMatch.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.BatchUpdateException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an adversarial reading of the first version found, each seen to fail before it was mended.
 */
class FirstReviewTest extends HealingFixture {

  @BeforeEach
  void createTable() throws SQLException {
    update("CREATE TABLE t (id INT)");
  }

  @Test
  void shouldNotRunRowsTwiceThatWereAddedBeforeARefusal() throws SQLException {
    taint();
    emulator.faults().loseAnswerAndExpire(where("INSERT INTO t VALUES (7)"::equals));
    assertThat(update("INSERT INTO t VALUES (7)")).isEqualTo(1);

    try (var insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      insert.setInt(1, 1);
      insert.addBatch();
      // What else may be lost is told to the call after the one that could be answered.
      assertThatThrownBy(insert::executeBatch).isInstanceOf(ReplayRefusedException.class);
      insert.setInt(1, 1);
      insert.addBatch();
      assertThat(insert.executeBatch()).containsExactly(1);
    }
    assertThat(query("SELECT id FROM t ORDER BY id")).containsExactly("1", "7");
  }

  @Test
  void shouldKnowTheTransactionOfAScriptThatFailedHalfWay() throws Exception {
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      VendorTypes.call(
          VendorTypes.STATEMENT,
          statement.unwrap(VendorTypes.STATEMENT),
          "setParameter",
          "MULTI_STATEMENT_COUNT",
          2);
      assertThatThrownBy(
              () -> statement.execute("INSERT INTO t VALUES (1); INSERT INTO nosuch VALUES (2)"))
          .isInstanceOf(SQLException.class);
    }
    emulator.faults().expireBefore(where("commit"::equals));

    // What of it ran is not known, so it cannot be run again.
    assertThatThrownBy(connection::commit).isInstanceOf(TransactionLostException.class);
  }

  @Test
  void shouldNotTakeAnotherSchemasTableForTheTempOne() throws SQLException {
    update("INSERT INTO t VALUES (1)");
    update("CREATE SCHEMA other");
    update("CREATE TABLE other.t (id INT)");
    connection.setSchema("PUBLIC");
    update("CREATE TEMP TABLE t (id INT)");
    update("INSERT INTO t VALUES (2)");
    update("DROP TABLE other.t");
    emulator.faults().expireBefore(matching("DELETE FROM t"));

    assertThat(update("DELETE FROM t")).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldFollowATempTableThroughARename() throws SQLException {
    update("INSERT INTO t VALUES (1)");
    update("CREATE TEMP TABLE staging (id INT)");
    update("ALTER TABLE staging RENAME TO t");
    update("INSERT INTO t VALUES (2), (3)");
    emulator.faults().expireBefore(matching("DELETE FROM t"));

    assertThat(update("DELETE FROM t")).isEqualTo(2);
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldNotLetALostNameFallThroughToThePermanentTable() throws SQLException {
    reconnect("selfheal.replay=statement");
    update("INSERT INTO t VALUES (1)");
    update("CREATE TEMP TABLE t (id INT)");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT 42")).containsExactly("42");

    assertThatThrownBy(() -> update("CREATE TEMP TABLE IF NOT EXISTS t (id INT)"))
        .isInstanceOf(ReplayRefusedException.class);
    assertThatThrownBy(() -> update("CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM t"))
        .isInstanceOf(ReplayRefusedException.class);
    assertThatThrownBy(() -> update("TRUNCATE TABLE t")).isInstanceOf(ReplayRefusedException.class);
    assertThat(query("SELECT 42")).containsExactly("42");
    // The temp table is gone, as the DROP asks; it is not sent, and from then on the name means the
    // permanent one.
    assertThatThrownBy(() -> update("DROP TABLE IF EXISTS t"))
        .isInstanceOf(ReplayRefusedException.class)
        .hasMessageContaining("gone already");
    assertThat(query("SELECT id FROM t")).containsExactly("1");
  }

  @Test
  void shouldMeanTheTempTableAgainOnceItIsMadeAgain() throws SQLException {
    reconnect("selfheal.replay=statement");
    update("INSERT INTO t VALUES (1)");
    update("CREATE TEMP TABLE t (id INT)");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT 42")).containsExactly("42");

    update("CREATE OR REPLACE TEMP TABLE t (id INT)");
    assertThat(query("SELECT id FROM t")).isEmpty();
  }

  @Test
  void shouldSayThatACommitByAutocommitHappened() throws SQLException {
    connection.setAutoCommit(false);
    update("INSERT INTO t VALUES (1)");
    emulator.faults().loseAnswerAndExpire(matching("set autocommit=true"));

    connection.setAutoCommit(true);

    assertThat(connection.getAutoCommit()).isTrue();
    assertThat(query("SELECT id FROM t")).containsExactly("1");
  }

  @Test
  void shouldStandInTheSchemaThatAnAdoptedStatementMade() throws SQLException {
    emulator.faults().loseAnswerAndExpire(where("CREATE SCHEMA s2"::equals));

    update("CREATE SCHEMA s2");

    assertThat(connection.getSchema()).isEqualTo("S2");
    assertThat(query("SELECT CURRENT_SCHEMA()")).containsExactly("S2");
  }

  @Test
  void shouldKnowThatRowsLockedForUpdateAreNotLockedAnyMore() throws SQLException {
    update("INSERT INTO t VALUES (1)");
    connection.setAutoCommit(false);
    assertThat(query("SELECT id FROM t FOR UPDATE")).containsExactly("1");
    emulator.faults().expireBefore(matching("UPDATE t SET"));

    assertThat(update("UPDATE t SET id = 2")).isEqualTo(1);
    // Locked again, before the update.
    assertThat(emulator.runs("FOR UPDATE")).isEqualTo(2);
    connection.commit();
  }

  @Test
  void shouldNotGoOnWithABatchThatIsNotHealed() throws SQLException {
    connection.close();
    connection = DriverManager.getConnection(emulator.healingUrl("selfheal.replay=none"));
    emulator.faults().expireBefore(where("INSERT INTO t VALUES (2)"::equals));
    try (var statement = connection.createStatement()) {
      for (int i = 1; i <= 3; i++) {
        statement.addBatch("INSERT INTO t VALUES (" + i + ")");
      }
      assertThatThrownBy(statement::executeBatch)
          .isInstanceOfSatisfying(
              BatchUpdateException.class,
              e -> {
                assertThat(e.getErrorCode()).isEqualTo(390114);
                assertThat(Arrays.stream(e.getUpdateCounts()).boxed()).containsExactly(1, -3, -3);
              });
    }
    assertThat(query("SELECT id FROM t")).containsExactly("1");
  }
}
