package io.selfheal.jdbc.session;

import io.selfheal.jdbc.HealEvent;
import io.selfheal.jdbc.HealListener;
import io.selfheal.jdbc.ReconnectFailedException;
import io.selfheal.jdbc.driver.Options;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a dead session, once per generation however many callers meet it; they share its login,
 * and its failure too. Thread-safe.
 */
final class Healer {

  private static final Logger LOG = LoggerFactory.getLogger(Healer.class);

  private final LogicalSession session;
  private final Login login;
  private final Options options;
  private final LongSupplier nanoTime;

  /**
   * Held during a login; callers that need the same login queue here. Never held while a user's
   * statement runs.
   */
  private final ReentrantLock healing = new ReentrantLock();

  /** Guarded by {@code healing}. */
  private final Gate gate;

  /**
   * How many logins have ended; written under {@code healing}, read before it to tell "while I
   * waited" from "before I came".
   */
  private volatile long attempts;

  /**
   * How the last login failed, null when it did not, or when only its own caller gave up on it;
   * guarded by {@code healing}.
   */
  private @Nullable ReconnectFailedException lastFailure;

  /**
   * The login under way; written under {@code healing}, read by close and abort, which must not
   * wait for it.
   */
  private volatile @Nullable PendingLogin pending;

  Healer(LogicalSession session, Login login, Options options, LongSupplier nanoTime) {
    this.session = session;
    this.login = login;
    this.options = options;
    this.nanoTime = nanoTime;
    this.gate = new Gate(options.maxHealsPerMinute(), nanoTime);
  }

  PhysicalSession heal(PhysicalSession dead, SQLException error, Duration limit)
      throws SQLException {
    long seen = attempts;
    if (session.current() != dead) {
      return session.current();
    }
    long deadline = nanoTime.getAsLong() + limit.toNanos();
    lock(limit, error);
    try {
      if (session.isClosed()) {
        throw error;
      }
      if (session.current() != dead) {
        return session.current();
      }
      if (attempts != seen && lastFailure != null) {
        // Another caller tried while this one waited for it.
        throw new ReconnectFailedException(
            String.valueOf(lastFailure.getMessage()), lastFailure.getCause());
      }
      return replace(dead, error, limit, deadline);
    } finally {
      healing.unlock();
    }
  }

  /** Leaves a login that is under way; its connection is logged out again when it comes. */
  void abandon() {
    var login = pending;
    if (login != null) {
      login.abandon();
    }
  }

  private PhysicalSession replace(
      PhysicalSession dead, SQLException error, Duration limit, long deadline) throws SQLException {
    int code = session.expiry().code(error);
    long start = nanoTime.getAsLong();
    var closedGate = gate.enter();
    if (closedGate != null) {
      throw failed(dead, error, code, start, closedGate.why(), closedGate.cause());
    }
    tell(listener -> listener.beforeHeal(new HealEvent(dead.generation(), code, 0, 0)));
    PendingLogin.Ready ready;
    try {
      var context = session.context(dead);
      var left = Duration.ofNanos(Math.max(1, deadline - start));
      pending = PendingLogin.start(() -> login(dead, context, left));
      if (session.isClosed()) {
        // close() may have looked for the pending login just before there was one.
        abandon();
      }
      ready = pending.await(left);
    } catch (CancellationException closedMeanwhile) {
      throw error;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var failure = failed(dead, error, code, start, "the thread was interrupted", e);
      lastFailure = null; // its own business: others that wait try for themselves
      throw failure;
    } catch (TimeoutException e) {
      var failure =
          failed(dead, error, code, start, "it took too long (selfheal.healTimeoutSeconds)", error);
      if (limit.compareTo(options.healTimeout()) < 0) {
        lastFailure = null; // isValid, say, has less time than others have
      }
      throw failure;
    } catch (ExecutionException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      gate.failed(cause);
      throw failed(dead, error, code, start, "the login failed", cause);
    } catch (SQLException e) {
      throw failed(dead, error, code, start, "the old session's context could not be read", e);
    } finally {
      pending = null;
      long ended = attempts;
      attempts = ended + 1;
    }
    return swap(dead, error, code, start, ready);
  }

  private PendingLogin.Ready login(PhysicalSession dead, Context context, Duration limit)
      throws SQLException {
    long start = nanoTime.getAsLong();
    var fresh = login.open(context, limit);
    if (fresh == null) {
      throw new SQLException(
          "The connection factory returned null; it must return a new, open connection.", "08001");
    }
    if (fresh == dead.connection()) {
      throw new SQLException(
          "The connection factory returned the connection whose session is dead; it must open a new one.",
          "08001");
    }
    if (fresh.isClosed()) {
      throw new SQLException(
          "The connection factory returned a closed connection; it must return an open one.",
          "08001");
    }
    long loginNanos = nanoTime.getAsLong() - start;
    try {
      return new PendingLogin.Ready(fresh, context.restore(fresh), loginNanos);
    } catch (SQLException | RuntimeException e) {
      Quietly.close(fresh);
      throw e;
    }
  }

  private PhysicalSession swap(
      PhysicalSession dead, SQLException error, int code, long start, PendingLogin.Ready ready)
      throws SQLException {
    var fresh = new PhysicalSession(ready.connection(), dead.generation() + 1);
    lastFailure = null;
    gate.succeeded();
    try {
      while (!session.replace(dead, error, fresh)) {
        // A call that was under way has changed the context meanwhile.
        session.context(dead).restore(fresh.connection());
      }
    } catch (SQLException e) {
      Quietly.close(fresh.connection());
      throw failed(dead, error, code, start, "its context could not be restored", e);
    }
    if (session.isClosed()) {
      // close() closed the session it found; this one came after.
      Quietly.close(fresh.connection());
      throw error;
    }
    long loginMillis = TimeUnit.NANOSECONDS.toMillis(ready.loginNanos());
    long totalMillis = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start);
    session.counters().healed(totalMillis);
    LOG.info(
        "session healed: generation {} -> {}, code {}, login {} ms, total {} ms, restored {}",
        dead.generation(),
        fresh.generation(),
        code,
        loginMillis,
        totalMillis,
        ready.restored());
    tell(
        listener ->
            listener.afterHeal(new HealEvent(fresh.generation(), code, loginMillis, totalMillis)));
    return fresh;
  }

  private ReconnectFailedException failed(
      PhysicalSession dead,
      SQLException error,
      int code,
      long start,
      String why,
      @Nullable Throwable cause) {
    var failure =
        new ReconnectFailedException(
            "The session has expired (code " + code + ") and could not be replaced: " + why + ".",
            cause == null ? error : cause);
    if (cause != null && cause != error) {
      failure.addSuppressed(error);
    }
    dead.broken(error);
    lastFailure = failure;
    session.counters().healFailed();
    long totalMillis = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start);
    LOG.warn(
        "session not healed: generation {}, code {}, {} ms: {}",
        dead.generation(),
        code,
        totalMillis,
        why);
    tell(
        listener ->
            listener.refused(new HealEvent(dead.generation(), code, 0, totalMillis), failure));
    return failure;
  }

  private void tell(Consumer<HealListener> message) {
    var listener = options.listener();
    if (listener != null) {
      try {
        message.accept(listener);
      } catch (RuntimeException e) {
        LOG.warn(
            "selfheal.listener {} threw {}", listener.getClass().getName(), e.getClass().getName());
      }
    }
  }

  private void lock(Duration limit, SQLException error) throws ReconnectFailedException {
    try {
      if (healing.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new ReconnectFailedException(
        "The session has expired and another caller's attempt to replace it was not waited for any longer.",
        error);
  }
}
