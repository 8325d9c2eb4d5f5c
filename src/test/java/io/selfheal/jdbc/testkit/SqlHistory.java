package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Every statement of the account from RUNNING to its end. Thread-safe: the rows and their contents
 * are guarded by {@code this}.
 */
final class SqlHistory {
  private static final SqlType LTZ = SqlType.LTZ;

  /** The columns of QUERY_HISTORY. [D] */
  static final Map<String, SqlType> COLUMNS = columns();

  /** Guarded by this. */
  private final Map<String, Map<String, Object>> rows = new LinkedHashMap<>();

  /** Whether requests that only describe a statement are listed; guarded by this. */
  private boolean listsDescribes;

  /** How long after its start a statement shows up; guarded by this. */
  private Duration late = Duration.ZERO;

  /** How long after its end one that has ended shows up again; guarded by this. */
  private Duration endsLate = Duration.ZERO;

  /** Forgets what has ended. */
  synchronized void clear() {
    rows.values().removeIf(row -> row.get("END_TIME") != null);
  }

  synchronized void forgetOld(int newest) {
    int old = rows.size() - newest;
    var oldest = rows.values().iterator();
    for (int i = 0; i < old; i++) {
      if (oldest.next().get("END_TIME") != null) {
        oldest.remove();
      }
    }
  }

  synchronized void forget(String queryId) {
    rows.remove(queryId);
  }

  synchronized void showLate(Duration by) {
    late = by;
  }

  synchronized void showEndsLate(Duration by) {
    endsLate = by;
  }

  synchronized void listDescribes() {
    listsDescribes = true;
  }

  synchronized boolean listsDescribes() {
    return listsDescribes;
  }

  private static Map<String, SqlType> columns() {
    var columns = new LinkedHashMap<String, SqlType>();
    for (var name :
        List.of("QUERY_ID", "QUERY_TEXT", "DATABASE_NAME", "SCHEMA_NAME", "QUERY_TYPE")) {
      columns.put(name, SqlType.TEXT);
    }
    columns.put("SESSION_ID", SqlType.INTEGER);
    for (var name :
        List.of("USER_NAME", "ROLE_NAME", "WAREHOUSE_NAME", "WAREHOUSE_SIZE", "WAREHOUSE_TYPE")) {
      columns.put(name, SqlType.TEXT);
    }
    columns.put("CLUSTER_NUMBER", SqlType.INTEGER);
    columns.put("QUERY_TAG", SqlType.TEXT);
    columns.put("EXECUTION_STATUS", SqlType.TEXT);
    columns.put("ERROR_CODE", SqlType.TEXT);
    columns.put("ERROR_MESSAGE", SqlType.TEXT);
    columns.put("START_TIME", LTZ);
    columns.put("END_TIME", LTZ);
    for (var name :
        List.of(
            "TOTAL_ELAPSED_TIME",
            "BYTES_SCANNED",
            "ROWS_PRODUCED",
            "COMPILATION_TIME",
            "EXECUTION_TIME",
            "QUEUED_PROVISIONING_TIME",
            "QUEUED_REPAIR_TIME",
            "QUEUED_OVERLOAD_TIME",
            "TRANSACTION_BLOCKED_TIME")) {
      columns.put(name, SqlType.INTEGER);
    }
    for (var name : List.of("OUTBOUND_DATA_TRANSFER_CLOUD", "OUTBOUND_DATA_TRANSFER_REGION")) {
      columns.put(name, SqlType.TEXT);
    }
    columns.put("OUTBOUND_DATA_TRANSFER_BYTES", SqlType.INTEGER);
    columns.put("INBOUND_DATA_TRANSFER_CLOUD", SqlType.TEXT);
    columns.put("INBOUND_DATA_TRANSFER_REGION", SqlType.TEXT);
    columns.put("INBOUND_DATA_TRANSFER_BYTES", SqlType.INTEGER);
    columns.put("LIST_EXTERNAL_FILES_TIME", SqlType.INTEGER);
    columns.put("CREDITS_USED_CLOUD_SERVICES", SqlType.REAL);
    columns.put("RELEASE_VERSION", SqlType.TEXT);
    for (var name :
        List.of(
            "ROWS_INSERTED",
            "ROWS_UPDATED",
            "ROWS_DELETED",
            "BYTES_WRITTEN_TO_RESULT",
            "ROWS_WRITTEN_TO_RESULT")) {
      columns.put(name, SqlType.INTEGER);
    }
    columns.put("IS_CLIENT_GENERATED_STATEMENT", SqlType.BOOLEAN);
    columns.put("QUERY_HASH", SqlType.TEXT);
    columns.put("TRANSACTION_ID", SqlType.INTEGER);
    return columns;
  }

