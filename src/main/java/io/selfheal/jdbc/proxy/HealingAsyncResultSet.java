package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.Quietly;
import io.selfheal.jdbc.session.SessionUser;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result set of a query known by its id, which may still run. Until its rows are fetched, by
 * {@code next} or {@code getMetaData}, it is no more than that id [S], which every session of the
 * user's can ask about for 24 hours [D]: so it follows the current session. From then on it stays
 * where its rows are, like any other. One thread reads it, as JDBC has it; close may come from any.
 */
@Forwarding(ResultSet.class)
abstract class HealingAsyncResultSet extends HealingResultSet implements SessionUser {

  /** The query, as something that any session can open. */
  interface Query {
    ResultSet on(PhysicalSession session) throws SQLException;
  }

  /** A question to a physical result set. */
  interface Ask<R> {
    @Nullable R of(ResultSet physical) throws SQLException;
  }

  private final Query query;

  /** Written by the reading thread; read by the one that closes and by the retirement's. */
  private volatile PhysicalSession bound;

  /** As {@code bound}. */
  private volatile ResultSet physical;

  /** As {@code bound}; a statement that nobody else closes. */
  private volatile @Nullable Statement carrier;

  /** As {@code bound}. */
  private volatile boolean fetched;

  /** Its place among the users of sessions, from then to the close; as {@code bound}. */
  private volatile int slot;

  private volatile boolean closed;

  /** The last question about the query's state; only the reading thread uses it. */
  private @Nullable Ask<?> status;

  /** Where its answer is kept [S]; as {@code status}. */
  private @Nullable ResultSet answered;

  HealingAsyncResultSet(
      HealingConnection connection,
      @Nullable HealingStatement statement,
      PhysicalSession bound,
      ResultSet physical,
      Query query) {
    super(connection, statement, physical, null);
    this.query = query;
    this.bound = bound;
    this.physical = physical;
  }

  /** For one whose physical statement is not the application's. */
  final HealingAsyncResultSet carried() throws SQLException {
    carrier = physical.getStatement();
    return this;
  }

  @Override
  final ResultSet delegate() {
    var current = owner().logical().current();
    if (bound != current && !fetched && !closed) {
      try {
        move(current);
      } catch (SQLException closedMeanwhile) {
        return physical; // it gives its own error
      }
    }
    return physical;
  }

  /** Nothing is sent for it. */
  private void move(PhysicalSession session) throws SQLException {
    var left = carrier;
    var fresh = query.on(session);
    physical = fresh;
    carrier = fresh.getStatement();
    bound = session;
    if (left != null) {
      Quietly.close(left);
    }
    if (closed) {
      // close() came from another thread meanwhile, and closed what it saw.
      release();
    }
  }

  /** Asks what may go to the server about the query, by its id: it may be repeated. */
  final <R> @Nullable R ask(Ask<R> question) throws SQLException {
    if (fetched || closed) {
      return question.of(physical);
    }
    var on = owner().session();
    try {
      if (bound != on) {
        move(on); // which fails where that one was left and logged out meanwhile
      }
      return question.of(physical);
    } catch (SQLException e) {
      var fresh = owner().recover(on, e);
      if (bound != fresh) {
        move(fresh);
      }
      return question.of(physical);
    }
  }

  /** Asks about the query's state, which the physical result set then knows. */
  final <R> @Nullable R askStatus(Ask<R> question) throws SQLException {
    var answer = ask(question);
    status = question;
    answered = physical;
    return answer;
  }

  /** Asks for what {@link #askStatus} has learnt. */
  final <R> @Nullable R askKnown(Ask<R> question) throws SQLException {
    if (status != null && answered != delegate()) {
      askStatus(status);
    }
    return question.of(physical);
  }

  private void fetch() throws SQLException {
    ask(ResultSet::getMetaData);
    fetched = true;
    // The physical driver has run a statement of its own for it [S].
    owner().logical().lastQueries().add(Vendor.queryId(physical.getStatement()));
    slot = owner().logical().users().add(this);
  }

  @Override
  public boolean next() throws SQLException {
    if (!fetched) {
      fetch();
    }
    return physical.next();
  }

  @Override
  public ResultSetMetaData getMetaData() throws SQLException {
    if (!fetched) {
      fetch();
    }
    return physical.getMetaData();
  }

  @Override
  public boolean isClosed() throws SQLException {
    return closed || delegate().isClosed();
  }

  @Override
  public void close() throws SQLException {
    closed = true;
    release();
  }

  private void release() throws SQLException {
    owner().logical().users().remove(slot, this);
    try {
      physical.close();
    } finally {
      var own = carrier;
      if (own != null) {
        own.close();
      }
    }
  }

  @Override
  boolean pins() {
    try {
      return fetched && !closed && !physical.isClosed();
    } catch (SQLException e) {
      return false;
    }
  }

  /** Whether the application is through with it; nothing is asked for that. */
  final boolean isDone() {
    return closed || (fetched && !pins());
  }

  // For the retirement of sessions

  @Override
  public boolean uses(PhysicalSession session) {
    return bound == session && pins();
  }

  @Override
  public boolean isGone() {
    return closed;
  }

  @Override
  public Iterable<Call> calls() {
    return List.of();
  }
}
