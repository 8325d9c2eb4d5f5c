package io.selfheal.jdbc.bench;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.math.BigDecimal;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;

/**
 * What a million rows of a prepared batch take: what snowflake-jdbc keeps for them, and what is
 * held beside it to replay them. Heap in use after collection. Ends with a status other than zero
 * if ours is more than 1.2 times theirs.
 */
public final class BatchMemory {

  private static final int ROWS = 1_000_000;
  private static final double LIMIT = 1.2;

  private BatchMemory() {}

  private interface Row {
    void bind(PreparedStatement statement, int row) throws SQLException;
  }

  private record Case(String name, String types, String text, Row row) {}

  private static final List<Case> CASES =
      List.of(
          new Case(
              "int, varchar, timestamp",
              "a INT, b VARCHAR, c TIMESTAMP",
              "text of row ",
              (statement, row) -> {
                statement.setInt(1, row);
                statement.setTimestamp(3, new Timestamp(1_700_000_000_000L + row));
              }),
          new Case(
              "int, varchar, double",
              "a INT, b VARCHAR, c DOUBLE",
              "text of row ",
              (statement, row) -> {
                statement.setInt(1, row);
                statement.setDouble(3, row / 7.0);
              }),
          new Case(
              "decimal, varchar, date",
              "a DECIMAL(38, 2), b VARCHAR, c DATE",
              "text of row ",
              (statement, row) -> {
                statement.setBigDecimal(1, BigDecimal.valueOf(row, 2));
                statement.setDate(3, new Date(1_700_000_000_000L + 86_400_000L * (row % 1000)));
              }),
          new Case(
              "null, varchar, int or null",
              "a VARCHAR, b VARCHAR, c INT",
              "",
              (statement, row) -> {
                statement.setString(1, null);
                if (row % 3 == 0) {
                  statement.setNull(3, java.sql.Types.INTEGER);
                } else {
                  statement.setInt(3, row);
                }
              }));

  public static void main(String[] arguments) throws SQLException {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    double worst = 0;
    System.out.printf(
        "%,d rows, bytes per row; texts are the application's own, shared by all, and counted for nobody%n",
        ROWS);
    System.out.printf(
        "%-28s %8s %8s %13s %15s%n", "columns", "theirs", "ours", "ours / theirs", "both / theirs");
    try (var emulator = SnowflakeEmulator.start()) {
      for (var each : CASES) {
        double theirs = measure(emulator.url(), each);
        double both = measure(emulator.healingUrl(), each);
        double ratio = (both - theirs) / theirs;
        worst = Math.max(worst, ratio);
        System.out.printf(
            "%-28s %8.1f %8.1f %13.2f %15.2f%n",
            each.name(), theirs, both - theirs, ratio, both / theirs);
      }
    }
    System.exit(worst <= LIMIT ? 0 : 1);
  }

  /** Bytes a row. */
  private static double measure(String url, Case each) throws SQLException {
    var texts = new ArrayList<String>(ROWS);
    for (int row = 0; row < ROWS; row++) {
      texts.add(each.text() + row);
    }
    try (var connection = DriverManager.getConnection(url);
        var statement = connection.createStatement()) {
      statement.execute("CREATE OR REPLACE TABLE rows_to_hold (" + each.types() + ")");
      try (var prepared =
          connection.prepareStatement("INSERT INTO rows_to_hold VALUES (?, ?, ?)")) {
        // The first row brings what is made once: classes, the describe request.
        add(prepared, each, texts, 0);
        long before = used();
        for (int row = 1; row < ROWS; row++) {
          add(prepared, each, texts, row);
        }
        double bytes = (double) (used() - before) / ROWS;
        prepared.clearBatch();
        return texts.isEmpty() ? 0 : bytes;
      }
    }
  }

  private static void add(PreparedStatement prepared, Case each, List<String> texts, int row)
      throws SQLException {
    each.row().bind(prepared, row);
    prepared.setString(2, texts.get(row));
    prepared.addBatch();
  }

  private static long used() {
    var runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
