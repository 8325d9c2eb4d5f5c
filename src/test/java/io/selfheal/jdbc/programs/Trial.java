package io.selfheal.jdbc.programs;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * Runs programs on one emulator, each without faults through the physical driver and with them
 * through a driver on trial, and compares. Confined to one thread.
 */
final class Trial implements AutoCloseable {

  /** Gives the driver on trial. */
  interface Candidate {
    Application.Opener of(SnowflakeEmulator emulator);
  }

  /**
   * What came of a program. {@code kind} is null where the driver kept its word, otherwise what
   * sort of failure it is; {@code refused} tells of a refusal that is allowed.
   */
  record Verdict(String kind, String failure, String refused, boolean struck) {}

  static final Candidate HEALING =
      emulator -> Application.once(emulator.healingUrl("selfheal.maxHealsPerMinute=0"));

  /** What people write who have not thought of it: log in again, do it again. */
  static final Candidate BLIND_RETRY = emulator -> Application.again(emulator.url());

  private static final String SETUP =
      "CREATE SCHEMA side; USE SCHEMA public;"
          + "CREATE TABLE public.a (id INT, n INT); INSERT INTO public.a VALUES (1, 100), (2, 200), (3, 300);"
          + "CREATE TABLE public.b (id INT, n INT); INSERT INTO public.b VALUES (1, 1000);"
          + "CREATE TABLE side.a (id INT, n INT); INSERT INTO side.a VALUES (1, 10000), (5, 50000);"
          + "CREATE TABLE side.b (id INT, n INT); INSERT INTO side.b VALUES (7, 70000);"
          + "CREATE TABLE public.base (id INT, n INT); INSERT INTO public.base VALUES (1, 1), (2, 2), (4, 4);"
          + "CREATE FUNCTION public.f(x INT) RETURNS INT AS 'x + 1000000'";

  private final SnowflakeEmulator emulator = SnowflakeEmulator.start();
  private final Application.Opener candidate;
  private final Application.Opener physical;
  private final Connection admin;
  private final Path files;

  Trial(Candidate candidate, Path files) throws SQLException {
    this.files = files;
    this.candidate = candidate.of(emulator);
    this.physical = Application.once(emulator.url());
    this.admin = DriverManager.getConnection(emulator.url("MULTI_STATEMENT_COUNT=0"));
  }

  private void prepare() throws SQLException {
    emulator.clear();
    try (var statement = admin.createStatement()) {
      statement.execute(SETUP);
    }
  }

  Verdict of(List<Line> lines) throws SQLException {
    prepare();
    var expected =
        Execution.of(emulator, physical, files, lines.stream().map(Line::withoutStrike).toList());
    prepare();
    var actual = Execution.of(emulator, candidate, files, lines);
    int count = actual.seen.size();
    for (int i = 0; i < count; i++) {
      if (!actual.seen.get(i).equals(expected.seen.get(i))) {
        if (Model.mayBeForgotten(lines, i)) {
          return new Verdict(null, null, "made anew: it was forgotten", actual.struck);
        }
        return failure(
            "saw", actual, "step " + i + " saw", actual.seen.get(i), expected.seen.get(i));
      }
      if (!actual.states.get(i + 1).equals(expected.states.get(i + 1))) {
        return failure(
            "tables",
            actual,
            "after step " + i + " the tables hold",
            actual.states.get(i + 1),
            expected.states.get(i + 1));
      }
    }
    return actual.ended()
        ? refused(lines, expected, actual, count)
        : new Verdict(null, null, null, actual.struck);
  }

  private static Verdict failure(
      String kind, Execution run, String what, Object actual, Object expected) {
    return new Verdict(
        kind, what + "\n      " + actual + "\n  instead of\n      " + expected, null, run.struck);
  }

  /** A refusal needs a reason in the program, does nothing by halves, and uncovers no table. */
  private Verdict refused(List<Line> lines, Execution expected, Execution actual, int at)
      throws SQLException {
    var why = actual.secondExpiry ? "a second expiry in the same call" : Model.reason(lines, at);
    var type = actual.secondExpiry ? "expiry" : actual.refusal.getClass().getSimpleName();
    if (why == null) {
      return new Verdict(
          "refused " + type,
          "step " + at + " was refused without a reason in the program: " + chain(actual.refusal),
          null,
          actual.struck);
    }
    var state = actual.states.get(at + 1);
    boolean halves = lines.get(at).step().way() == Step.Way.TEXT_BATCH;
    if (!halves
        && !state.equals(expected.states.get(at))
        && !state.equals(expected.states.get(at + 1))) {
      return failure(
          "tables after " + type,
          actual,
          "after the refusal of step " + at + ", " + chain(actual.refusal) + ", the tables hold",
          state,
          expected.states.get(at));
    }
    prepare();
    var probes = Execution.probes(emulator, physical, files, lines.subList(0, at + 1));
    if (!probes.containsAll(actual.shown)) {
      return failure(
          "names after " + type,
          actual,
          "after the refusal of step " + at + ", " + chain(actual.refusal) + ", lost names show",
          actual.shown,
          probes);
    }
    return new Verdict(null, null, type + ": " + why, actual.struck);
  }

  private static String chain(Throwable error) {
    return error == null
        ? ""
        : error + (error.getCause() == null ? "" : " caused by " + chain(error.getCause()));
  }

  @Override
  public void close() throws SQLException {
    admin.close();
    emulator.close();
  }
}
