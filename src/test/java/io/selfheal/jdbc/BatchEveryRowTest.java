package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import io.selfheal.jdbc.testkit.StatementMatch;
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
class BatchEveryRowTest {

  private static final int ROWS = 5;
  private static final int NONE = 0;
  private static final boolean THOROUGH = Boolean.getBoolean("selfheal.thorough");

  /** A row is changed twice as much by a command that runs twice. */
  private static final String UPDATE = "UPDATE work SET n = n + 100 / ? WHERE id <= ?";

  enum Target {
    PERMANENT,
    TEMPORARY,
    /** Something has been done in it. */
    TRANSACTION,
    /** The batch is the first that is done in it. */
    NEW_TRANSACTION;

    void prepare(Connection connection) throws SQLException {
      if (this == TEMPORARY) {
        HealingFixture.update(connection, "CREATE TEMPORARY TABLE work (id INT, n INT)");
        HealingFixture.update(connection, "INSERT INTO work SELECT id, n FROM begin");
      } else if (this != PERMANENT) {
        connection.setAutoCommit(false);
        if (this == TRANSACTION) {
          HealingFixture.update(connection, "INSERT INTO begin VALUES (9, 9)");
        }
      }
    }
  }

  enum Form {
    TEXT {
      @Override
      long[] run(Connection connection, List<Integer> divisors) throws SQLException {
        try (var statement = connection.createStatement()) {
          for (int i = 0; i < ROWS; i++) {
            var text = UPDATE.replaceFirst("\\?", "" + divisors.get(i));
            statement.addBatch(text.replace("?", "" + (i + 1)));
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
            statement.setInt(2, i + 1);
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

  static Stream<Arguments> batches() {
    return Stream.of(Form.values())
        .flatMap(form -> Stream.of(Target.values()).flatMap(target -> batches(form, target)));
  }

  private static Stream<Arguments> batches(Form form, Target target) {
    var failing =
        THOROUGH
            ? IntStream.rangeClosed(NONE, ROWS)
            : form == Form.PREPARED && target == Target.PERMANENT
                ? IntStream.of(NONE, 2, 4)
                : IntStream.of(2);
    return failing.mapToObj(row -> Arguments.of(form, target, row));
  }

  private static List<ExpiryPoint> points(Form form) {
    return THOROUGH
        ? List.of(ExpiryPoint.values())
        : form == Form.PREPARED
            ? List.of(ExpiryPoint.BEFORE, ExpiryPoint.AFTER, ExpiryPoint.WHILE_POLLING)
            : List.of(ExpiryPoint.BEFORE, ExpiryPoint.ANSWER_LOST);
  }

  @ParameterizedTest(name = "{0}, {1}, row {2} fails by itself")
  @MethodSource("batches")
  void shouldComeToTheSameWhereverTheSessionEnds(Form form, Target target, int failing)
      throws SQLException {
    var undisturbed = run(emulator.url(), form, target, failing);
    assertThat(undisturbed).startsWith(failing == NONE ? "[1, 2, 3, 4, 5]" : "error 100051");
    List<String> refused = new ArrayList<>();
    List<String> allowed = new ArrayList<>();
    for (var point : points(form)) {
      for (int at = 1; at <= ROWS; at++) {
        var update = StatementMatch.where(sql -> sql.startsWith("UPDATE work")).nth(at);
        emulator.faults().expire(point, update, Expiry.BOTH_TOKENS);

        var healed = run(emulator.healingUrl(), form, target, failing);

        assertThat(emulator.faults().allStruck()).isTrue();
        if (mayBeUnknown(form, target, failing, point, at)) {
          allowed.add(point + " " + at);
        }
        if (healed.startsWith("unknown")) {
          refused.add(point + " " + at);
        } else {
          assertThat(healed).as("%s at row %d", point, at).isEqualTo(undisturbed);
        }
      }
    }
    assertThat(refused).isEqualTo(allowed);
  }

  /**
   * A row that ran after one that failed by itself, with others behind it that met the session
   * dead: the physical driver tells of the first error alone, so nobody knows which of those ran.
   */
  private static boolean mayBeUnknown(
      Form form, Target target, int failing, ExpiryPoint point, int at) {
    return form == Form.PREPARED
        && target == Target.PERMANENT
        && failing != NONE
        && point.isInDoubt()
        && at > failing
        && at < ROWS;
  }

  /** What the application sees, and what the tables hold after it. */
  private static String run(String url, Form form, Target target, int failing) throws SQLException {
    try (var setUp = DriverManager.getConnection(emulator.url())) {
      HealingFixture.update(setUp, "CREATE OR REPLACE TABLE work (id INT, n INT)");
      HealingFixture.update(setUp, "CREATE OR REPLACE TABLE begin (id INT, n INT)");
      var rows = "INSERT INTO begin VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)";
      HealingFixture.update(setUp, rows);
      HealingFixture.update(setUp, "INSERT INTO work SELECT id, n FROM begin");
    }
    List<Integer> divisors = new ArrayList<>(List.of(1, 2, 4, 5, 10));
    if (failing != NONE) {
      divisors.set(failing - 1, 0);
    }
    try (var connection = DriverManager.getConnection(url)) {
      target.prepare(connection);
      String seen;
      try {
        seen = Arrays.toString(form.run(connection, divisors));
      } catch (BatchUpdateException e) {
        seen = "error " + e.getErrorCode() + Arrays.toString(e.getLargeUpdateCounts());
      } catch (OutcomeUnknownException e) {
        seen = "unknown";
      }
      seen += HealingFixture.query(connection, "SELECT id || ':' || n FROM work ORDER BY 1");
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
      return seen + emulator.tables();
    }
  }
}
