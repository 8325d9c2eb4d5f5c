package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Hold;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Small workloads, run once without a fault and then once for each statement, each point at which
 * its session can expire, and each shape of the expiry: what the application sees and what the
 * tables hold are the same, or the application is told by a typed refusal that is allowed there.
 */
class EveryPointTest {

  private static final List<String> TABLES =
      List.of(
          "CREATE OR REPLACE TABLE a (id INT, n INT)",
          "CREATE OR REPLACE TABLE b (id INT, n INT)",
          "INSERT INTO a VALUES (1, 10), (2, 20)");

  private static final List<String> LOOK =
      List.of("SELECT id || ':' || n FROM a ORDER BY 1", "SELECT id || ':' || n FROM b ORDER BY 1");

  private static final boolean THOROUGH = Boolean.getBoolean("selfheal.thorough");

  /** The points at which all shapes of an expiry are tried; one shape has to do for the others. */
  private static final Set<ExpiryPoint> ALL_SHAPES =
      Set.of(ExpiryPoint.BEFORE, ExpiryPoint.WHILE_POLLING);

  /** What an application does, noting what it sees. */
  private interface Work {
    void on(Connection connection, List<String> seen) throws SQLException;
  }

  enum Flow {
    WRITES(EveryPointTest::writes, Set.of()),
    BATCHES(EveryPointTest::batches, Set.of()),
    QUERIES_AND_DDL(EveryPointTest::queriesAndDdl, Set.of()),
    TRANSACTION(EveryPointTest::transaction, Set.of()),
    TEMP_TABLE(EveryPointTest::tempTable, Set.of()),
    TEXT_TRANSACTION(EveryPointTest::textTransaction, Set.of());

    private final Work work;
    private final Set<Class<?>> refusals;

    Flow(Work work, Set<Class<?>> refusals) {
      this.work = work;
      this.refusals = refusals;
    }
  }

  private static void writes(Connection connection, List<String> seen) throws SQLException {
    try (var statement = connection.createStatement()) {
      seen.add("" + statement.executeUpdate("INSERT INTO b SELECT id, n FROM a"));
      seen.add("" + statement.executeUpdate("UPDATE a SET n = n + 1"));
      seen.add("" + statement.executeUpdate("INSERT INTO b VALUES (3, 30)"));
      // The same text once more: the first one's row must not be taken for this one's.
      seen.add("" + statement.executeUpdate("INSERT INTO b VALUES (3, 30)"));
      seen.add("" + statement.execute("DELETE FROM a WHERE id = 2") + statement.getUpdateCount());
      seen.add(
          ""
              + statement.executeUpdate(
                  "MERGE INTO a USING b ON a.id = b.id AND b.id = 1 WHEN MATCHED THEN UPDATE SET n = a.n + b.n"));
    }
  }

