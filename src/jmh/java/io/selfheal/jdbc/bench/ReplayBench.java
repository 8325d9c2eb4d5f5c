package io.selfheal.jdbc.bench;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What it takes to run a journal again beside running the same texts on a plain connection, by its
 * length.
 */
final class ReplayBench {

  private static final List<Integer> LENGTHS = List.of(10, 100, 1000);
  private static final String CREATE = "CREATE OR REPLACE TEMPORARY TABLE staging (id INT)";
  private static final String CALL = "SELECT COUNT(*) FROM staging";

  private ReplayBench() {}

  /** By verification and length: the median of plain runs in ms, and the rebuild's ratio to it. */
  record Cell(double millis, double ratio) {}

  static Map<String, Map<Integer, Cell>> run(int rounds) throws SQLException {
    Map<String, Map<Integer, Cell>> all = new LinkedHashMap<>();
    try (var emulator = SnowflakeEmulator.start()) {
      for (var verify : List.of("counts", "full")) {
        for (int length : LENGTHS) {
          var cell = measure(emulator, verify, length, Math.max(5, rounds / (length / 10)));
          all.computeIfAbsent(verify, none -> new LinkedHashMap<>()).put(length, cell);
        }
      }
    }
    return all;
  }

  private static Cell measure(SnowflakeEmulator emulator, String verify, int length, int rounds)
      throws SQLException {
    var texts =
        IntStream.range(0, length).mapToObj(i -> "INSERT INTO staging VALUES (" + i + ")").toList();
    var plain = new ArrayList<Long>();
    var rebuilt = new ArrayList<Long>();
    try (var healing =
        DriverManager.getConnection(
            emulator.healingUrl(
                "selfheal.maxHealsPerMinute=0&selfheal.journal.maxStatements=2000&selfheal.verify="
                    + verify))) {
      HealKind.run(healing, List.of(CREATE));
      HealKind.run(healing, texts);
      for (int round = -rounds / 2; round < rounds; round++) {
        long byHand = byHand(emulator, texts);
        emulator.forgetOld();
        long heal = heal(emulator, healing);
        if (round >= 0) {
          plain.add(byHand);
          rebuilt.add(heal);
        }
      }
    }
    double millis = median(plain);
    return new Cell(millis, median(rebuilt) / millis);
  }

  private static long byHand(SnowflakeEmulator emulator, List<String> texts) throws SQLException {
    try (var connection = DriverManager.getConnection(emulator.url())) {
      HealKind.run(connection, List.of(CREATE));
      HealKind.run(connection, texts);
      expire(emulator, connection);
      long start = System.nanoTime();
      try {
        call(connection);
        throw new IllegalStateException("it was to be dead");
      } catch (SQLException dead) {
        try (var fresh = DriverManager.getConnection(emulator.url())) {
          HealKind.run(fresh, List.of(CREATE));
          HealKind.run(fresh, texts);
          call(fresh);
          return System.nanoTime() - start;
        }
      }
    }
  }

  private static long heal(SnowflakeEmulator emulator, Connection healing) throws SQLException {
    expire(emulator, healing);
    long start = System.nanoTime();
    call(healing);
    return System.nanoTime() - start;
  }

  private static void expire(SnowflakeEmulator emulator, Connection connection)
      throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT CURRENT_SESSION()")) {
      rows.next();
      emulator.faults().expireSession(rows.getLong(1));
    }
  }

  private static void call(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(CALL)) {
      rows.next();
    }
  }

  private static double median(List<Long> nanos) {
    return nanos.stream().sorted().toList().get(nanos.size() / 2) / 1e6;
  }

  static String markdown(Map<String, Map<Integer, Cell>> all) {
    List<String> lines = new ArrayList<>();
    lines.add("| the whole heal by the same by hand; its ms | 10 writes | 100 | 1,000 |");
    lines.add("|---|---|---|---|");
    all.forEach(
        (verify, cells) -> {
          var line = new StringBuilder("| selfheal.verify=" + verify);
          cells
              .values()
              .forEach(
                  cell ->
                      line.append(
                          String.format(
                              Locale.ROOT, " | × %.2f (%.1f)", cell.ratio(), cell.millis())));
          lines.add(line + " |");
        });
    return String.join("\n", lines);
  }
}
