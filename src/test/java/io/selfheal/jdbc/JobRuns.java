package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Runs jobs against an emulator of its own, with and without faults, and compares. */
final class JobRuns implements AutoCloseable {

  static final boolean THOROUGH = Boolean.getBoolean("selfheal.thorough");

  /** All that is there for good: the rows of each table, the files of each stage, all names. */
  record World(
      Map<String, List<List<String>>> tables,
      Map<String, List<String>> files,
      List<String> objects) {
    static World of(SnowflakeEmulator emulator) {
      return new World(emulator.tables(), emulator.files(), emulator.objects());
    }
  }

  /**
   * Everything that can be seen of a run.
   *
   * @param logins those of its own connection
   * @param error what it ended in, at the last of its steps; otherwise null
   * @param leftBehind sessions and transactions that were still there after it
   */
  record Outcome(
      List<String> seen,
      int steps,
      List<List<String>> tables,
      World world,
      int logins,
      Throwable error,
      String leftBehind) {}

  final SnowflakeEmulator emulator = SnowflakeEmulator.start();
  private final Connection admin;
  private final Duration settling;
  private int cases;

  JobRuns() throws SQLException {
    this(Duration.ofSeconds(5));
  }

  /**
   * @param settling how long sessions and transactions may take to end after a run
   */
  JobRuns(Duration settling) throws SQLException {
    this.settling = settling;
    admin = DriverManager.getConnection(emulator.url());
  }

  int cases() {
    return cases;
  }

  @Override
  public void close() throws SQLException {
    emulator.faults().clear();
    admin.close();
    emulator.close();
  }

  /** Called when the job's connection is open, before its work. */
  interface Faults {
    void arm(SnowflakeEmulator emulator, Tape tape);
  }

  Outcome run(String url, Job job, Faults faults) throws SQLException {
    emulator.clear();
    job.prepare(admin);
    int logins = emulator.logins();
    Tape tape;
    Throwable error = null;
    try (var connection = DriverManager.getConnection(url)) {
      tape = new Tape(connection);
      faults.arm(emulator, tape);
      try {
        job.work().on(tape);
      } catch (Exception e) {
        error = e;
      }
      if (error == null && !emulator.faults().allStruck()) {
        error = new AssertionError("a fault that did not strike proves nothing");
      }
      emulator.faults().clear();
      if (error instanceof SQLException) {
        usable(connection);
      }
    }
    logins = emulator.logins() - logins;
    cases++;
    var leftBehind = leftBehind();
    return new Outcome(
        tape.seen(), tape.steps(), job.look(admin), World.of(emulator), logins, error, leftBehind);
  }

  /** After an error the connection can be used; what was lost with a session is told only once. */
  private static void usable(Connection connection) throws SQLException {
    try {
      assertThat(HealingFixture.query(connection, "SELECT 1")).containsExactly("1");
    } catch (ReplayRefusedException | TransactionLostException toldLate) {
      assertThat(HealingFixture.query(connection, "SELECT 1")).containsExactly("1");
    }
  }

  private String leftBehind() {
    try {
      Awaitility.await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .atMost(settling)
          .until(() -> emulator.openTransactions() == 0 && emulator.openSessions() == 1);
      return "nothing";
    } catch (ConditionTimeoutException e) {
      return emulator.openTransactions()
          + " transactions, "
          + (emulator.openSessions() - 1)
          + " sessions";
    }
  }

  /**
   * The fault-free truth.
   *
   * @param texts the statements that it takes through the healing driver
   * @param worlds what was there before each of them, and at the end
   * @param begins how many statements had arrived before each step, and at the end
   */
  record Truth(Outcome outcome, List<String> texts, List<World> worlds, List<Integer> begins) {

    int statements() {
      return texts.size();
    }

    int steps() {
      return begins.size() - 1;
    }

    /** The number, from 1, of the first statement whose text contains this. */
    int number(String part) {
      for (int i = 0; i < texts.size(); i++) {
        if (texts.get(i).contains(part)) {
          return i + 1;
        }
      }
      throw new AssertionError("no statement with " + part + " in " + texts);
    }

    /** The step, from 1, to which the n-th statement belongs. */
    int stepOf(int n) {
      int step = 1;
      while (begins.get(step) < n) {
        step++;
      }
      return step;
    }

    World before(int step) {
      return worlds.get(begins.get(step - 1));
    }

    World after(int step) {
      return worlds.get(begins.get(step));
    }

    /** What may be there for good when the step, counted from 1, was not done to its end. */
    List<World> within(int step) {
      return worlds.subList(begins.get(step - 1), begins.get(step) + 1);
    }
  }

  /** What the plain driver gives, and ours has to give too. */
  Truth truth(Job job) throws SQLException {
    var plain = run(emulator.url(), job, (none, tape) -> {});
    assertThat(plain.error()).as(job + " on the plain driver").isNull();
    List<String> texts = new ArrayList<>();
    List<World> worlds = new ArrayList<>();
    List<Integer> begins = new ArrayList<>();
    var healing =
        run(
            emulator.healingUrl(),
            job,
            (it, tape) -> {
              it.faults()
                  .watch(
                      sql -> {
                        worlds.add(World.of(it));
                        texts.add(sql);
                      });
              tape.beforeEachStep(step -> begins.add(texts.size()));
            });
    assertThat(healing).as(job.name()).isEqualTo(plain);
    worlds.add(healing.world());
    begins.add(texts.size());
    return new Truth(plain, texts, worlds, begins);
  }

  void same(Outcome result, Outcome expected, int logins, String what) {
    assertThat(result.error()).as(what).isNull();
    same(result.seen(), expected.seen(), what);
    assertThat(result.tables()).as(what).isEqualTo(expected.tables());
    assertThat(result.world()).as(what).isEqualTo(expected.world());
    assertThat(result.leftBehind()).as(what + ": left behind").isEqualTo(expected.leftBehind());
    assertThat(result.logins()).as(what + ": logins").isEqualTo(logins);
  }

  /** Equal as far as the program could see. */
  static void same(List<String> seen, List<String> expected, String what) {
    assertThat(seen).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < seen.size(); i++) {
      if (!seen.get(i).equals(Tape.NOT_SEEN)) {
        assertThat(seen.get(i)).as(what + ", seen at " + i).isEqualTo(expected.get(i));
      }
    }
  }

  /** The session that logged in last: the job's own. */
  static void expireNewest(SnowflakeEmulator emulator, Expiry how) {
    var ids = emulator.sessionIds();
    emulator.faults().expireSession(ids.get(ids.size() - 1), how);
  }
}
