package io.selfheal.jdbc.snowflake;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions that a dead session left behind: detached, never to be committed, and holding their
 * locks for minutes or hours [D]. Stateless.
 */
public final class Ghosts {

  private static final Logger LOG = LoggerFactory.getLogger(Ghosts.class);

  static final String ABORT = "SELECT SYSTEM$ABORT_TRANSACTION(";

  private Ghosts() {}

  /** Whether a statement of the history may be one of these rather than the application's. */
  public static boolean made(String text) {
    return text.startsWith(ABORT) || text.startsWith(QueryHistory.CANCEL);
  }

  /**
   * Ends them, so that the same work can be done again without waiting for their locks. Failing
   * that, the server ends them in its time.
   */
  public static void abort(Connection connection, @Nullable String deadSession) {
    if (deadSession != null) {
      abort(connection, Set.of(deadSession));
    }
  }

  /**
   * As {@link #abort(Connection, String)}, for several sessions.
   *
   * @return false when it could not be done
   */
  public static boolean abort(Connection connection, Set<String> deadSessions) {
    try {
      for (var transaction : of(connection, deadSessions)) {
        try (var statement = connection.createStatement()) {
          statement.execute(ABORT + Long.parseLong(transaction) + ")");
        }
      }
      return true;
    } catch (SQLException | NumberFormatException e) {
      LOG.debug(
          "could not abort the transactions of sessions {}: {}",
          deadSessions,
          e.getClass().getName());
      return false;
    }
  }

  private static List<String> of(Connection connection, Set<String> sessions) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (var statement = OwnQuery.on(connection);
        var rows = statement.executeQuery("SHOW TRANSACTIONS")) {
      while (rows.next()) {
        var session = rows.getString("session");
        if (session != null && sessions.contains(session)) {
          ids.add(rows.getString("id"));
        }
      }
    }
    return ids;
  }
}
