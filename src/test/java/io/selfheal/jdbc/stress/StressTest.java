package io.selfheal.jdbc.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.SelfHealingConnection;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many threads on one connection whose sessions die every few milliseconds, while others cancel and
 * close their statements, or the connection: a write of which a client was told is there once, any
 * other once or not at all; one login for each dead session; everybody comes to an end.
 */
class StressTest {

  private static final Logger LOG = LoggerFactory.getLogger(StressTest.class);

  private static final boolean THOROUGH = Boolean.getBoolean("selfheal.thorough");
  private static final long SEED =
      Long.getLong("selfheal.stress.seed", THOROUGH ? System.currentTimeMillis() : 1);
  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("selfheal.stress.seconds", THOROUGH ? 60 : 2));
  private static final Duration ROUND = Duration.ofMillis(1500);
  private static final Duration SLOW = Duration.ofMinutes(1);
  private static final int CLIENTS = 6;

  private enum End {
    QUIET,
    CLOSE,
    ABORT
  }

  private final Ledger all = new Ledger();
  private final Set<Thread> earlier = Leftovers.threadsNow();
  private long heals;
  private int rounds;

  @Test
  void shouldKeepEveryWriteOnce() throws Exception {
    rounds("");
  }

  /** Which each heal rebuilds from all that was told to be in it. */
  @Test
  void shouldKeepASharedTemporaryTable() throws Exception {
    rounds("TEMPORARY ");
  }

  private void rounds(String temporary) throws Exception {
    long deadline = System.nanoTime() + LENGTH.toNanos();
    for (long seed = SEED; System.nanoTime() - deadline < 0; seed++) {
      var end = End.values()[(int) Math.floorMod(seed, (long) End.values().length)];
      try (var emulator = SnowflakeEmulator.start()) {
        round(emulator, seed, end, temporary);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("-Dselfheal.stress.seed=" + seed + ", " + end, e);
      }
      rounds++;
    }
    LOG.info("{}{} rounds from seed {}, {} heals, {}", temporary, rounds, SEED, heals, all);
    assertThat(heals).isGreaterThanOrEqualTo(rounds);
    assertThat(3 * all.done()).as("refusing is not healing").isGreaterThan(all.failed());
  }

  private void round(SnowflakeEmulator emulator, long seed, End end, String temporary)
      throws Exception {
    var random = new SplittableRandom(seed);
    var ledger = new Ledger();
    var connection =
        DriverManager.getConnection(emulator.healingUrl("selfheal.maxHealsPerMinute=0"))
            .unwrap(SelfHealingConnection.class);
    List<Client> clients = new ArrayList<>();
    try (var statement = connection.createStatement()) {
      statement.execute("CREATE " + temporary + "TABLE t (id INT)");
      statement.execute("CREATE " + temporary + "TABLE c (id INT, n INT)");
      for (int row = 0; row < CLIENTS; row++) {
        clients.add(new Client(connection, ledger, random.split(), row));
        statement.execute("INSERT INTO c VALUES (" + row + ", 0)");
      }
    }

    var crew = new Crew();
    for (var client : clients) {
      crew.loop(
          "client",
          () -> {
            if (!connection.isClosed()) {
              client.work();
            }
          });
    }
    var tormentor = new Tormentor(emulator, random.split());
    crew.loop("tormentor", () -> tormentor.storm(ledger, crew::stopped));
    crew.loop("canceller", disturb(clients, random.split(), 40, Statement::cancel));
    crew.loop("closer", disturb(clients, random.split(), 80, Statement::close));
    crew.workFor(
        ROUND,
        () -> connection.generation() > 0 && ledger.done() > Math.max(20, ledger.failed() / 2));
    switch (end) {
      case QUIET -> {}
      case CLOSE -> connection.close();
      case ABORT -> connection.abort(Runnable::run);
    }
    try {
      crew.stop();
    } catch (Throwable e) {
      connection.abort(Runnable::run); // what it leaves is not the next round's
      throw e;
    }

    long generation = connection.generation();
    var statistics = connection.statistics();
    heals += generation;
    all.add(ledger);
    LOG.info("seed {}, {}: {}; {}", seed, end, statistics, ledger);
    if (temporary.isEmpty()) {
      // Nothing has to be rebuilt that could fail and need another; close may leave one behind.
      assertThat((long) emulator.loginAttempts())
          .as("%s, generation %s", statistics, generation)
          .isBetween(1 + generation, 1 + generation + (end == End.QUIET ? 0 : 1));
      check(ledger, clients, emulator.table("T"), emulator.table("C"));
    } else if (end == End.QUIET) {
      check(ledger, clients, rows(connection, "t"), rows(connection, "c"));
    }
    connection.close();
    Awaitility.await()
        .atMost(SLOW)
        .untilAsserted(() -> assertThat(emulator.openSessions()).isZero());
    Awaitility.await()
        .atMost(SLOW)
        .untilAsserted(() -> assertThat(Leftovers.driversSince(earlier)).isEmpty());
  }

  private interface Disturbance {
    void of(Statement statement) throws SQLException;
  }

  private static Crew.Work disturb(
      List<Client> clients, SplittableRandom random, int everyMillis, Disturbance disturbance) {
    return () -> {
      Thread.sleep(1 + random.nextInt(2 * everyMillis));
      var statement = clients.get(random.nextInt(clients.size())).statement();
      if (statement != null) {
        try {
          disturbance.of(statement);
        } catch (SQLException closedOrDead) {
          // Both are its right; that it came back is what counts.
        }
      }
    };
  }

  private static void check(
      Ledger ledger, List<Client> clients, List<List<String>> numbers, List<List<String>> counts) {
    assertThat(
            ledger.contradictions(numbers.stream().map(row -> Long.valueOf(row.get(0))).toList()))
        .isEmpty();
    for (var row : counts) {
      clients.get(Integer.parseInt(row.get(0))).check(Integer.parseInt(row.get(1)));
    }
  }

  private static List<List<String>> rows(Connection connection, String table) throws SQLException {
    List<List<String>> all = new ArrayList<>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT * FROM " + table)) {
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.add(rows.getString(i));
        }
        all.add(row);
      }
    }
    return all;
  }
}
