package io.selfheal.jdbc.session;

import io.selfheal.jdbc.sql.LastQueryIds;
import io.selfheal.jdbc.sql.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The queries that the application itself has made, over all sessions, for {@code LAST_QUERY_ID}:
 * in a session that was replaced, or in which this driver has asked something for itself, it would
 * mean another query [D]. Thread-safe without a lock.
 */
public final class LastQueries {

  private final KnownQueries queries;

  /**
   * How many there had been when the session last saw a query that is not the application's; -1
   * while it has seen none.
   */
  private volatile long disturbedAt = -1;

  LastQueries(KnownQueries queries) {
    this.queries = queries;
  }

  /**
   * Adds one.
   *
   * @param queryId null where it is not known
   */
  public void add(@Nullable String queryId) {
    queries.add(queryId);
  }

  /** Adds one that an earlier session has run. */
  public void adopted(@Nullable String queryId) {
    queries.add(queryId, false, true);
  }

  /** How many there have been. */
  public long count() {
    return queries.count();
  }

  /** Says that the current session has run, or is, something that the application does not know. */
  public void disturb() {
    disturbedAt = count();
  }

  /**
   * The text as it has to be sent, for it to mean what the application means.
   *
   * @return null when that cannot be said: the query it asks for is not known any more
   */
  public @Nullable String reword(Shape shape, String sql) {
    long undisturbedFrom = disturbedAt;
    if (undisturbedFrom < 0) {
      return sql;
    }
    if (asksForOthers(shape)) {
      return null;
    }
    if (!shape.mentions("LAST_QUERY_ID")) {
      return sql;
    }
    var asked = LastQueryIds.asked(sql);
    if (asked == null) {
      return null;
    }
    boolean natural = true;
    for (int offset : asked) {
      natural &= offset < 0 && count() + offset >= undisturbedFrom;
    }
    if (natural) {
      return sql;
    }
    for (int offset : asked) {
      if (known(offset) == null) {
        return null;
      }
    }
    return LastQueryIds.replace(sql, offset -> String.valueOf(known(offset)));
  }

  /**
   * The history of the current session, or of its last transaction, is another's now. A mere
   * CURRENT_SESSION() is answered truly.
   */
  private static boolean asksForOthers(Shape shape) {
    return (shape.mentions("QUERY_HISTORY_BY_SESSION") && !shape.mentions("SESSION_ID"))
        || shape.mentions("LAST_TRANSACTION")
        || (shape.mentions("CURRENT_SESSION") && shape.mentions("FROM"));
  }

  private @Nullable String known(int offset) {
    return offset < 0 ? queries.told(count() + offset) : null;
  }
}
