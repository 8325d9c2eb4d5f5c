package io.selfheal.jdbc.session;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.TransactionLostException;
import io.selfheal.jdbc.driver.Options;
import io.selfheal.jdbc.snowflake.Expiry;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What an application holds for days: which physical session is current, what it holds, and who
 * uses it. {@link Healer} replaces the physical one. Thread-safe.
 */
public final class LogicalSession {

  private final Options options;
  private final Expiry expiry;
  private final Counters counters = new Counters();
  private final Healer healer;

  /**
   * Guards {@code state}, and the moment in which one session takes another's place; never held
   * during a request.
   */
  private final ReentrantLock stateLock = new ReentrantLock();

  private final SessionState state;

  /**
   * True when nothing has changed since the heal under way read the context; guarded by {@code
   * stateLock}.
   */
  private boolean contextRead;

  /** Written under {@code stateLock}; read by every call without it. */
  private volatile PhysicalSession current;

  /**
   * What {@code state} says of it; written under {@code stateLock}, read by every write without it.
   */
  private volatile boolean manualCommit;

  private final Users users = new Users();

  /**
   * Simple names of temp objects that died with a session; replaced as a whole under {@code
   * stateLock}.
   */
  private volatile LostNames lostNames = LostNames.NONE;

  /** A loss that no call has reported yet; atomic. */
  private final AtomicReference<@Nullable SQLException> unreported = new AtomicReference<>();

  /** Atomic. */
  private final AtomicReference<@Nullable SQLWarning> warnings = new AtomicReference<>();

  private volatile ReplayScope replay;
  private volatile boolean closed;

  public LogicalSession(Connection first, Login login, Options options) throws SQLException {
    this.options = options;
    this.expiry = new Expiry(options.expiryCodes(), login.renewsCredentials());
    this.replay = options.replay();
    this.state = new SessionState(first.getAutoCommit());
    this.manualCommit = state.manualCommit();
    this.current = new PhysicalSession(first, 0);
    this.healer = new Healer(this, login, options, System::nanoTime);
  }

  public Options options() {
    return options;
  }

  public Expiry expiry() {
    return expiry;
  }

  public Counters counters() {
    return counters;
  }

  public PhysicalSession current() {
    return current;
  }

  public ReplayScope replay() {
    return replay;
  }

  public void replay(ReplayScope scope) {
    replay = scope;
  }

  /**
   * Gets a session in the place of the one that a call found dead: the caller's own login, another
   * caller's that was under way, or the one already made.
   *
   * @throws SQLException a {@link io.selfheal.jdbc.ReconnectFailedException}, or {@code error}
   *     itself when the connection was closed
   */
  public PhysicalSession heal(PhysicalSession dead, SQLException error, Duration limit)
      throws SQLException {
    return healer.heal(dead, error, limit);
  }

  /** The current session, replaced first if it is known to be dead. */
  public PhysicalSession usable() throws SQLException {
    var session = current;
    var error = session.broken();
    return error == null || closed ? session : heal(session, error, options.healTimeout());
  }

  public boolean isClosed() {
    return closed;
  }

  /**
   * Closes the current session and lets the retired ones go. Never waits for a heal: that one finds
   * the connection closed and logs out again.
   */
  public void close() throws SQLException {
    closed = true;
    healer.abandon();
    try {
      current.connection().close();
    } catch (SQLException e) {
      // The logout of a dead session may fail like any other call [R]; it is closed all the same.
      if (expiry.code(e) == 0) {
        throw e;
      }
    }
  }

  /** As {@link #close}, by {@link Connection#abort}. */
  public void abort(java.util.concurrent.Executor executor) throws SQLException {
    closed = true;
    healer.abandon();
    current.connection().abort(executor);
  }

  /** Whoever holds on to sessions of this connection. */
  public Users users() {
    return users;
  }

  /**
   * Takes note of a statement that succeeded on a session.
   *
   * @return false when that session has been left meanwhile, so that what the statement did to it
   *     is gone
   */
  public boolean applied(Shape shape, String sql, Binds binds, PhysicalSession on)
      throws SQLException {
    stateLock.lock();
    try {
      if (current != on) {
        return false;
      }
      contextRead = false;
      state.applied(shape, sql, binds, on.connection());
      manualCommit = state.manualCommit();
      if (!lostNames.isEmpty()) {
        lostNames = lostNames.without(LostNames.remade(shape, binds, on.connection()));
      }
      return true;
    } finally {
      stateLock.unlock();
    }
  }

