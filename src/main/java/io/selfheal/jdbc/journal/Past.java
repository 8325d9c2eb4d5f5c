package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.snowflake.Identifiers;
import io.selfheal.jdbc.snowflake.QueryHistory;
import io.selfheal.jdbc.snowflake.QueryHistory.Row;
import io.selfheal.jdbc.snowflake.Transactions;
import io.selfheal.jdbc.snowflake.Transactions.Fate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server knows of the dead session. For one heal, not thread-safe. */
final class Past {

  private static final long PAUSE_MILLIS = 100;

  private final Connection fresh;
  private final @Nullable String deadSession;
  private @Nullable Map<String, Row> rows;

  Past(Connection fresh, @Nullable String deadSession) {
    this.fresh = fresh;
    this.deadSession = deadSession;
  }

  /** When that query began, by the server's clock, in milliseconds; 0 where it is not known. */
  long start(String queryId) throws SQLException {
    var row = rows().get(queryId);
    return row == null ? 0 : row.start().getTime();
  }

  private Map<String, Row> rows() throws SQLException {
    var known = rows;
    if (known == null) {
      known = new HashMap<>();
      var database = fresh.getCatalog();
      if (deadSession != null && database != null) {
        for (var row : QueryHistory.of(fresh, deadSession, database)) {
          known.put(row.queryId(), row);
        }
      }
      rows = known;
    }
    return known;
  }

  /** What became of each entry of the transaction that was open. */
  Map<Entry, Fate> fates(List<Entry> pending) throws SQLException {
    waitFor(pending);
    Map<Long, Fate> ends = new HashMap<>();
    Map<Entry, Fate> fates = new HashMap<>();
    Fate last = null;
    // Some, such as BEGIN, may have no transaction of their own by the history: they go with the
    // next one that has.
    for (int i = pending.size() - 1; i >= 0; i--) {
      var entry = pending.get(i);
      long id = transaction(entry);
      if (id != 0) {
        var known = ends.get(id);
        if (known == null) {
          known = Transactions.end(fresh, id);
          ends.put(id, known);
        }
        last = known;
      }
      if (last != null) {
        fates.put(entry, last);
      }
    }
    for (var entry : pending) {
      if (!fates.containsKey(entry)) {
        fates.put(entry, unseen(entry, fates.get(pending.get(0))));
      }
    }
    return fates;
  }

  /** A read or a BEGIN has changed nothing; a write must have been in some transaction. */
  private static Fate unseen(Entry entry, @Nullable Fate before) {
    return switch (entry.role()) {
      case READ, BEGIN -> before == null ? Fate.ROLLED_BACK : before;
      case TEMP, LASTING, DEFINITION, END -> Fate.UNKNOWN;
    };
  }

  private long transaction(Entry entry) throws SQLException {
    var row = entry.queryId() == null ? null : rows().get(entry.queryId());
    return row == null ? 0 : row.transaction();
  }

  /** The newest statements may show late [I]. */
  private void waitFor(List<Entry> pending) throws SQLException {
    long end = System.nanoTime() + QueryHistory.SETTLES.toNanos();
    while (true) {
      boolean all = true;
      for (var entry : pending) {
        all &= entry.queryId() == null || rows().containsKey(entry.queryId());
      }
      if (all || System.nanoTime() - end >= 0) {
        return;
      }
      rows = null;
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SQLException("interrupted while a session was being rebuilt", "57014", e);
      }
    }
  }

  /**
   * What the server answered to a statement that gives no rows, in lower case; empty for unknown.
   */
  String status(String queryId) {
    try (var statement = fresh.createStatement();
        var row =
            statement.executeQuery(
                "SELECT * FROM TABLE(RESULT_SCAN(" + Identifiers.text(queryId) + "))")) {
      return row.next() ? String.valueOf(row.getString(1)).toLowerCase(Locale.ROOT) : "";
    } catch (SQLException notThereAnyMore) {
      return "";
    }
  }

  /** Whether two queries of one's own gave the same rows, in whatever order. */
  boolean sameResult(String one, String other) throws SQLException {
    return result(one).equals(result(other));
  }

  private String result(String queryId) throws SQLException {
    try (var statement = fresh.createStatement();
        var row =
            statement.executeQuery(
                "SELECT HASH_AGG(*), COUNT(*) FROM TABLE(RESULT_SCAN("
                    + Identifiers.text(queryId)
                    + "))")) {
      row.next();
      return row.getString(1) + " " + row.getString(2);
    }
  }
}
