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
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs jobs against an emulator of its own, with and without faults, and compares. */
final class JobRuns implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JobRuns.class);

  static final List<Expiry> SHAPES =
      List.of(Expiry.BOTH_TOKENS, Expiry.DIRECT_390114, Expiry.SESSION_GONE);

  static final boolean THOROUGH = Boolean.getBoolean("selfheal.thorough");

  /** Everything that can be seen of a run; {@code logins} are those of its own connection. */
  record Outcome(List<String> seen, List<List<String>> tables, int logins, Throwable error) {}

  final SnowflakeEmulator emulator = SnowflakeEmulator.start();
  private final Connection admin;
  private int cases;

  JobRuns() throws SQLException {
    admin = DriverManager.getConnection(emulator.url());
  }

  @Override
  public void close() throws SQLException {
    emulator.faults().clear();
    admin.close();
    emulator.close();
    LOG.info("{} cases", cases);
  }

  /** Called when the job's connection is open, before its work. */
  interface Faults {
    void arm(SnowflakeEmulator emulator, Tape tape);
  }

  Outcome run(String url, Job job, Faults faults) throws SQLException {
    job.prepare(admin);
    int logins = emulator.logins();
    List<String> seen;
    Throwable error = null;
    try (var connection = DriverManager.getConnection(url)) {
      var tape = new Tape(connection);
      faults.arm(emulator, tape);
      try {
        job.work().on(tape);
      } catch (Exception e) {
        error = e;
      }
      seen = tape.seen();
    }
    logins = emulator.logins() - logins;
    if (error == null && !emulator.faults().allStruck()) {
      error = new AssertionError("a fault that did not strike proves nothing");
    }
    emulator.faults().clear();
    cases++;
    return new Outcome(seen, job.look(admin), logins, error);
  }

  /** The fault-free truth, and how many statements it takes through the healing driver. */
  record Truth(Outcome outcome, int statements, int steps) {}

  /** What the plain driver gives, and ours has to give too. */
  Truth truth(Job job) throws SQLException {
    var plain = run(emulator.url(), job, (none, tape) -> {});
    assertThat(plain.error()).as(job + " on the plain driver").isNull();
    long[] before = new long[1];
    Tape[] used = new Tape[1];
    var healing =
        run(
            emulator.healingUrl(),
            job,
            (it, tape) -> {
              before[0] = it.faults().statements();
              used[0] = tape;
            });
    assertThat(healing).as(job.name()).isEqualTo(plain);
    int statements = (int) (emulator.faults().statements() - before[0]) - job.looks().size();
    return new Truth(plain, statements, used[0].steps());
  }

  /**
   * At each statement in turn, each point and each shape. A permanent table of the staging table's
   * name stands behind it but for one of the shapes.
   */
  void expireEverywhere(Job bare) throws SQLException {
    var failures = new SoftAssertions();
    for (var how : SHAPES) {
      var job = how == Expiry.DIRECT_390114 ? bare : bare.shadowed();
      var truth = truth(job);
      for (var point : ExpiryPoint.values()) {
        if (how == Expiry.BOTH_TOKENS || point == ExpiryPoint.BEFORE || THOROUGH) {
          int step = THOROUGH ? 1 : step(point);
          for (int n = truth.statements(); n >= 1; n -= step) {
            int statement = n;
            failures.check(() -> expire(job, truth, point, statement, how));
          }
        }
      }
    }
    failures.assertAll();
  }

  private static int step(ExpiryPoint point) {
    return switch (point) {
      case BEFORE -> 1;
      case WHILE_POLLING -> 2;
      case AFTER, WHILE_RUNNING -> 3;
      // The physical driver takes a second to send again.
      case ANSWER_LOST -> 4;
    };
  }

  /** One expiry, at that statement and point; the run must come to the same end. */
  void expire(Job job, Truth truth, ExpiryPoint point, int n, Expiry how) throws SQLException {
    var what = "%s, statement %d of %d, %s, %s".formatted(job, n, truth.statements(), point, how);
    var result =
        run(emulator.healingUrl(), job, (it, tape) -> arm(it, point, StatementMatch.next(n), how));
    // Nothing notices a session that dies with the last statement done.
    boolean noticed = n < truth.statements() || point != ExpiryPoint.AFTER;
    same(result, truth.outcome(), noticed ? 2 : 1, what);
  }

  void same(Outcome result, Outcome expected, int logins, String what) {
    assertThat(result.error()).as(what).isNull();
    assertThat(result.seen()).as(what).isEqualTo(expected.seen());
    assertThat(result.tables()).as(what).isEqualTo(expected.tables());
    assertThat(result.logins()).as(what + ": logins").isEqualTo(logins);
  }

  /** The session that logged in last: the job's own. */
  static void expireNewest(SnowflakeEmulator emulator, Expiry how) {
    var ids = emulator.sessionIds();
    emulator.faults().expireSession(ids.get(ids.size() - 1), how);
  }

  static void arm(SnowflakeEmulator emulator, ExpiryPoint point, StatementMatch match, Expiry how) {
    if (point == ExpiryPoint.WHILE_RUNNING) {
      emulator.faults().expireWhileRunning(match, Hold.lasting(Duration.ofMillis(30)), how);
    } else {
      emulator.faults().expire(point, match, how);
    }
  }
}