  private static void batches(Connection connection, List<String> seen) throws SQLException {
    try (var prepared = connection.prepareStatement("INSERT INTO b VALUES (?, ?)")) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 4; i++) {
          prepared.setInt(1, i);
          prepared.setInt(2, round);
          prepared.addBatch();
        }
        seen.add(Arrays.toString(prepared.executeBatch()));
      }
    }
    try (var statement = connection.createStatement()) {
      statement.addBatch("UPDATE b SET n = n * 2 WHERE id = 1");
      statement.addBatch("DELETE FROM b WHERE id = 2");
      statement.addBatch("INSERT INTO a SELECT id, n FROM b");
      seen.add(Arrays.toString(statement.executeBatch()));
    }
  }

  private static void queriesAndDdl(Connection connection, List<String> seen) throws SQLException {
    seen.addAll(HealingFixture.query(connection, "SELECT n FROM a ORDER BY n"));
    seen.add("" + HealingFixture.update(connection, "CREATE TABLE c AS SELECT id, n FROM a"));
    connection.setSchema("SIDE");
    seen.addAll(HealingFixture.query(connection, "SELECT CURRENT_SCHEMA()"));
    seen.add("" + HealingFixture.update(connection, "CREATE TABLE here (id INT)"));
    HealingFixture.update(connection, "USE SCHEMA public");
    seen.addAll(HealingFixture.query(connection, "SELECT COUNT(*) FROM c"));
    seen.add("" + HealingFixture.update(connection, "DROP TABLE c"));
    seen.add("" + HealingFixture.update(connection, "DROP TABLE side.here"));
    try (var tables = connection.getMetaData().getTables("DEMO", "PUBLIC", "A", null)) {
      while (tables.next()) {
        seen.add(tables.getString("TABLE_NAME"));
      }
    }
  }

  /** Starts again after 40001, as JDBC asks of an application. */
  private static void transaction(Connection connection, List<String> seen) throws SQLException {
    connection.setAutoCommit(false);
    seen.addAll(HealingFixture.query(connection, "SELECT n FROM a ORDER BY n"));
    HealingFixture.update(connection, "UPDATE a SET n = n - 5 WHERE id = 1");
    HealingFixture.update(connection, "UPDATE a SET n = n + 5 WHERE id = 2");
    HealingFixture.update(connection, "INSERT INTO b VALUES (1, 5)");
    connection.commit();
    connection.setAutoCommit(true);
    seen.addAll(HealingFixture.query(connection, "SELECT SUM(n) FROM a"));
  }

  /** By text, with a temp table that it fills and reads. */
  private static void textTransaction(Connection connection, List<String> seen)
      throws SQLException {
    HealingFixture.update(connection, "CREATE TEMPORARY TABLE staging (id INT, n INT)");
    HealingFixture.update(connection, "BEGIN");
    HealingFixture.update(connection, "INSERT INTO staging VALUES (7, 70)");
    seen.addAll(HealingFixture.query(connection, "SELECT COUNT(*) FROM b"));
    seen.add("" + HealingFixture.update(connection, "INSERT INTO b SELECT id, n FROM staging"));
    HealingFixture.update(connection, "COMMIT");
    HealingFixture.update(connection, "BEGIN");
    HealingFixture.update(connection, "DELETE FROM staging");
    HealingFixture.update(connection, "UPDATE a SET n = 0");
    HealingFixture.update(connection, "ROLLBACK");
    seen.addAll(HealingFixture.query(connection, "SELECT n FROM staging"));
    HealingFixture.update(connection, "DROP TABLE staging");
  }

  private static void tempTable(Connection connection, List<String> seen) throws SQLException {
    HealingFixture.update(connection, "CREATE OR REPLACE TEMPORARY TABLE staging (id INT, n INT)");
    HealingFixture.update(connection, "INSERT INTO staging VALUES (7, 70), (8, 80)");
    seen.addAll(HealingFixture.query(connection, "SELECT n FROM staging ORDER BY n"));
    HealingFixture.update(connection, "INSERT INTO b SELECT id, n FROM staging");
    HealingFixture.update(connection, "DROP TABLE staging");
    seen.addAll(HealingFixture.query(connection, "SELECT COUNT(*) FROM b"));
  }

  private record Result(List<String> seen, List<List<String>> tables, Throwable error) {}

  private static Result run(SnowflakeEmulator emulator, Flow flow, boolean healing)
      throws SQLException {
    List<String> seen = new ArrayList<>();
    Throwable error = null;
    try (var connection =
        DriverManager.getConnection(healing ? emulator.healingUrl() : emulator.url())) {
      for (int attempt = 0; attempt < 2; attempt++) {
        try {
          flow.work.on(connection, seen);
          error = null;
          break;
        } catch (TransactionLostException e) {
          error = e;
          if (e.getCause() instanceof OutcomeUnknownException) {
            break;
          }
          seen.clear();
        } catch (SQLException e) {
          error = e;
          break;
        }
      }
      if (error != null) {
        // Refused or not, the connection is usable.
        usable(connection);
      }
    }
    try (var plain = DriverManager.getConnection(emulator.url())) {
      List<List<String>> tables = new ArrayList<>();
      for (var look : LOOK) {
        tables.add(HealingFixture.query(plain, look));
      }
      return new Result(seen, tables, error);
    }
  }

  private static void usable(Connection connection) throws SQLException {
    try {
      assertThat(HealingFixture.query(connection, "SELECT 1")).containsExactly("1");
    } catch (ReplayRefusedException toldLate) {
      assertThat(HealingFixture.query(connection, "SELECT 1")).containsExactly("1");
    }
  }

  private static void prepare(SnowflakeEmulator emulator) throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      for (var text : TABLES) {
        HealingFixture.update(plain, text);
      }
      for (var text :
          List.of(
              "DROP TABLE IF EXISTS c",
              "DROP TABLE IF EXISTS demo.side.here",
              "CREATE SCHEMA IF NOT EXISTS demo.side")) {
        HealingFixture.update(plain, text);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Flow.class)
  void shouldComeToTheSameEndWhereverTheSessionExpires(Flow flow) throws SQLException {
    int cases = 0;
    int refused = 0;
    try (var emulator = SnowflakeEmulator.start()) {
      prepare(emulator);
      long before = emulator.faults().statements();
      var expected = run(emulator, flow, true);
      assertThat(expected.error()).isNull();
      int statements = (int) (emulator.faults().statements() - before) - LOOK.size();

      for (var point : ExpiryPoint.values()) {
        for (var how : List.of(Expiry.BOTH_TOKENS, Expiry.DIRECT_390114, Expiry.SESSION_GONE)) {
          if (how != Expiry.BOTH_TOKENS && !ALL_SHAPES.contains(point)) {
            continue;
          }
          // The physical driver takes a second to send again after a lost answer.
          int step = point == ExpiryPoint.ANSWER_LOST && !THOROUGH ? 4 : 1;
          for (int n = 1; n <= statements; n += step) {
            var what = flow + " " + n + " " + point + " " + how;
            prepare(emulator);
            arm(emulator, point, StatementMatch.next(n), how);
            var result = run(emulator, flow, true);
            cases++;
            refused += check(flow, result, expected, what);
            emulator.faults().clear();
          }
        }
      }
      LoggerFactory.getLogger(EveryPointTest.class)
          .info("{}: {} cases, {} refused", flow, cases, refused);
    }
    assertThat(refused * 10).as("refusing everything is not healing").isLessThan(cases * 9);
  }

  private static void arm(
      SnowflakeEmulator emulator, ExpiryPoint point, StatementMatch match, Expiry how) {
    if (point == ExpiryPoint.WHILE_RUNNING) {
      emulator.faults().expireWhileRunning(match, Hold.lasting(Duration.ofMillis(30)), how);
    } else {
      emulator.faults().expire(point, match, how);
    }
  }

  /** 1 for a refusal. */
  private static int check(Flow flow, Result result, Result expected, String what) {
    if (result.error() == null) {
      assertThat(result.seen()).as(what).isEqualTo(expected.seen());
      assertThat(result.tables()).as(what).isEqualTo(expected.tables());
      return 0;
    }
    assertThat(flow.refusals).as(what + ": " + result.error()).contains(result.error().getClass());
    // Up to the refusal everything once; the table is filled by a single statement.
    assertThat(result.tables().get(0)).as(what).isEqualTo(expected.tables().get(0));
    assertThat(List.of(List.<String>of(), expected.tables().get(1)))
        .as(what)
        .contains(result.tables().get(1));
    return 1;
  }
}
