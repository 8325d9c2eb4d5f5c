package io.selfheal.jdbc;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What write_pandas, Spark, dbt and the JDBC Loader send, with the session expired before, in and
 * after each statement.
 */
class SequencesTest {

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> shouldHealAtEveryStatement() throws Exception {
    return WriterJobs.all(folder).stream()
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
}
