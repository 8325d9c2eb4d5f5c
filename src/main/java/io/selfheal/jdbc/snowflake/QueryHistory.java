package io.selfheal.jdbc.snowflake;

import io.selfheal.jdbc.sql.ObjectName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a dead session ran, read from a living one: INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION [D].
 * Stateless.
 */
public final class QueryHistory {

  /**
   * The most that the function gives [D]. RESULT_LIMIT counts before any WHERE: what still runs
   * first, then by the most recent end [D].
   */
  public static final int LIMIT = 10_000;

  /** History texts may be cut here [D]. */
  static final int TEXT_LIMIT = 100_000;

  static final String CANCEL = "SELECT SYSTEM$CANCEL_QUERY";

  /**
   * How long a statement may take to show up in the history [I], to be measured on a live account.
   * Only after this does "not there" mean "never ran". The system property is for that measuring,
   * and for tests.
   */
  public static final Duration SETTLES =
      Duration.ofMillis(Long.getLong("io.selfheal.jdbc.historySettleMillis", 2000));

  private QueryHistory() {}

  /** Whether the history cannot tell two texts apart. */
  public static boolean sameText(String one, String other) {
    return one.equals(other)
        || (one.length() >= TEXT_LIMIT
            && other.length() >= TEXT_LIMIT
            && one.regionMatches(0, other, 0, TEXT_LIMIT));
  }

  /** How a statement ended, or that it has not. */
  public enum Status {
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  /**
   * One statement of the old session, by the server's clock.
   *
   * @param end null while it runs
   * @param rows inserted, updated and deleted together
   * @param transaction the transaction it ran in; 0 where none is known
   */
  public record Row(
      String queryId,
      String text,
      String tag,
      Status status,
      Timestamp start,
      @Nullable Timestamp end,
      int errorCode,
      @Nullable String errorMessage,
      long rows,
      long transaction) {

    /** How long it took; nothing while it runs. */
    public Duration took() {
      return end == null ? Duration.ZERO : Duration.ofMillis(end.getTime() - start.getTime());
    }

    /** Whether this is the statement with that text, as far as the history's text can tell. */
    public boolean hasText(String sql) {
      var mine = trim(sql);
      var theirs = trim(text);
      return mine.equals(theirs) || (text.length() >= TEXT_LIMIT && mine.startsWith(text.strip()));
    }

    /** Ends and blanks around a text may be lost on the way [I]. */
    private static String trim(String sql) {
      int end = sql.length();
      while (end > 0
          && (sql.charAt(end - 1) == ';' || Character.isWhitespace(sql.charAt(end - 1)))) {
        end--;
      }
      return sql.substring(0, end).stripLeading();
    }
  }

  /**
   * The last statements of a session, oldest first.
   *
   * @param complete whether there are no others
   * @param hybrid whether one of the tables that were asked about is a hybrid one
   */
  public record Page(List<Row> rows, boolean complete, boolean hybrid) {

    /** Whether everything is shown that had not ended by then. */
    public boolean reachesBackTo(Timestamp moment) {
      return complete
          || rows.stream().map(Row::end).anyMatch(end -> end != null && end.compareTo(moment) < 0);
    }
  }

  /**
   * The statements that session ran, oldest first.
   *
   * @param database the database whose INFORMATION_SCHEMA is asked; the function needs one [D]
   * @throws SQLException when the history cannot be had
   */
  public static List<Row> of(Connection connection, String sessionId, String database)
      throws SQLException {
    return newest(connection, sessionId, database, LIMIT, List.of()).rows();
  }

  /**
   * As {@link #of}, but at most so many; and, as it costs no second request, whether one of the
   * tables is a hybrid one.
   */
  public static Page newest(
      Connection connection, String sessionId, String database, int limit, List<ObjectName> tables)
      throws SQLException {
    var sql =
        "SELECT QUERY_ID, QUERY_TEXT, EXECUTION_STATUS, ERROR_CODE, ERROR_MESSAGE,"
            + " COALESCE(ROWS_INSERTED, 0) + COALESCE(ROWS_UPDATED, 0) + COALESCE(ROWS_DELETED, 0),"
            + " START_TIME, END_TIME, TRANSACTION_ID, QUERY_TAG FROM "
            + table(sessionId, database, limit)
            + tables.stream().map(QueryHistory::hybrid).collect(Collectors.joining())
            + " ORDER BY START_TIME";
    boolean hybrid = false;
    List<Row> rows = new ArrayList<>();
    try (var statement = OwnQuery.on(connection);
        var results = statement.executeQuery(sql)) {
      while (results.next()) {
        var id = results.getString(1);
        if (id == null) {
          hybrid = true;
          continue;
        }
        rows.add(
            new Row(
                id,
                orEmpty(results.getString(2)),
                orEmpty(results.getString(10)),
                status(orEmpty(results.getString(3))),
                start(results.getTimestamp(7)),
                results.getTimestamp(8),
                number(results.getString(4)),
                results.getString(5),
                results.getLong(6),
                results.getLong(9)));
      }
    }
    return new Page(rows, rows.size() < limit, hybrid);
  }

  /** A row without an id if it is. */
  private static String hybrid(ObjectName table) {
    return " UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, 0, NULL"
        + Catalog.hybrids(table);
  }

  /** Whether a statement that has run among the last so many still does. */
  public static boolean runs(
      Connection connection, String sessionId, String database, int limit, String queryId)
      throws SQLException {
    var sql =
        "SELECT EXECUTION_STATUS FROM "
            + table(sessionId, database, limit)
            + " WHERE QUERY_ID = "
            + Identifiers.text(queryId);
    try (var statement = OwnQuery.on(connection);
        var results = statement.executeQuery(sql)) {
      return results.next() && status(orEmpty(results.getString(1))) == Status.RUNNING;
    }
  }

  private static String table(String sessionId, String database, int limit) {
    return "TABLE("
        + Identifiers.quote(database)
        + ".INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(SESSION_ID => "
        + Long.parseLong(sessionId)
        + ", RESULT_LIMIT => "
        + limit
        + ", INCLUDE_CLIENT_GENERATED_STATEMENT => TRUE))";
  }

  /**
   * Ends a statement of one's own that runs in another session.
   *
   * @throws SQLException when that is not allowed
   */
  public static void cancel(Connection connection, String queryId) throws SQLException {
    if (!queryId.matches("[0-9A-Za-z-]{1,64}")) {
      throw new SQLException("not a query id");
    }
    try (var statement = connection.createStatement()) {
      statement.execute(CANCEL + "('" + queryId + "')");
    }
  }

  /**
   * Every state that is not an end counts as running: there are many (queued, blocked, resuming a
   * warehouse), and more to come [S].
   */
  private static Status status(String text) {
    if (text.equalsIgnoreCase("SUCCESS")) {
      return Status.SUCCEEDED;
    }
    var upper = text.toUpperCase(java.util.Locale.ROOT);
    return upper.startsWith("FAIL")
            || upper.startsWith("ABORT")
            || upper.equals("DISCONNECTED")
            || upper.equals("INCIDENT")
        ? Status.FAILED
        : Status.RUNNING;
  }

  private static int number(@Nullable String text) {
    try {
      return text == null ? 0 : Integer.parseInt(text.strip());
    } catch (NumberFormatException notANumber) {
      return 0;
    }
  }

  private static Timestamp start(@Nullable Timestamp time) throws SQLException {
    if (time == null) {
      throw new SQLException("a statement of the query history has no START_TIME");
    }
    return time;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
