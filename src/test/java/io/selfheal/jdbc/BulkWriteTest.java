package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** A bulk write so large that its binds go by a hidden stage; see also {@link EveryPointTest}. */
class BulkWriteTest {

  /** Above it the physical driver uploads the binds to a hidden stage [S]. */
  private static final int HIDDEN_STAGE = 65_280;

  @Test
  void shouldHealABatchThatGoesByTheHiddenStage() throws Exception {
    var job = Job.of("big batch", BulkWriteTest::bigBatch);
    try (var runs = new JobRuns()) {
      var truth = runs.truth(job);
      assertThat(runs.emulator.runs("@SYSTEM$BIND/")).isPositive();
      int last = truth.statements();
      for (int n = 1; n <= last; n++) {
        strike(runs, job, truth, ExpiryPoint.BEFORE, n);
      }
      strike(runs, job, truth, ExpiryPoint.WHILE_POLLING, last);
    }
  }

  private static void strike(JobRuns runs, Job job, JobRuns.Truth truth, ExpiryPoint point, int n)
      throws SQLException {
    var result =
        runs.run(
            runs.emulator.healingUrl(),
            job,
            (emulator, tape) ->
                emulator.faults().expire(point, StatementMatch.next(n), Expiry.BOTH_TOKENS));
    runs.same(result, truth.outcome(), 2, job + ", statement " + n + ", " + point);
  }

  private static void bigBatch(Tape tape) throws Exception {
    tape.update(BulkJobs.STAGING);
    try (var insert = tape.connection.prepareStatement("INSERT INTO staging VALUES (?, ?)")) {
      for (int i = 0; i < HIDDEN_STAGE / 2; i++) {
        insert.setInt(1, i);
        insert.setInt(2, 1);
        insert.addBatch();
      }
      tape.note(insert.executeBatch().length);
    }
    tape.update("INSERT INTO target SELECT COUNT(*), SUM(n) FROM staging");
    tape.update("DROP TABLE staging");
  }
}
