package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Batches of five commands that the physical driver sends one by one, with the session's end at
 * each of them: counts, error and tables are those of the physical driver's own run without an
 * expiry.
 */
class BatchHealingTest {

  private static final int ROWS = 5;
  private static final int NONE = 0;

  /** A row is changed twice as much by a command that runs twice. */
  private static final String UPDATE = "UPDATE work SET n = n + 100 / ? WHERE id <= ?";

  /** Where the batch runs. */
  enum Where {
    PERMANENT {
      @Override
      void prepare(Connection connection) {}
    },
    TEMPORARY {
      @Override
      void prepare(Connection connection) throws SQLException {
        HealingFixture.update(connection, "CREATE TEMPORARY TABLE work (id INT, n INT)");
        HealingFixture.update(connection, "INSERT INTO work SELECT id, n FROM start");
      }
    },
    TRANSACTION {
      @Override
      void prepare(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        HealingFixture.update(connection, "INSERT INTO start VALUES (9, 9)");
      }
    },
    FIRST_OF_TRANSACTION {
      @Override
      void prepare(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
      }
    };

    abstract void prepare(Connection connection) throws SQLException;
  }

  enum Form {
    TEXT {
      @Override
      long[] run(Connection connection, List<Integer> divisors) throws SQLException {
        try (var statement = connection.createStatement()) {
          for (int i = 0; i < ROWS; i++) {
            statement.addBatch(
                "UPDATE work SET n = n + 100 / " + divisors.get(i) + " WHERE id <= " + i);
          }
          return statement.executeLargeBatch();
        }
      }
    },
    PREPARED {
      @Override
      long[] run(Connection connection, List<Integer> divisors) throws SQLException {
        try (var statement = connection.prepareStatement(UPDATE)) {
          for (int i = 0; i < ROWS; i++) {
            statement.setInt(1, divisors.get(i));
            statement.setInt(2, i);
            statement.addBatch();
          }
          return statement.executeLargeBatch();
        }
      }
    };

    abstract long[] run(Connection connection, List<Integer> divisors) throws SQLException;
  }

  private static SnowflakeEmulator emulator;

  @BeforeAll
  static void start() {
    emulator = SnowflakeEmulator.start();
  }

  @AfterAll
  static void stop() {
    emulator.close();
  }

  static Stream<Arguments> everyRow() {
    return Stream.of(Form.values())
        .flatMap(
            form ->
                Stream.of(Where.values())
                    .flatMap(
                        where ->
                            IntStream.of(NONE, 1, 3, ROWS)
                                .mapToObj(failing -> Arguments.of(form, where, failing))));
  }

  @ParameterizedTest(name = "{0} {1}, row {2} fails")
  @MethodSource("everyRow")
  void shouldComeToTheSameWhereverTheSessionEnds(Form form, Where where, int failing)
      throws SQLException {
    var undisturbed = run(emulator.url(), form, where, failing);
    assertThat(undisturbed).contains(failing == NONE ? "counts" : "error").isNotEqualTo("x");
    List<String> refused = new ArrayList<>();
    int cases = 0;
    for (var point : ExpiryPoint.values()) {
      for (int at = 1; at <= ROWS; at++) {
        emulator
            .faults()
            .expire(point, HealingFixtureMatch.starting("UPDATE work").nth(at), Expiry.BOTH_TOKENS);
        var healed = run(emulator.healingUrl(), form, where, failing);
        cases++;
        if (healed.contains("OutcomeUnknownException")) {
          refused.add(point + " " + at);
        } else {
          assertThat(healed).as("%s at row %d", point, at).isEqualTo(undisturbed);
        }
      }
    }
    System.out.println(form + " " + where + " " + failing + ": " + cases + " " + refused);
    System.out.println(undisturbed);
  }

  private static class HealingFixtureMatch {
    static io.selfheal.jdbc.testkit.StatementMatch starting(String text) {
      return io.selfheal.jdbc.testkit.StatementMatch.where(sql -> sql.startsWith(text));
    }
  }

  /** What the application sees, and what the tables hold after it. */
  private static String run(String url, Form form, Where where, int failing) throws SQLException {
    emulator.tables();
    try (var connection = DriverManager.getConnection(emulator.url())) {
      HealingFixture.update(connection, "CREATE OR REPLACE TABLE work (id INT, n INT)");
      HealingFixture.update(connection, "CREATE OR REPLACE TABLE start (id INT, n INT)");
      HealingFixture.update(
          connection, "INSERT INTO start VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)");
      HealingFixture.update(connection, "INSERT INTO work SELECT id, n FROM start");
    }
    List<Integer> divisors = new ArrayList<>(List.of(1, 2, 4, 5, 10));
    if (failing != NONE) {
      divisors.set(failing - 1, 0);
    }
    try (var connection = DriverManager.getConnection(url)) {
      where.prepare(connection);
      String seen;
      try {
        seen = "counts " + Arrays.toString(form.run(connection, divisors));
      } catch (BatchUpdateException e) {
        seen = "error " + e.getErrorCode() + Arrays.toString(e.getLargeUpdateCounts());
      } catch (SQLException e) {
        seen = e.getClass().getSimpleName();
      }
      seen += HealingFixture.query(connection, "SELECT id || ':' || n FROM work ORDER BY 1");
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
      return seen + emulator.tables();
    }
  }
}
