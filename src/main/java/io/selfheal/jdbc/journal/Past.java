package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.snowflake.Identifiers;
import io.selfheal.jdbc.snowflake.OwnQuery;
import io.selfheal.jdbc.snowflake.QueryHistory;
import io.selfheal.jdbc.snowflake.QueryHistory.Row;
import io.selfheal.jdbc.snowflake.Transactions;
import io.selfheal.jdbc.snowflake.Transactions.Fate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the server knows of the dead session. For one heal, not thread-safe. */
final class Past {

  private static final long PAUSE_MILLIS = 100;

  /** Rows asked for at first: what is needed is mostly among the last ones. */
  private static final int FEW_ROWS = 100;

  private final Connection fresh;
  private final @Nullable String deadSession;

  /** By query id, as far as they have been asked for. */
  private final Map<String, Row> rows = new HashMap<>();

  /** How many have been asked for; 0 before. */
  private int asked;

  private boolean complete;

  Past(Connection fresh, @Nullable String deadSession) {
    this.fresh = fresh;
    this.deadSession = deadSession;
  }

  /** When that query began, by the server's clock, in milliseconds; 0 where it is not known. */
  long start(String queryId) throws SQLException {
    var row = row(queryId);
    return row == null ? 0 : row.start().getTime();
  }

  private @Nullable Row row(String queryId) throws SQLException {
    while (!rows.containsKey(queryId) && !complete) {
      read(asked == 0 ? FEW_ROWS : QueryHistory.LIMIT);
    }
    return rows.get(queryId);
  }

  private void read(int most) throws SQLException {
    var database = fresh.getCatalog();
    if (deadSession == null || database == null) {
      complete = true;
      return;
    }
    var page = QueryHistory.newest(fresh, deadSession, database, most, List.of());
    page.rows().forEach(row -> rows.put(row.queryId(), row));
    asked = Math.max(asked, most);
    complete = page.complete() || asked == QueryHistory.LIMIT;
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
    var row = entry.queryId() == null ? null : row(entry.queryId());
    return row == null ? 0 : row.transaction();
  }

  /** The newest statements may show late [I]. */
  private void waitFor(List<Entry> pending) throws SQLException {
    long end = System.nanoTime() + QueryHistory.SETTLES.toNanos();
    while (true) {
      boolean all = true;
      for (var entry : pending) {
        all &= entry.queryId() == null || row(entry.queryId()) != null;
      }
      if (all || System.nanoTime() - end >= 0) {
        return;
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SQLException("interrupted while a session was being rebuilt", "57014", e);
      }
      // What comes late comes among the newest.
      read(FEW_ROWS);
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

  /**
   * Whether each of the queries, all of one's own, gave the same rows as its counterpart, in
   * whatever order.
   *
   * @param counterparts query ids by query id
   * @return the first that did not; null for none
   */
  @Nullable String firstOther(Map<String, String> counterparts) throws SQLException {
    var ids = new LinkedHashSet<>(counterparts.keySet());
    ids.addAll(counterparts.values());
    Map<String, String> results = new HashMap<>();
    try (var statement = OwnQuery.on(fresh);
        var rows =
            statement.executeQuery(
                ids.stream().map(Past::result).collect(Collectors.joining(" UNION ALL ")))) {
      while (rows.next()) {
        results.put(rows.getString(1), rows.getString(2) + " " + rows.getString(3));
      }
    }
    for (var pair : counterparts.entrySet()) {
      var one = results.get(pair.getKey());
      if (one == null || !one.equals(results.get(pair.getValue()))) {
        return pair.getKey();
      }
    }
    return null;
  }

  private static String result(String queryId) {
    var id = Identifiers.text(queryId);
    return "SELECT " + id + ", HASH_AGG(*), COUNT(*) FROM TABLE(RESULT_SCAN(" + id + "))";
  }
}
