package io.selfheal.jdbc.programs;

import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One run of a program: step by step what the application saw and what the tables then held. It
 * ends early at a typed refusal. Confined to one thread.
 */
final class Execution {
  /** What a probe notes for a name that cannot be read. */
  static final String LOST = "lost";

  private final SnowflakeEmulator emulator;
  private final Application application;
  private final List<Line> lines;

  final List<String> seen = new ArrayList<>();

  /** The tables as committed, at the start and after each step. */
  final List<Map<String, List<List<String>>>> states = new ArrayList<>();

  /** What the names that hide permanent tables showed: at the end, or with a probe each time. */
  final Set<String> shown = new HashSet<>(Set.of(LOST));

  SQLException refusal;

  /** The physical driver's own error, where the call had met two expiries. */
  boolean secondExpiry;

  boolean struck;

  Execution(SnowflakeEmulator emulator, Application application, List<Line> lines) {
    this.emulator = emulator;
    this.application = application;
    this.lines = lines;
  }

  static Execution of(
      SnowflakeEmulator emulator, Application.Opener opener, Path files, List<Line> lines)
      throws SQLException {
    try (var application = new Application(opener, files)) {
      var execution = new Execution(emulator, application, lines);
      execution.run();
      return execution;
    }
  }

  /** Without faults, noting after each step what the names show that hide a table at the end. */
  static Set<String> probes(
      SnowflakeEmulator emulator, Application.Opener opener, Path files, List<Line> lines)
      throws SQLException {
    try (var application = new Application(opener, files)) {
      var names = Model.shadowing(lines, lines.size() - 1);
      var execution = new Execution(emulator, application, lines);
      for (var line : lines) {
        execution.step(line.step());
        execution.probe(names);
      }
      return execution.shown;
    }
  }

  boolean ended() {
    return refusal != null || secondExpiry;
  }

  private void run() throws SQLException {
    states.add(emulator.tables());
    boolean pending = false;
    for (int i = 0; i < lines.size() && !ended(); i++) {
      var strike = lines.get(i).strike();
      if (strike == null) {
        step(lines.get(i).step());
      } else {
        strike.arm(emulator);
        var error = step(lines.get(i).step());
        struck |= emulator.faults().allStruck();
        emulator.faults().clear();
        if (pending && error != null && Refusal.isExpiry(error)) {
          secondExpiry = true;
          seen.remove(seen.size() - 1);
        }
        pending |=
            strike.point() == null || strike.point() == ExpiryPoint.AFTER || strike.nth() > 1;
      }
      states.add(emulator.tables());
    }
    if (ended()) {
      usable();
      probe(Model.shadowing(lines, seen.size()));
    }
  }

  /** Does it and notes what it gave; the error it ended in, or null. */
  private SQLException step(Step step) {
    try {
      seen.add(application.run(step));
      return null;
    } catch (SQLException e) {
      refusal = Refusal.of(e);
      if (refusal == null) {
        seen.add("error " + e.getErrorCode());
      }
      return e;
    }
  }

  private void probe(List<String> names) {
    for (var name : names) {
      try (var statement = application.connection().createStatement();
          var rows = statement.executeQuery("SELECT COUNT(*), SUM(n) FROM " + name)) {
        rows.next();
        shown.add(name + " " + rows.getString(1) + " " + rows.getString(2));
      } catch (SQLException lost) {
        shown.add(LOST);
      }
    }
  }

  /** Refused or not, the connection is usable; some are told late, once. */
  private void usable() throws SQLException {
    try {
      one(application.connection());
    } catch (SQLException toldLate) {
      if (Refusal.of(toldLate) == null) {
        throw toldLate;
      }
      one(application.connection());
    }
  }

  private static void one(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT 1")) {
      if (!rows.next()) {
        throw new SQLException("no row");
      }
    }
  }
}
