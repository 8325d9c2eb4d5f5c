package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole jobs, with the physical driver logging in by itself at each of their statements in turn.
 */
class SilentSwapJobsTest {

  private static final String IDLE = "io.selfheal.jdbc.silentIdleMillis";

  /** Not each statement of each job; each in its turn. */
  private static final int STEP = JobRuns.THOROUGH ? 1 : 2;

  private JobRuns runs;
  private final List<String> refusals = new ArrayList<>();
  private int cases;

  @BeforeEach
  void start() throws SQLException {
    runs = new JobRuns();
  }

  @AfterEach
  void stop() throws SQLException {
    System.clearProperty(IDLE);
    runs.close();
  }

  private String url() {
    return runs.emulator.oauthUrl().replaceFirst("^jdbc:", "jdbc:selfheal:");
  }

  private static List<Job> jobs(Path folder) throws IOException {
    var jobs = new ArrayList<>(BulkJobs.all(folder));
    jobs.addAll(WriterJobs.all(folder));
    return jobs;
  }

  /**
   * Not what says IF NOT EXISTS of a temporary table: with a permanent one of that name nobody can
   * tell what it made, so that it is refused in any case.
   */
  private static List<Job> shadowed(List<Job> jobs) {
    return jobs.stream()
        .filter(job -> !job.name().equals("write_pandas, temporary table"))
        .map(Job::shadowed)
        .toList();
  }

  /** What is missing in the physical driver's own session fails there, and is made again. */
  @Test
  void shouldComeToTheSameEndOrSaySo(@TempDir Path folder) throws Exception {
    expireEverywhere(jobs(folder));
    assertThat(refusals).as("in %d cases", cases).hasSizeLessThan(cases / 3);
  }

  /**
   * Permanent objects of the same names: nothing fails there, and nothing may come of it unsaid.
   */
  @Test
  void shouldSaySoWhereAnotherObjectAnswered(@TempDir Path folder) throws Exception {
    expireEverywhere(shadowed(jobs(folder)));
    assertThat(refusals).as("in %d cases", cases).hasSizeLessThan(cases * 2 / 3);
  }

  private void expireEverywhere(List<Job> jobs) throws SQLException {
    var failures = new SoftAssertions();
    int first = 1;
    for (var job : jobs) {
      var truth = runs.truth(job);
      for (int n = first; n <= truth.statements(); n += STEP) {
        int statement = n;
        failures.check(() -> sameOrRefused(job, truth, statement));
      }
      first = first % STEP + 1;
    }
    failures.assertAll();
  }

  private void sameOrRefused(Job job, JobRuns.Truth truth, int n) throws SQLException {
    var what = "%s, statement %d of %d".formatted(job, n, truth.statements());
    var result = expireBefore(job, n);
    cases++;
    if (result.error() == null) {
      assertThat(result.seen()).as(what).isEqualTo(truth.outcome().seen());
      assertThat(result.tables()).as(what).isEqualTo(truth.outcome().tables());
    } else {
      assertThat(result.error())
          .as(what)
          .isInstanceOfAny(
              ReplayDivergedException.class,
              TransactionLostException.class,
              OutcomeUnknownException.class);
      refusals.add(what + ": " + result.error().getClass().getSimpleName());
    }
    assertThat(result.logins()).as(what + ": logins").isBetween(2, 3);
  }

  /** With a heartbeat before each call that has something to lose, nothing is refused. */
  @Test
  void shouldComeToTheSameEndWhereAHeartbeatTells(@TempDir Path folder) throws Exception {
    System.setProperty(IDLE, "0");
    var failures = new SoftAssertions();
    int first = 1;
    for (var job : shadowed(jobs(folder))) {
      var truth = runs.truth(job);
      for (int n = first; n < truth.statements(); n += STEP) {
        int statement = n;
        failures.check(() -> same(job, truth, statement));
      }
      first = first % STEP + 1;
    }
    failures.assertAll();
  }

  private void same(Job job, JobRuns.Truth truth, int n) throws SQLException {
    var what = "%s, statement %d of %d".formatted(job, n, truth.statements());
    var result =
        runs.run(
            url(),
            job,
            (emulator, tape) ->
                emulator
                    .faults()
                    .expire(ExpiryPoint.AFTER, StatementMatch.next(n), Expiry.BOTH_TOKENS));
    assertThat(result.error()).as(what).isNull();
    assertThat(result.seen()).as(what).isEqualTo(truth.outcome().seen());
    assertThat(result.tables()).as(what).isEqualTo(truth.outcome().tables());
  }

  private JobRuns.Outcome expireBefore(Job job, int n) throws SQLException {
    return runs.run(
        url(), job, (emulator, tape) -> emulator.faults().expireBefore(StatementMatch.next(n)));
  }
}
