package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;

/**
 * A job, and which refusals are right where. It is run once without a fault and then once for each
 * statement and each trouble: it comes to the same end, or to exactly the refusal that is due.
 */
record EveryPoint(Job job, Rule rule) {

  /** What is due when that trouble meets the n-th statement. */
  interface Rule {
    Due at(Trouble trouble, int n, JobRuns.Truth truth);
  }

  /**
   * @param mayHeal whether coming to the same end is right, too
   */
  record Due(Set<Class<?>> refusals, boolean mayHeal) {
    static final Due HEALED = new Due(Set.of(), true);

    static Due refused(Class<?> type) {
      return new Due(Set.of(type), false);
    }

    static Due eitherWay(Class<?>... types) {
      return new Due(Set.of(types), true);
    }
  }

  /** How many cases there were, and how many refusals of which type. */
  record Count(String name, int statements, int cases, Map<String, Integer> refused) {
    @Override
    public String toString() {
      return "%s: %d statements, %d cases, refused %s".formatted(name, statements, cases, refused);
    }
  }

  static EveryPoint healed(Job job) {
    return new EveryPoint(job, (trouble, n, truth) -> Due.HEALED);
  }

  Count run(String settings, List<Trouble> troubles) throws SQLException {
    var failures = new SoftAssertions();
    Map<String, Integer> refused = new TreeMap<>();
    try (var runs = new JobRuns()) {
      var url = runs.emulator.healingUrl(settings);
      var truth = runs.truth(job);
      int before = runs.cases();
      for (int i = 0; i < troubles.size(); i++) {
        var trouble = troubles.get(i);
        int stride = JobRuns.THOROUGH ? 1 : trouble.stride();
        // Each begins at another statement, in each job at another, so that none goes untried.
        for (int n = 1 + Math.floorMod(i + job.name().hashCode(), stride);
            n <= truth.statements();
            n += stride) {
          int statement = n;
          failures.check(
              () -> {
                var type = strike(runs, url, truth, trouble, statement);
                if (type != null) {
                  refused.merge(type, 1, Integer::sum);
                }
              });
        }
      }
      failures.assertAll();
      return new Count(job.name(), truth.statements(), runs.cases() - before, refused);
    }
  }

  /** One trouble, at that statement; the type of the refusal it came to, or null. */
  private String strike(JobRuns runs, String url, JobRuns.Truth truth, Trouble trouble, int n)
      throws SQLException {
    var what = "%s, statement %d, %s: %s".formatted(job, n, truth.texts().get(n - 1), trouble);
    var result =
        runs.run(
            url,
            job,
            (emulator, tape) -> trouble.arm().on(emulator.faults(), StatementMatch.next(n)));
    // Nothing notices a session that dies with the last statement done.
    boolean noticed = trouble.endsSession() && (n < truth.statements() || !trouble.after());
    var due = noticed ? rule.at(trouble, n, truth) : Due.HEALED;
    if (due.mayHeal() && (result.error() == null || due.refusals().isEmpty())) {
      runs.same(result, truth.outcome(), noticed ? 2 : 1, what);
      return null;
    }
    refused(result, due.refusals(), truth, what);
    return result.error().getClass().getSimpleName();
  }

  /** Typed, with nothing done by halves, and nothing shown that is not so. */
  static void refused(
      JobRuns.Outcome result, Set<Class<?>> types, JobRuns.Truth truth, String what) {
    assertThat(result.error()).as(what).isNotNull();
    assertThat(types).as(what + ": " + result.error()).contains(result.error().getClass());
    assertThat(((SQLException) result.error()).getErrorCode()).as(what).isNotEqualTo(390114);
    JobRuns.same(result.seen(), truth.outcome().seen().subList(0, result.seen().size()), what);
    assertThat(truth.within(result.steps())).as(what).contains(result.world());
    assertThat(result.leftBehind()).as(what + ": left behind").isEqualTo("nothing");
  }
}
