package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.SessionUser;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Metadata that heals: all its calls read, so they are guarded forwards on the current session. */
@Forwarding(value = DatabaseMetaData.class, guarded = true)
abstract class HealingDatabaseMetaData implements DatabaseMetaData, SessionUser {

  private record Open(PhysicalSession session, HealingResultSet results) {}

  /** A session and its metadata object, replaced together. */
  private record Bound(PhysicalSession session, DatabaseMetaData physical) {}

  private final HealingConnection connection;
  private volatile Bound bound;

  /**
   * Result sets that may pin a retired session; copied on write, looked at by the retirement
   * thread.
   */
  private final List<Open> open = new CopyOnWriteArrayList<>();

  /** Whether there ever was one; a second registration, by two threads at once, does no harm. */
  private volatile boolean used;

  HealingDatabaseMetaData(
      HealingConnection connection, PhysicalSession session, DatabaseMetaData delegate) {
    this.connection = connection;
    this.bound = new Bound(session, delegate);
  }

  final PhysicalSession session() throws SQLException {
    // Many of the calls are queries to the server, whose ids nobody tells.
    connection.logical().lastQueries().add(null);
    return connection.session();
  }

  final DatabaseMetaData delegate(PhysicalSession on) throws SQLException {
    var known = bound;
    if (known.session() != on) {
      known = new Bound(on, on.connection().getMetaData());
      bound = known;
    }
    return known.physical();
  }

  final PhysicalSession recover(PhysicalSession dead, SQLException error) throws SQLException {
    return connection.recover(dead, error);
  }

  final void settle(PhysicalSession on) throws SQLException {
    connection.settle(on);
  }

  final ResultSet results(ResultSet physical) {
    var results = Proxies.results(connection, null, physical, null);
    open.removeIf(one -> !one.results().pins());
    if (!used) {
      used = true;
      connection.logical().users().add(this);
    }
    open.add(new Open(bound.session(), results));
    return results;
  }

  @Override
  public Connection getConnection() {
    return connection;
  }

  @Override
  public boolean uses(PhysicalSession session) {
    return open.stream().anyMatch(one -> one.session() == session && one.results().pins());
  }

  /** There is one for a connection. */
  @Override
  public boolean isGone() {
    return false;
  }

  @Override
  public Iterable<Call> calls() {
    return List.of();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Views.unwrap(type, this, new MetaDataView(this));
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return Views.wraps(type, this, bound.physical());
  }
}
