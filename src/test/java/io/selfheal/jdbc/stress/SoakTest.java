package io.selfheal.jdbc.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.SelfHealingConnection;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Eight applications at work for as long as is wanted, whose sessions end every second or so: at
 * the end the books agree with what each was told, and nothing is left over.
 */
class SoakTest {

  private static final Logger LOG = LoggerFactory.getLogger(SoakTest.class);

  private static final boolean THOROUGH = Boolean.getBoolean("selfheal.thorough");
  private static final long SEED =
      Long.getLong("selfheal.soak.seed", THOROUGH ? System.currentTimeMillis() : 1);
  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("selfheal.soak.seconds", THOROUGH ? 1800 : 6));
  private static final Duration CHAPTER = Duration.ofSeconds(20);
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final Duration SLOW = Duration.ofMinutes(1);
  private static final int CLIENTS = 8;
  private static final long OPENING = 1_000_000;

  @TempDir private Path files;
  @TempDir private Path spool;
  private final Set<Thread> earlier = Leftovers.threadsNow();

  @Test
  void shouldKeepTheBooksAndLeaveNothingBehind() throws Exception {
    soak(SEED, WARM_UP);
    var before = Leftovers.take();
    soak(SEED + 1, LENGTH);
    Awaitility.await()
        .atMost(SLOW)
        .untilAsserted(
            () -> assertThat(Leftovers.take()).satisfies(now -> now.isNoMoreThan(before)));
    LOG.info("left over: {} before, {} after", before, Leftovers.take());
    assertThat(spooled()).isEmpty();
  }

  private void soak(long seed, Duration length) throws Exception {
    var random = new SplittableRandom(seed);
    List<SelfHealingConnection> connections = new ArrayList<>();
    List<SoakClient> clients = new ArrayList<>();
    var all = new Ledger();
    try (var emulator = SnowflakeEmulator.start()) {
      makeTables(emulator);
      for (int i = 0; i < CLIENTS; i++) {
        connections.add(connect(emulator));
        clients.add(new SoakClient(connections.get(i), random.split(), i, files));
      }
      var tormentor = new Tormentor(emulator, random.split());
      long end = System.nanoTime() + length.toNanos();
      long left = length.toNanos();
      while (left > 0) {
        var ledger = new Ledger();
        work(emulator, tormentor, clients, ledger, Math.min(left, CHAPTER.toNanos()));
        check(emulator, ledger, clients);
        all.add(ledger);
        closeTheBooks(emulator);
        left = end - System.nanoTime();
      }
      report(seed, all, connections, clients);
      assertThat(all.done()).as("refusing is not healing").isGreaterThan(2 * all.failed());
      statementsAreGone(clients);
      for (var connection : connections) {
        connection.close();
      }
      Awaitility.await()
          .atMost(SLOW)
          .untilAsserted(() -> assertThat(emulator.openSessions()).isZero());
      Awaitility.await()
          .atMost(SLOW)
          .untilAsserted(() -> assertThat(Leftovers.driversSince(earlier)).isEmpty());
    }
  }

  private static void work(
      SnowflakeEmulator emulator,
      Tormentor tormentor,
      List<SoakClient> clients,
      Ledger ledger,
      long nanos)
      throws InterruptedException {
    var crew = new Crew();
    for (var client : clients) {
      client.open(ledger);
      crew.loop("client", client::work);
    }
    crew.loop("tormentor", () -> tormentor.calm(2000));
    crew.workFor(Duration.ofNanos(nanos));
    crew.stop();
    emulator.faults().clear();
    // What runs on for a session that is gone may still come to its end.
    Awaitility.await().atMost(SLOW).until(emulator::isIdle);
  }

  private SelfHealingConnection connect(SnowflakeEmulator emulator) throws SQLException {
    return DriverManager.getConnection(
            emulator.healingUrl("selfheal.maxHealsPerMinute=0&selfheal.spool.dir=" + spool))
        .unwrap(SelfHealingConnection.class);
  }

  private static void makeTables(SnowflakeEmulator emulator) throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url());
        var statement = plain.createStatement()) {
      statement.execute("CREATE TABLE entry (number INT, client INT, amount INT)");
      statement.execute("CREATE TABLE transfer (number INT, client INT, amount INT)");
      statement.execute("CREATE TABLE account (id INT, balance INT)");
      for (int id = 0; id < CLIENTS * SoakClient.ACCOUNTS; id++) {
        statement.execute("INSERT INTO account VALUES (" + id + ", " + OPENING + ")");
      }
    }
  }

  private static void report(
      long seed, Ledger ledger, List<SelfHealingConnection> connections, List<SoakClient> clients) {
    LOG.info(
        "seed {}: {} statements, {}",
        seed,
        clients.stream().mapToInt(SoakClient::statements).sum(),
        ledger);
    connections.forEach(one -> LOG.info("generation {}, {}", one.generation(), one.statistics()));
  }

  /** Numbers, amounts and balances. */
  private static void check(SnowflakeEmulator emulator, Ledger ledger, List<SoakClient> clients) {
    List<Long> numbers = new ArrayList<>();
    Map<Integer, Long> balances = new HashMap<>();
    for (var row : emulator.table("ENTRY")) {
      numbers.add(number(row));
    }
    for (var row : emulator.table("TRANSFER")) {
      long number = number(row);
      numbers.add(number);
      var client = clients.get(Integer.parseInt(row.get(1)));
      balances.merge(client.from(number), -SoakClient.amount(number), Long::sum);
      balances.merge(client.to(number), SoakClient.amount(number), Long::sum);
    }
    assertThat(ledger.contradictions(numbers)).isEmpty();
    for (var row : emulator.table("ACCOUNT")) {
      int id = Integer.parseInt(row.get(0));
      assertThat(Long.parseLong(row.get(1)))
          .as("balance of %s", id)
          .isEqualTo(OPENING + balances.getOrDefault(id, 0L));
    }
  }

  /** So that neither the tables nor what the emulator knows of them grow for half an hour. */
  private static void closeTheBooks(SnowflakeEmulator emulator) throws SQLException {
    // It waits for locks, which no transaction may hold any more.
    try (var plain = DriverManager.getConnection(emulator.url());
        var statement = plain.createStatement()) {
      statement.execute("DELETE FROM entry");
      statement.execute("DELETE FROM transfer");
      statement.execute("UPDATE account SET balance = " + OPENING);
    }
    emulator.forgetOld();
  }

  private static long number(List<String> row) {
    long number = Long.parseLong(row.get(0));
    assertThat(Long.parseLong(row.get(2))).isEqualTo(SoakClient.amount(number));
    return number;
  }

  /** An open connection keeps nothing of a statement that was closed. */
  private static void statementsAreGone(List<SoakClient> clients) {
    Awaitility.await()
        .atMost(SLOW)
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(clients.stream().flatMap(one -> one.closed().stream()))
                  .extracting(WeakReference<Statement>::get)
                  .containsOnlyNulls();
            });
  }

  private List<Path> spooled() throws Exception {
    try (var all = Files.walk(spool)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
