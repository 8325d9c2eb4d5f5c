package io.selfheal.jdbc.bench;

import io.selfheal.jdbc.SelfHealing;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import javax.management.ObjectName;

/**
 * How costs grow: with the journal, temp tables, connections, rows of a batch, threads. A plain
 * program, since each measurement is of a state that calls change, where JMH repeats one call; the
 * medians of many such states are taken. In a JVM of its own with the stub's methods not inlined.
 */
public final class Growth {

  private static final String QUERY = "SELECT id, name, amount FROM ledger WHERE id = ?";
  private static final String INSERT = "INSERT INTO staging VALUES (?, ?)";
  private static final int STATES = 300;
  private static final int CALLS = 20;

  private final List<Series> all = new ArrayList<>();

  private Growth() {}

  /** One measurement, in a state of that size. */
  private interface Measurement {
    double at(int size) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    // As in an application: else the bean of JMX would come and go with each connection.
    Class.forName("io.selfheal.jdbc.SelfHealingDriver");
    var growth = new Growth();
    growth.journal();
    growth.tables();
    growth.connections();
    growth.batch();
    growth.threads();
    growth.write(Files.createDirectories(Path.of("target", "bench")));
  }

  /** Runs it in another JVM. */
  static void fork() throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:MarkSweepAlwaysCompactCount=1",
                "-Xmx2g",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=dontinline,io.selfheal.jdbc.bench.Stub$Stub*::*",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                Growth.class.getName())
            .inheritIO()
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("ended with " + process.exitValue());
    }
  }

  private static Connection connect() throws SQLException {
    var settings = new Properties();
    settings.setProperty("selfheal.journal.maxStatements", "1000000");
    return SelfHealing.wrap(Stub.connection(), Stub::connection, settings);
  }

  private Series series(String name, String grows, String unit) {
    var series = new Series(name, grows, unit);
    all.add(series);
    return series;
  }

  /**
   * Medians, of sizes in turn, so that what else goes on in the machine meets all of them.
   *
   * @param warm how many rounds do not count
   */
  private static double[] medians(int warm, int rounds, int[] sizes, Measurement measurement)
      throws Exception {
    var taken = new double[sizes.length][rounds];
    for (int round = -warm; round < rounds; round++) {
      for (int i = 0; i < sizes.length; i++) {
        double one = measurement.at(sizes[i]);
        if (round >= 0) {
          taken[i][round] = one;
        }
      }
    }
    return Arrays.stream(taken).mapToDouble(all -> all[middle(all)]).toArray();
  }

  private static int middle(double[] all) {
    Arrays.sort(all);
    return all.length / 2;
  }

  private static void insert(PreparedStatement statement, int from, int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      statement.setInt(1, from + i);
      statement.setInt(2, i);
      statement.executeUpdate();
    }
  }

  private void journal() throws Exception {
    var series = series("one more journaled INSERT", "statements in the journal", "ns");
    int[] lengths = {1, 10, 100, 1000};
    series.add(lengths, medians(STATES, STATES, lengths, Growth::afterStatements));
  }

  private static double afterStatements(int length) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.executeUpdate("CREATE TEMPORARY TABLE staging (a INT, b INT)");
      try (var insert = connection.prepareStatement(INSERT)) {
        insert(insert, 0, length);
        long start = System.nanoTime();
        insert(insert, length, CALLS);
        return (double) (System.nanoTime() - start) / CALLS;
      }
    }
  }

  private void tables() throws Exception {
    var series = series("one more journaled INSERT", "temp tables there are", "ns");
    int[] tables = {1, 10, 100, 1000};
    series.add(tables, medians(10, STATES / 10, tables, Growth::afterTables));
  }

  private static double afterTables(int tables) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      for (int i = 1; i < tables; i++) {
        statement.executeUpdate("CREATE TEMPORARY TABLE other" + i + " (a INT, b INT)");
      }
      statement.executeUpdate("CREATE TEMPORARY TABLE staging (a INT, b INT)");
      try (var insert = connection.prepareStatement(INSERT)) {
        insert(insert, 0, CALLS);
        long start = System.nanoTime();
        insert(insert, 0, CALLS);
        return (double) (System.nanoTime() - start) / CALLS;
      }
    }
  }

  private void connections() throws Exception {
    int[] counts = {1, 10, 50, 100, 200};
    int[] warm = {100};
    var step = Step.values();
    medians(STATES * 10, 1, warm, count -> connections(count, Step.OPEN));
    for (var each : step) {
      series(each.title, "connections", "ns each")
          .add(counts, medians(10, STATES, counts, count -> connections(count, each)));
    }
    series("memory of a connection", "connections", "bytes each")
        .add(counts, medians(1, 3, counts, Growth::memory));
  }

  /** What is done with connections. */
  private enum Step {
    OPEN("open a connection"),
    CALL("a call on each"),
    CLOSE("close a connection");

    private final String title;

    Step(String title) {
      this.title = title;
    }
  }

  private static double connections(int count, Step step) throws SQLException {
    var open = new Connection[count];
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      open[i] = connect();
    }
    long opened = System.nanoTime();
    for (var connection : open) {
      try (var statement = connection.createStatement()) {
        statement.executeUpdate("UPDATE ledger SET amount = amount + 1 WHERE id = 42");
      }
    }
    long called = System.nanoTime();
    for (var connection : open) {
      connection.close();
    }
    long closed = System.nanoTime();
    long nanos =
        switch (step) {
          case OPEN -> opened - start;
          case CALL -> called - opened;
          case CLOSE -> closed - called;
        };
    return (double) nanos / count;
  }

  /** Over sets of so many, as a few bytes cannot be told from others'. */
  private static double memory(int count) throws Exception {
    List<Connection> open = new ArrayList<>();
    int sets = Math.max(1, 2000 / count);
    long before = live();
    for (int i = 0; i < sets * count; i++) {
      open.add(connect());
    }
    double bytes = (double) (live() - before) / open.size();
    for (var connection : open) {
      connection.close();
    }
    return bytes;
  }

  /** By the JVM's own count, after a collection that leaves nothing behind: see {@link #fork}. */
  private static long live() throws Exception {
    var histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    var total = histogram.strip().split("\\s+");
    return Long.parseLong(total[total.length - 1]);
  }

  private void batch() throws Exception {
    var series = series("addBatch + executeBatch", "rows of a batch", "ns a row");
    int[] small = {1, 10, 100, 1000};
    int[] large = {10_000, 100_000, 1_000_000};
    series.add(small, medians(1000, 1000, small, Growth::batch));
    series.add(large, medians(1, 7, large, Growth::batch));
  }

  private static double batch(int rows) throws SQLException {
    try (var connection = connect();
        var insert = connection.prepareStatement("INSERT INTO ledger VALUES (?, ?)")) {
      long start = System.nanoTime();
      for (int row = 0; row < rows; row++) {
        insert.setInt(1, row);
        insert.setString(2, "text");
        insert.addBatch();
      }
      insert.executeBatch();
      return (double) (System.nanoTime() - start) / rows;
    }
  }

  private void threads() throws Exception {
    int[] counts = {1, 2, 4, 8, 16};
    // Raw and ours in turn, so that both meet the same machine.
    var ratios = medians(1, 9, counts, count -> throughput(count, true) / throughput(count, false));
    series("throughput, ours / raw, to that of one", "threads, a connection each", "ratio")
        .add(counts, Arrays.stream(ratios).map(ratio -> ratio / ratios[0]).toArray());
  }

  /** Calls a nanosecond. */
  private static double throughput(int threads, boolean ours) throws Exception {
    var ready = new CountDownLatch(threads);
    var done = new CountDownLatch(threads);
    var start = new CountDownLatch(1);
    long end = System.nanoTime() + 300_000_000L;
    var calls = new long[threads * 16]; // a cache line each
    for (int i = 0; i < threads; i++) {
      int place = i * 16;
      var connection = ours ? connect() : Stub.connection();
      new Thread(
              () -> {
                ready.countDown();
                try (var query = connection.prepareStatement(QUERY)) {
                  start.await();
                  long count = 0;
                  while (System.nanoTime() < end) {
                    for (int each = 0; each < 1000; each++, count++) {
                      query.setInt(1, each);
                      try (var rows = query.executeQuery()) {
                        rows.next();
                        rows.getInt(1);
                      }
                    }
                  }
                  calls[place] = count;
                } catch (SQLException | InterruptedException e) {
                  throw new IllegalStateException(e);
                } finally {
                  done.countDown();
                }
              })
          .start();
    }
    ready.await();
    long begin = System.nanoTime();
    start.countDown();
    done.await();
    return (double) Arrays.stream(calls).sum() / (System.nanoTime() - begin);
  }

  private void write(Path folder) throws IOException {
    var text =
        Machine.describe()
            + "\n\n| what | at | shape |\n|---|---|---|\n"
            + all.stream().map(Series::markdown).collect(Collectors.joining("\n"))
            + "\n";
    Files.writeString(folder.resolve("growth.md"), text);
    Files.writeString(
        folder.resolve("growth.json"),
        all.stream().map(Series::json).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n")));
    Files.writeString(folder.resolve("growth.svg"), GrowthChart.of(all));
    System.out.println(text);
  }
}