  /** Takes note of a statement that failed on a session but may have done some of its work. */
  public void attempted(Shape shape, String sql, PhysicalSession on) {
    stateLock.lock();
    try {
      if (current == on) {
        contextRead = false;
        state.attempted(shape, sql);
        manualCommit = state.manualCommit();
      }
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * What the application asked for; the physical driver's own flag lies after a failed switch [R].
   */
  public boolean autoCommit() {
    stateLock.lock();
    try {
      return state.autoCommit();
    } finally {
      stateLock.unlock();
    }
  }

  /** True when statements do not commit by themselves just now. */
  public boolean manualCommit() {
    return manualCommit;
  }

  /** Remembers a call of a local setter, to be made on each later connection too. */
  public void attribute(String name, Context.Attribute<Connection> call) {
    stateLock.lock();
    try {
      contextRead = false;
      state.attribute(name, call);
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Refuses a text that names a temp object that is no more: a permanent object of that name,
   * hidden until then, must not be read or written in its place [D].
   */
  public void refuseLostNames(Shape shape, String sql, Binds binds, PhysicalSession on)
      throws SQLException {
    if (lostNames.isEmpty() || !mayNameObjects(shape.kind())) {
      return;
    }
    var dropped = lostNames.dropped(shape, binds, on.connection());
    if (dropped != null) {
      forget(dropped);
      throw new ReplayRefusedException(
          "The "
              + dropped
              + " is gone already, with an expired session. The DROP was not sent, as it could have met a"
              + " permanent object; the name is free again.",
          null);
    }
    refuse(lostNames.named(shape, sql, binds, on.connection()));
  }

  private static boolean mayNameObjects(Kind kind) {
    return switch (kind) {
      case TRANSACTION, USE -> false;
      case QUERY, WRITE, TEMP_DDL, DDL, SESSION, FILE, OPAQUE -> true;
    };
  }

  /** As {@link #refuseLostNames}, for a stage that a vendor method names. */
  public void refuseLostStage(String location) throws ReplayRefusedException {
    if (!lostNames.isEmpty()) {
      refuse(lostNames.stage(location));
    }
  }

  private static void refuse(@Nullable TempObject named) throws ReplayRefusedException {
    if (named != null) {
      throw new ReplayRefusedException(
          "The "
              + named
              + " was lost with an expired session, and this call names it, or may name it. Create it again"
              + " (CREATE TEMPORARY ..., without IF NOT EXISTS) or drop it first: a permanent object of that"
              + " name must not be taken for it.",
          null);
    }
  }

  private void forget(TempObject dropped) {
    stateLock.lock();
    try {
      lostNames = lostNames.without(Set.of(dropped));
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Whether a statement wrote to lost temp objects and nothing else, so that nothing it did can
   * have lasted.
   */
  public boolean wroteOnlyLost(Shape shape, Binds binds, PhysicalSession dead) throws SQLException {
    return lostNames.coverWritesOf(shape, binds, dead.connection());
  }

  /**
   * Keeps a refusal for the next call, when this one could be answered although something was lost.
   */
  public void reportLater(SQLException refusal) {
    unreported.set(refusal);
  }

  /** A rollback is all that is left to do for a lost transaction that nobody was told of. */
  public void forgetLostTransaction() {
    var refusal = unreported.get();
    if (refusal instanceof TransactionLostException) {
      unreported.compareAndSet(refusal, null);
    }
  }

  /** Throws what {@link #reportLater} kept, once. */
  public void throwUnreported() throws SQLException {
    if (unreported.get() != null) {
      var refusal = unreported.getAndSet(null);
      if (refusal != null) {
        counters.refused();
        throw refusal;
      }
    }
  }

  /** What a heal would lose just now, apart from what it restores. */
  public boolean holdsMoreThanContext() {
    stateLock.lock();
    try {
      return state.holdsMoreThanContext();
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * The last heal, unless the application has cleared the connection's warnings since; null for
   * none.
   */
  public @Nullable SQLWarning warnings() {
    return warnings.get();
  }

  public void clearWarnings() {
    warnings.set(null);
  }

  Context context(PhysicalSession of) throws SQLException {
    stateLock.lock();
    try {
      var context = Context.of(of.connection(), state);
      contextRead = true;
      return context;
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Makes the fresh session current. From here on every call uses it.
   *
   * @return false when a call that was under way has changed the context since it was read
   */
  boolean replace(PhysicalSession dead, SQLException error, PhysicalSession fresh) {
    stateLock.lock();
    try {
      if (!contextRead) {
        return false;
      }
      lostNames = lostNames.with(state.temporary());
      dead.ended(error, state.lose());
      manualCommit = state.manualCommit();
      current = fresh;
    } finally {
      stateLock.unlock();
    }
    // Only the last one: a connection whose warnings nobody reads must not collect them for days.
    warnings.set(
        new SQLWarning(
            "Session expired and was replaced (selfheal-jdbc); generation " + fresh.generation(),
            "01000",
            error.getErrorCode()));
    Retirement.begin(dead, () -> !closed && users.use(dead), () -> !closed && users.call(dead));
    return true;
  }
}
