package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.SQLException;

/**
 * The session dies before a step of a job, and the new one at the n-th statement that arrives from
 * then on: in the rebuild, or at the repetition of the step's own. The step is then tried again, as
 * an application would.
 */
final class SecondExpiry {

  private final JobRuns runs;
  private final int step;
  private final int nth;
  private boolean struck;
  private SQLException thrown;

  SecondExpiry(JobRuns runs, int step, int nth) {
    this.runs = runs;
    this.step = step;
    this.nth = nth;
  }

  /** False where the call had come to its end before. */
  boolean struck() {
    return struck;
  }

  void check(Job job, JobRuns.Truth truth) throws SQLException {
    var what = "%s, dead before step %d and at statement %d".formatted(job, step, nth);
    var result = runs.run(runs.emulator.healingUrl(), job, (emulator, tape) -> arm(tape));
    runs.same(result, truth.outcome(), struck ? 3 : 2, what);
    if (struck) {
      assertThat((Throwable) thrown).as(what).isNotNull();
      // Where the step's own statement may have run, there is no telling any more.
      if (!(thrown instanceof OutcomeUnknownException)) {
        assertThat(thrown.getClass().getName()).as(what).startsWith("net.snowflake.");
        assertThat(thrown.getErrorCode()).as(what).isEqualTo(390114);
      }
    }
  }

  private void arm(Tape tape) {
    tape.beforeEachStep(
        number -> {
          if (number == step) {
            JobRuns.expireNewest(runs.emulator, Expiry.BOTH_TOKENS);
            runs.emulator.faults().expireBefore(StatementMatch.next(nth));
          } else if (number == step + 1) {
            disarm();
          }
        });
    tape.onError(
        e -> {
          boolean second = thrown == null && runs.emulator.faults().allStruck();
          thrown = e;
          disarm();
          return second ? Tape.Then.TRY_AGAIN : Tape.Then.STOP;
        });
  }

  private void disarm() {
    struck |= runs.emulator.faults().allStruck();
    runs.emulator.faults().clear();
  }
}
