package io.selfheal.jdbc;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.selfheal.jdbc.testkit.Expiry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A session that dies more than once in a run: what was rebuilt has to be rebuilt again. */
class RepeatedExpiryTest {

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> shouldHealEachOfSeveralExpiries() throws Exception {
    var jobs = new ArrayList<>(BulkJobs.all(folder));
    jobs.addAll(WriterJobs.all(folder));
    return jobs.stream().map(job -> dynamicTest(job.name(), () -> severalTimes(job.shadowed())));
  }

  private static void severalTimes(Job job) throws SQLException {
    try (var runs = new JobRuns()) {
      var truth = runs.truth(job);
      int steps = truth.steps();
      var failures = new SoftAssertions();
      failures.check(() -> die(runs, job, truth, numbers(1, steps)));
      failures.check(() -> die(runs, job, truth, numbers(steps - 4, steps)));
      for (int first = 1; first < steps; first += JobRuns.THOROUGH ? 1 : 2) {
        var pair = Set.of(first, Math.min(steps, first + 1 + first % 3));
        failures.check(() -> die(runs, job, truth, pair));
      }
      failures.assertAll();
    }
  }

  private static Set<Integer> numbers(int from, int to) {
    return IntStream.rangeClosed(Math.max(1, from), to).boxed().collect(Collectors.toSet());
  }

  /** The session dies before each of these steps. */
  private static void die(JobRuns runs, Job job, JobRuns.Truth truth, Set<Integer> before)
      throws SQLException {
    var result =
        runs.run(
            runs.emulator.healingUrl(),
            job,
            (emulator, tape) ->
                tape.beforeEachStep(
                    step -> {
                      if (before.contains(step)) {
                        JobRuns.expireNewest(emulator, Expiry.BOTH_TOKENS);
                      }
                    }));
    runs.same(result, truth.outcome(), 1 + before.size(), job + ", dead before " + before);
  }
}