  synchronized void begin(SqlRun run, SqlKind kind, long start) {
    var session = run.session;
    var row = new LinkedHashMap<String, Object>();
    COLUMNS.keySet().forEach(name -> row.put(name, null));
    row.put("QUERY_ID", run.queryId);
    row.put("QUERY_TEXT", run.sql);
    row.put("DATABASE_NAME", session.database());
    row.put("SCHEMA_NAME", session.schema());
    row.put("QUERY_TYPE", kind.queryType());
    row.put("SESSION_ID", session.id());
    row.put("USER_NAME", session.user);
    row.put("ROLE_NAME", session.role());
    row.put("WAREHOUSE_NAME", session.warehouse());
    row.put("QUERY_TAG", run.tag());
    row.put("EXECUTION_STATUS", "RUNNING");
    row.put("START_TIME", start);
    row.put("TRANSACTION_ID", 0L);
    row.put("IS_CLIENT_GENERATED_STATEMENT", run.clientGenerated);
    rows.put(run.queryId, row);
  }

  synchronized void text(String queryId, String sql) {
    rows.get(queryId).put("QUERY_TEXT", sql);
  }

  synchronized void transaction(String queryId, long id) {
    rows.get(queryId).put("TRANSACTION_ID", id);
  }

  synchronized void succeed(String queryId, long end, long produced, Map<String, Long> counts) {
    var row = rows.get(queryId);
    row.put("EXECUTION_STATUS", "SUCCESS");
    row.put("ROWS_PRODUCED", produced);
    row.put("ROWS_INSERTED", counts.getOrDefault("number of rows inserted", 0L));
    row.put("ROWS_UPDATED", counts.getOrDefault("number of rows updated", 0L));
    row.put("ROWS_DELETED", counts.getOrDefault("number of rows deleted", 0L));
    end(row, end);
  }

  synchronized void fail(String queryId, long end, SqlFailure failure) {
    var row = rows.get(queryId);
    row.put("EXECUTION_STATUS", "FAILED_WITH_ERROR");
    row.put(
        "ERROR_CODE",
        failure.code < 1_000_000
            ? String.format("%06d", failure.code)
            : Integer.toString(failure.code));
    row.put("ERROR_MESSAGE", failure.getMessage());
    end(row, end);
  }

  private static void end(Map<String, Object> row, long end) {
    row.put("END_TIME", end);
    row.put("TOTAL_ELAPSED_TIME", (end - (Long) row.get("START_TIME")) / 1_000_000);
  }

  synchronized Map<String, Object> get(String queryId) {
    var row = rows.get(queryId);
    return row == null ? null : new LinkedHashMap<>(row);
  }

  /**
   * Of the rows that pass at most {@code limit}: what still runs first, then by the most recent
   * end, texts cut as the documentation has it.
   */
  synchronized SqlRows newest(Predicate<Map<String, Object>> filter, int limit) {
    var found = new ArrayList<List<String>>();
    Function<Map<String, Object>, Long> start = row -> (Long) row.get("START_TIME");
    Function<Map<String, Object>, Long> end =
        row -> row.get("END_TIME") instanceof Long ended ? ended : Long.MAX_VALUE;
    var passing = rows.values().stream().filter(filter);
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    if (!late.isZero()) {
      long shown = now - late.toNanos();
      passing = passing.filter(row -> start.apply(row) <= shown);
    }
    if (!endsLate.isZero()) {
      long shown = now - endsLate.toNanos();
      passing = passing.filter(row -> row.get("END_TIME") == null || end.apply(row) <= shown);
    }
    passing
        .sorted(Comparator.comparing(end).thenComparing(start).reversed())
        .limit(limit)
        .forEach(row -> found.add(wire(row)));
    return new SqlRows(
        COLUMNS.entrySet().stream().map(e -> e.getValue().column(e.getKey(), true)).toList(),
        found);
  }

  private static List<String> wire(Map<String, Object> row) {
    var cells = new ArrayList<String>();
    row.forEach(
        (name, value) -> {
          if (value == null) {
            cells.add(null);
          } else if (COLUMNS.get(name) == LTZ) {
            cells.add(SqlValues.instant((Long) value));
          } else if (value instanceof Boolean flag) {
            cells.add(flag ? "1" : "0");
          } else {
            var text = value.toString();
            cells.add(
                name.equals("QUERY_TEXT") && text.length() > 100_000
                    ? text.substring(0, 100_000)
                    : text);
          }
        });
    return cells;
  }
}
