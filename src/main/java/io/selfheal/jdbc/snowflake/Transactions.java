package io.selfheal.jdbc.snowflake;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of a transaction, and its end where it has none: DESC TRANSACTION [D]. Stateless. */
public final class Transactions {

  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

  /** An abort may take a moment to show; after so many looks it counts as unknown [I]. */
  private static final int LOOKS = 20;

  private static final long PAUSE_MILLIS = 100;

  private Transactions() {}

  /** The end of a transaction. */
  public enum Fate {
    COMMITTED,
    ROLLED_BACK,
    UNKNOWN
  }

  /**
   * Sees to it that a transaction of a session that is gone has an end: one that is still open is
   * aborted, for it can never be committed, and holds its locks for minutes or hours [D].
   */
  public static Fate end(Connection connection, long transaction) throws SQLException {
    for (int look = 0; look < LOOKS; look++) {
      var state = state(connection, transaction);
      if (state.startsWith("commit") && !state.startsWith("committing")) {
        return Fate.COMMITTED;
      }
      if (state.startsWith("rolled") || state.startsWith("abort")) {
        return Fate.ROLLED_BACK;
      }
      if (look > 0) {
        pause();
      }
      if (state.startsWith("running")) {
        abort(connection, transaction);
      }
    }
    return Fate.UNKNOWN;
  }

  private static String state(Connection connection, long transaction) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("DESC TRANSACTION " + transaction)) {
      var state = row.next() ? row.getString("state") : null;
      return state == null ? "" : state.toLowerCase(Locale.ROOT);
    }
  }

  private static void abort(Connection connection, long transaction) {
    try (var statement = connection.createStatement()) {
      statement.execute(Ghosts.ABORT + transaction + ")");
    } catch (SQLException endedMeanwhile) {
      // The next look tells.
      LOG.debug("transaction {} not aborted: code {}", transaction, endedMeanwhile.getErrorCode());
    }
  }

  private static void pause() throws SQLException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while a transaction was being ended", "57014", e);
    }
  }
}
