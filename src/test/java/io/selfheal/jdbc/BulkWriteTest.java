package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bulk write that this project grew out of, a temporary staging table filled and merged from,
 * in all its ways to upload, with the session expired before, in and after each statement.
 */
class BulkWriteTest {

  /** Above it the physical driver uploads the binds to a hidden stage [S]. */
  private static final int HIDDEN_STAGE = 65_280;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> shouldHealAtEveryStatement() throws Exception {
    return BulkJobs.all(folder).stream()
        .map(
            job ->
                dynamicTest(
                    job.name(),
                    () -> {
                      try (var runs = new JobRuns()) {
                        runs.expireEverywhere(job);
                      }
                    }));
  }

  @Test
  void shouldHealABatchThatGoesByTheHiddenStage() throws Exception {
    var job = Job.of("big batch", BulkWriteTest::bigBatch);
    try (var runs = new JobRuns()) {
      var truth = runs.truth(job);
      for (int n = 1; n <= truth.statements(); n++) {
        runs.expire(job, truth, ExpiryPoint.BEFORE, n, Expiry.BOTH_TOKENS);
      }
      runs.expire(job, truth, ExpiryPoint.WHILE_POLLING, truth.statements(), Expiry.BOTH_TOKENS);
      assertThat(runs.emulator.runs("@SYSTEM$BIND/")).isGreaterThan(truth.statements());
    }
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
