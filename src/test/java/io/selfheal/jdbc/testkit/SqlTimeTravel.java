package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What permanent tables held after each commit, kept while they are small. Thread-safe: all state
 * is guarded by {@code this}.
 */
final class SqlTimeTravel {
  private static final int MAX_ROWS = 2000;
  private static final int MAX_VERSIONS = 200;

  /** {@code rows} is null where the table was too large to keep. */
  private record Version(long committed, String queryId, SqlRows rows) {}

  /** Guarded by this. */
  private final Map<Long, List<Version>> versions = new HashMap<>();

  /** Guarded by this. */
  private final Map<Long, Long> lastCommits = new HashMap<>();

  /** Guarded by this: when a table was last made, altered, renamed or swapped. */
  private final Map<Long, Long> lastDdl = new HashMap<>();

  /** What AT or BEFORE names; with AT what the statement itself committed is included. [D] */
  record Moment(boolean inclusive, String queryId, long instant) {}

  synchronized void committed(
      Connection reader,
      SqlObject.Table table,
      Map<Long, SqlObject.Table> tables,
      long tick,
      String queryId) {
    lastCommits.put(table.id(), tick);
    if (table.temporary()) {
      return;
    }
    SqlRows rows = null;
    try (var statement = reader.createStatement()) {
      boolean small;
      try (var count = statement.executeQuery("SELECT COUNT(*) FROM " + table.h2())) {
        small = count.next() && count.getLong(1) <= MAX_ROWS;
      }
      if (small) {
        try (var result = statement.executeQuery("SELECT * FROM " + table.h2())) {
          rows = SqlResults.read(result, tables, false);
        }
      }
    } catch (SQLException beingAltered) {
      // The commit itself is done: this version is just not to be had.
      rows = null;
    }
    var list = versions.computeIfAbsent(table.id(), id -> new ArrayList<>());
    list.add(new Version(tick, queryId, rows));
    if (list.size() > MAX_VERSIONS) {
      list.remove(0);
    }
  }

  synchronized long lastCommit(SqlObject.Table table) {
    return lastCommits.getOrDefault(table.id(), table.created());
  }

  synchronized void altered(SqlObject.Table table, long tick) {
    lastDdl.put(table.id(), tick);
  }

  synchronized long lastDdl(SqlObject.Table table) {
    return lastDdl.getOrDefault(table.id(), table.created());
  }

  synchronized void forget(long tableId) {
    versions.remove(tableId);
    lastCommits.remove(tableId);
    lastDdl.remove(tableId);
  }

  /** The rows as the statement found or, with AT, left them. */
  synchronized SqlRows at(SqlObject.Table table, Moment moment) throws SqlFailure {
    Version found = null;
    for (var version : versions.getOrDefault(table.id(), List.of())) {
      if (version.committed <= moment.instant
          || moment.inclusive && moment.queryId.equals(version.queryId)) {
        found = version;
      }
    }
    if (found == null || found.rows == null) {
      throw new SqlFailure(
          707,
          "02000",
          "Time travel data is not available for table "
              + table.key().name()
              + ". The requested time is either beyond the allowed time travel period or before the object creation"
              + " time.");
    }
    return found.rows;
  }

  /** Reads {@code STATEMENT => id}; the cursor stands behind the opening parenthesis. */
  static Moment moment(SqlRun run, boolean inclusive, SqlCursor in) throws SqlFailure {
    if (!in.accept("STATEMENT", "=>")) {
      throw SqlErrors.unsupported("AT or BEFORE with " + in.peek().value());
    }
    var queryId = SqlFunctions.text(SqlFunctions.argument(run, in));
    var row = run.session.engine.history(queryId);
    if (row == null) {
      throw SqlErrors.invalid("Statement " + queryId + " not found.");
    }
    return new Moment(inclusive, queryId, (Long) row.get("START_TIME"));
  }
}
