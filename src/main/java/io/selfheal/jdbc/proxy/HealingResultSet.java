package io.selfheal.jdbc.proxy;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A result set of a healing connection. It does not move: what was opened before an expiry can be
 * read to its end [R]; {@link HealingAsyncResultSet} is the exception. Every call but these is a
 * plain forward.
 */
@Forwarding(ResultSet.class)
abstract class HealingResultSet implements ResultSet {

  private final HealingConnection connection;
  private final @Nullable HealingStatement statement;
  private final ResultSet delegate;
  private final @Nullable Statement owner;

  HealingResultSet(
      HealingConnection connection,
      @Nullable HealingStatement statement,
      ResultSet delegate,
      @Nullable Statement owner) {
    this.connection = connection;
    this.statement = statement;
    this.delegate = delegate;
    this.owner = owner;
  }

  ResultSet delegate() {
    return delegate;
  }

  final HealingConnection owner() {
    return connection;
  }

  /** Whether this was made for that physical result set. */
  final boolean isOf(ResultSet physical) {
    return delegate == physical;
  }

  /** Whether its session has to stay for it. */
  boolean pins() {
    try {
      return !delegate.isClosed();
    } catch (SQLException e) {
      return false;
    }
  }

  /** Null for metadata, which JDBC allows: its physical statement is not the application's. */
  @Override
  public @Nullable Statement getStatement() throws SQLException {
    delegate().getStatement(); // for its error on a closed result set
    return statement;
  }

  @Override
  public void close() throws SQLException {
    try {
      delegate.close();
    } finally {
      if (owner != null) {
        owner.close();
      }
    }
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Views.unwrap(type, this, new ResultSetView(this));
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return Views.wraps(type, this, delegate());
  }
}
