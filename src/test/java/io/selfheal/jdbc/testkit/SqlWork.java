package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlTransactions.State;
import io.selfheal.jdbc.testkit.SqlTransactions.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.DateTimeException;
import java.time.ZoneId;

/**
 * A session's H2 connection and its open transaction. Guarded by the session's lock, but for {@link
 * #transaction}, which anyone may look at.
 */
final class SqlWork {
  /** Longer than any wait of a test for another statement, shorter than a build's patience. */
  private static final long LOCK_TIMEOUT_MILLIS = 2000;

  /** Something that is run inside the open transaction, or in one of its own when there is none. */
  interface Change<T> {
    T run(Transaction transaction) throws SqlFailure;
  }

  private final H2Session session;
  private final H2SqlEngine engine;
  private final Connection connection;

  /** Written under the session's lock. */
  private volatile Transaction transaction;

  SqlWork(H2Session session, Connection connection) throws SQLException {
    this.session = session;
    this.engine = session.engine;
    this.connection = connection;
    connection.setAutoCommit(false);
    applyTimeZone();
  }

  Connection connection() {
    return connection;
  }

  Transaction transaction() {
    return transaction;
  }

  private void applyTimeZone() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("SET TIME ZONE '" + session.names.zone().getId() + "'");
    }
  }

  /** Sets a session parameter, or with null goes back to its default. */
  void parameter(String name, Object value) throws SqlFailure {
    switch (name) {
      case "AUTOCOMMIT" -> {
        // Switching commits what is open. [D]
        commit(null);
        session.names.parameters.put(name, value == null || Boolean.parseBoolean(value.toString()));
      }
      case "TIMEZONE" -> {
        var zone = value == null ? "America/Los_Angeles" : value.toString();
        try {
          ZoneId.of(zone);
        } catch (DateTimeException e) {
          throw SqlErrors.invalid("invalid value [" + zone + "] for parameter 'TIMEZONE'");
        }
        session.names.parameters.put(name, zone);
        try {
          applyTimeZone();
        } catch (SQLException e) {
          throw SqlErrors.of(e);
        }
      }
      default -> {
        if (value == null) {
          session.names.parameters.remove(name);
        } else {
          session.names.parameters.put(name, value);
        }
      }
    }
  }

  Transaction begin(String name, boolean single) {
    transaction = engine.transactions.begin(engine.catalog.tick(), name, session, single);
    return transaction;
  }

  <T> T change(SqlRun run, Change<T> change) throws SqlFailure {
    // Without autocommit the first change opens a transaction that stays. [D]
    var inside = transaction == null ? begin(null, session.names.autocommit()) : transaction;
    engine.history.transaction(run.queryId, inside.id);
    Savepoint savepoint = null;
    boolean done = false;
    try {
      savepoint = connection.setSavepoint();
      var result = change.run(inside);
      done = true;
      if (inside.single) {
        commit(run.queryId);
      }
      return result;
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    } finally {
      if (!done) {
        undo(inside, savepoint);
      }
    }
  }

  /** A failed statement leaves the transaction open, less what it did itself. [D] */
  private void undo(Transaction inside, Savepoint savepoint) {
    try {
      if (inside.single) {
        rollback();
      } else if (savepoint != null) {
        connection.rollback(savepoint);
      }
    } catch (SQLException | SqlFailure e) {
      throw new IllegalStateException(e);
    }
  }

  void lockTable(SqlRun run, Transaction inside, SqlObject.Table table) throws SqlFailure {
    if (!table.temporary()) {
      engine.transactions.lock(run, inside, table, LOCK_TIMEOUT_MILLIS);
    }
  }

  /**
   * Ends the open transaction, if any; {@code queryId} is that of the statement which was a
   * transaction by itself.
   */
  void commit(String queryId) throws SqlFailure {
    var ending = transaction;
    if (ending == null) {
      return;
    }
    engine.commit(connection, ending, queryId);
    transaction = null;
  }

  void rollback() throws SqlFailure {
    var ending = transaction;
    if (ending == null) {
      return;
    }
    try {
      connection.rollback();
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    }
    transaction = null;
    engine.transactions.end(ending, State.ROLLED_BACK, engine.catalog.tick());
  }

  /**
   * Lets go of what a read or DDL outside of a transaction holds. A rollback here would make H2
   * skip values of a new sequence.
   */
  void endRead() {
    try {
      // A session that has aborted itself has no connection left.
      if (transaction == null && !connection.isClosed()) {
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
