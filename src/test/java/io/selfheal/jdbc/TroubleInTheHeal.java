package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.JobRuns.World;
import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Faults;
import io.selfheal.jdbc.testkit.RequestKind;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;

/**
 * The session ends at a statement of a job, and while that is being dealt with, at the login, a
 * statement of the rebuild, a look into the history or the repeat, there is trouble again. The
 * application may be told, by the physical driver's own error or a typed one; then it looks whether
 * its step was done, and tries it again if it was not: which must come to the same end.
 */
final class TroubleInTheHeal {

  /** What meets the call at first: it never ran, or it ran and its caller cannot know. */
  /** What a heal that failed leaves on the server is not what is asked for here. */
  private static final Duration SETTLING = Duration.ofMillis(500);

  private static final List<Trouble> FIRST =
      List.of(
          Trouble.end(ExpiryPoint.BEFORE, Expiry.BOTH_TOKENS),
          Trouble.end(ExpiryPoint.WHILE_POLLING, Expiry.BOTH_TOKENS));

  private static final int INTERNAL_ERROR = 603;

  /** What meets the heal. */
  private static final List<Trouble> SECOND =
      List.of(
          Trouble.end(ExpiryPoint.BEFORE, Expiry.BOTH_TOKENS),
          Trouble.end(ExpiryPoint.WHILE_POLLING, Expiry.DIRECT_390114),
          Trouble.end(ExpiryPoint.AFTER, Expiry.SESSION_GONE),
          new Trouble(
              "fails",
              null,
              0,
              (faults, match) -> faults.fail(match, 3001, "42501", "not authorized")),
          Trouble.end(ExpiryPoint.ANSWER_LOST, Expiry.BOTH_TOKENS),
          new Trouble("connection reset before", null, 0, Faults::resetBefore),
          new Trouble("connection reset after", null, 0, Faults::resetAfter),
          login("login fails", faults -> faults.failLogins(1, INTERNAL_ERROR, "try later")),
          login("login expired", faults -> faults.failLogins(1, 390_114, "expired")),
          login("login reset", faults -> faults.resetBefore(RequestKind.LOGIN)),
          login("login's answer lost", faults -> faults.resetAfter(RequestKind.LOGIN)));

  private static final int STATEMENTS = JobRuns.THOROUGH ? 1 : 5;
  private static final int TROUBLES = JobRuns.THOROUGH ? 3 : 23;

  private interface AtLogin {
    void on(Faults faults);
  }

  private static Trouble login(String name, AtLogin login) {
    return new Trouble(name, null, 0, (faults, match) -> login.on(faults));
  }

  private final Job job;
  private final JobRuns runs;
  private final JobRuns.Truth truth;
  private final Map<String, Integer> told = new TreeMap<>();

  private TroubleInTheHeal(Job job, JobRuns runs) throws SQLException {
    this.job = job;
    this.runs = runs;
    this.truth = runs.truth(job);
  }

  /**
   * Each trouble at each statement of the heal of each statement, or, where there is no time for
   * all, some of them at some: it is the heal without the second trouble that costs most.
   */
  static EveryPoint.Count run(Job job) throws SQLException {
    try (var runs = new JobRuns(SETTLING)) {
      var trials = new TroubleInTheHeal(job, runs);
      var failures = new SoftAssertions();
      // Each job begins at another place, so that none of the troubles goes untried.
      int offset = Math.floorMod(job.name().hashCode(), STATEMENTS);
      int count = offset;
      int cases = 0;
      for (var first : FIRST) {
        for (int n = 1 + offset % STATEMENTS; n <= trials.truth.statements(); n += STATEMENTS) {
          int at = n;
          int heal = trials.statementsOfHeal(first, at);
          for (int i = 0; i < heal * SECOND.size(); i++) {
            var second = SECOND.get(i % SECOND.size());
            int m = i / SECOND.size() + 1;
            if (count++ % TROUBLES == 0) {
              failures.check(() -> trials.strike(first, at, second, m));
              cases++;
            }
          }
        }
      }
      failures.assertAll();
      return new EveryPoint.Count(job.name(), trials.truth.statements(), cases, trials.told);
    }
  }

  /** How many statements more there are where only the first trouble comes. */
  private int statementsOfHeal(Trouble first, int n) throws SQLException {
    long[] statements = new long[1];
    runs.run(
        runs.emulator.healingUrl(),
        job,
        (emulator, tape) -> {
          first.arm().on(emulator.faults(), StatementMatch.next(n));
          emulator.faults().watch(sql -> statements[0]++);
        });
    return (int) statements[0] - truth.statements();
  }

  private void strike(Trouble first, int n, Trouble second, int m) throws SQLException {
    var what =
        "%s, statement %d, %s: %s, then at %d: %s"
            .formatted(job, n, truth.texts().get(n - 1), first, m, second);
    List<SQLException> errors = new ArrayList<>();
    var result =
        runs.run(
            runs.emulator.healingUrl(),
            job,
            (emulator, tape) -> arm(emulator, tape, errors, first, n, second, m));
    for (var error : errors) {
      told.merge(error.getClass().getSimpleName(), 1, Integer::sum);
    }
    if (result.error() == null) {
      JobRuns.same(result.seen(), truth.outcome().seen(), what);
      assertThat(result.tables()).as(what).isEqualTo(truth.outcome().tables());
      assertThat(result.world()).as(what).isEqualTo(truth.outcome().world());
    } else if (!(result.error() instanceof BatchUpdateException)) {
      // A text batch goes on after a command that failed, which its program has to tell.
      assertThat(result.error()).as(what).isInstanceOf(SQLException.class);
      assertThat(truth.within(result.steps())).as(what).contains(result.world());
    }
    assertThat(errors.size()).as(what + ": " + errors).isLessThanOrEqualTo(2);
    boolean invisible = second.name().contains("reset");
    if (invisible) {
      assertThat(errors).as(what).isEmpty();
    }
  }

  private void arm(
      SnowflakeEmulator emulator,
      Tape tape,
      List<SQLException> errors,
      Trouble first,
      int n,
      Trouble second,
      int m) {
    int step = truth.stepOf(n);
    first.arm().on(emulator.faults(), StatementMatch.next(n));
    second.arm().on(emulator.faults(), StatementMatch.next(n + m));
    tape.beforeEachStep(
        number -> {
          if (number > step) {
            emulator.faults().clear();
          }
        });
    tape.onError(
        error -> {
          errors.add(error);
          emulator.faults().clear();
          return then(error, tape.steps(), World.of(emulator));
        });
  }

  /** What an application does that wants each step done once, and may look at the tables. */
  private Tape.Then then(SQLException error, int step, World world) {
    if (error instanceof TransactionLostException
        || error instanceof ReplayRefusedException
        || error instanceof ReplayDivergedException) {
      // The loss itself was told: what it did before, it would have to do again.
      return Tape.Then.STOP;
    }
    if (error instanceof BatchUpdateException
        || Arrays.stream(error.getSuppressed()).anyMatch(BatchUpdateException.class::isInstance)) {
      // Of a batch it would have to do the rest only.
      return Tape.Then.STOP;
    }
    if (world.equals(truth.before(step))) {
      return Tape.Then.TRY_AGAIN;
    }
    return world.equals(truth.after(step)) ? Tape.Then.GO_ON : Tape.Then.STOP;
  }
}
