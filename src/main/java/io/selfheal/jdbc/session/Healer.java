package io.selfheal.jdbc.session;

import io.selfheal.jdbc.HealEvent;
import io.selfheal.jdbc.ReconnectFailedException;
import io.selfheal.jdbc.driver.Options;
import io.selfheal.jdbc.events.HealReport;
import io.selfheal.jdbc.events.HealReport.Stage;
import io.selfheal.jdbc.journal.Context;
import io.selfheal.jdbc.journal.Rebuild;
import io.selfheal.jdbc.journal.Rebuilt;
import io.selfheal.jdbc.journal.Snapshot;
import io.selfheal.jdbc.snowflake.Ghosts;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
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

  private static final int MOST_ORPHANS = 100;

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

  /**
   * The server's numbers of dead sessions with a transaction that nothing else will end; replaced
   * as a whole, for there are seldom any.
   */
  private final AtomicReference<Set<String>> orphans = new AtomicReference<>(Set.of());

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
        throw session
            .events()
            .refused(
                new ReconnectFailedException(
                    String.valueOf(lastFailure.getMessage()), lastFailure.getCause()));
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
    var report = session.events().heal(dead.generation(), session.expiry().code(error), nanoTime);
    var successor = session.follow(dead, error);
    if (successor != null) {
      session.warn(report.followed());
      LOG.info(
          "session replaced by the physical driver itself: generation {} -> {}; nothing was lost with it",
          dead.generation(),
          successor.generation());
      return successor;
    }
    var closedGate = gate.enter();
    if (closedGate != null) {
      throw failed(dead, error, report, closedGate.why(), closedGate.cause());
    }
    report.begun();
    while (true) {
      var made = await(dead, error, limit, deadline, report);
      try {
        var ready = made.ready();
        var fresh = session.successor(dead, ready.connection());
        if (take(dead, error, fresh, made, report)) {
          if (session.isClosed()) {
            // close() closed the session it found; this one came after.
            Quietly.close(fresh.connection());
            throw error;
          }
          tell(dead, ready, report.healed(ready.rebuilt()));
          return fresh;
        }
        // A call that was under way has changed what the session was made of meanwhile.
        leave(fresh);
      } finally {
        made.release();
      }
    }
  }

  private PendingLogin await(
      PhysicalSession dead, SQLException error, Duration limit, long deadline, HealReport report)
      throws SQLException {
    try {
      var snapshot = session.snapshot(dead);
      var left = Duration.ofNanos(Math.max(1, deadline - nanoTime.getAsLong()));
      var started = PendingLogin.start(() -> login(dead, snapshot, left, report));
      pending = started;
      if (session.isClosed()) {
        // close() may have looked for the pending login just before there was one.
        abandon();
      }
      started.await(left);
      return started;
    } catch (CancellationException closedMeanwhile) {
      throw error;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var failure = failed(dead, error, report, "the thread was interrupted", e);
      lastFailure = null; // its own business: others that wait try for themselves
      throw failure;
    } catch (TimeoutException e) {
      var failure =
          failed(dead, error, report, "it took too long (selfheal.healTimeoutSeconds)", error);
      if (limit.compareTo(options.healTimeout()) < 0) {
        lastFailure = null; // isValid, say, has less time than others have
      }
      throw failure;
    } catch (ExecutionException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof SecondExpiry second) {
        dead.broken(error);
        lastFailure = null;
        tell(dead, report, "the new session expired while it was rebuilt", second.error);
        throw second.error;
      }
      gate.failed(cause);
      throw failed(dead, error, report, "the login failed", cause);
    } catch (SQLException e) {
      throw failed(dead, error, report, "the old session's context could not be read", e);
    } finally {
      pending = null;
      long ended = attempts;
      attempts = ended + 1;
    }
  }

  private PendingLogin.Ready login(
      PhysicalSession dead, Snapshot before, Duration limit, HealReport report)
      throws SQLException, SecondExpiry {
    var fresh = open(dead, before.context(), limit, report);
    try {
      endOrphans(fresh);
      var id = Vendor.sessionId(fresh);
      boolean alone = !before.transaction() && before.entries().isEmpty();
      var restored = restore(before.context(), fresh, alone, report);
      var rebuilt = rebuild(dead, before, fresh, report);
      if (!Objects.equals(id, Vendor.sessionId(fresh))) {
        // The physical driver has logged in by itself in the middle of it.
        leftBehind(id);
        throw new SecondExpiry(Swaps.noticed());
      }
      return new PendingLogin.Ready(fresh, before, rebuilt, restored);
    } catch (Rebuild.Failed e) {
      Quietly.close(fresh);
      LOG.warn("session not rebuilt: {}", e.getMessage());
      return plain(dead, before, Rebuild.given(before, e), limit, report);
    } catch (SQLException | SecondExpiry | RuntimeException e) {
      Quietly.close(fresh);
      throw e;
    }
  }

  /**
   * Says that a dead session may have a transaction of which the journal knows nothing; it would
   * keep its locks [D].
   */
  void leftBehind(@Nullable String sessionId) {
    if (sessionId != null) {
      orphans.updateAndGet(
          all -> {
            Set<String> more = new HashSet<>(all);
            return all.size() < MOST_ORPHANS && more.add(sessionId) ? Set.copyOf(more) : all;
          });
    }
  }

  private void endOrphans(Connection fresh) {
    var them = Objects.requireNonNull(orphans.get());
    if (!them.isEmpty() && Ghosts.abort(fresh, them)) {
      orphans.updateAndGet(
          all -> {
            Set<String> left = new HashSet<>(all);
            left.removeAll(them);
            return Set.copyOf(left);
          });
    }
  }

  private List<String> restore(Context context, Connection fresh, boolean alone, HealReport report)
      throws SQLException {
    long start = nanoTime.getAsLong();
    try {
      return context.restore(fresh, login::setsParameter, alone);
    } finally {
      report.took(Stage.CONTEXT, nanoTime.getAsLong() - start);
    }
  }

  private Rebuilt rebuild(
      PhysicalSession dead, Snapshot before, Connection fresh, HealReport report)
      throws SecondExpiry, Rebuild.Failed {
    var rebuild = new Rebuild(before, fresh, dead.id(), session.expiry(), options.verify());
    long start = nanoTime.getAsLong();
    try {
      return rebuild.run();
    } catch (SQLException e) {
      // A transaction that was being replayed keeps its locks, too.
      leftBehind(Vendor.sessionId(fresh));
      throw new SecondExpiry(e);
    } finally {
      report.took(Stage.TRANSACTION, rebuild.settleNanos());
      report.took(Stage.REBUILD, nanoTime.getAsLong() - start - rebuild.settleNanos());
    }
  }

  /** Another login, for nothing of a session that is half rebuilt may be seen. */
  private PendingLogin.Ready plain(
      PhysicalSession dead, Snapshot before, Rebuilt nothing, Duration limit, HealReport report)
      throws SQLException {
    var fresh = open(dead, before.context(), limit, report);
    try {
      var restored = restore(before.context(), fresh, true, report);
      before.context().restoreAutoCommit(fresh);
      return new PendingLogin.Ready(fresh, before, nothing, restored);
    } catch (SQLException | RuntimeException e) {
      Quietly.close(fresh);
      throw e;
    }
  }

  private Connection open(PhysicalSession dead, Context context, Duration limit, HealReport report)
      throws SQLException {
    long start = nanoTime.getAsLong();
    Connection fresh;
    try {
      fresh = login.open(context, limit);
    } finally {
      report.took(Stage.LOGIN, nanoTime.getAsLong() - start);
    }
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
    return fresh;
  }

  /** The new session met its own end while it was being rebuilt. */
  private static final class SecondExpiry extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient SQLException error;

    SecondExpiry(SQLException error) {
      super(error);
      this.error = error;
    }
  }

  /** Puts the fresh session in its place; false when it has to be made anew. */
  private boolean take(
      PhysicalSession dead,
      SQLException error,
      PhysicalSession fresh,
      PendingLogin made,
      HealReport report)
      throws SQLException {
    lastFailure = null;
    gate.succeeded();
    var ready = made.ready();
    try {
      while (!session.replace(dead, error, fresh, ready.rebuilt(), made::then)) {
        var now = session.snapshot(dead);
        if (!now.sameWork(ready.before())) {
          return false;
        }
        now.context().catchUp(ready.before().context(), fresh.connection());
        now.context().restoreAutoCommit(fresh.connection());
      }
      return true;
    } catch (SQLException e) {
      leave(fresh);
      throw failed(dead, error, report, "its context could not be restored", e);
    }
  }

  /** Its transaction ends with the logout, unless it has died in turn. */
  private void leave(PhysicalSession rebuilt) {
    leftBehind(rebuilt.id());
    Quietly.close(rebuilt.connection());
  }

  private ReconnectFailedException failed(
      PhysicalSession dead,
      SQLException error,
      HealReport report,
      String why,
      @Nullable Throwable cause) {
    var failure =
        new ReconnectFailedException(
            "The session has expired (code "
                + report.code()
                + ") and could not be replaced: "
                + why
                + ".",
            cause == null ? error : cause);
    if (cause != null && cause != error) {
      failure.addSuppressed(error);
    }
    dead.broken(error);
    lastFailure = failure;
    tell(dead, report, why, failure);
    return failure;
  }

  private void tell(PhysicalSession dead, PendingLogin.Ready ready, HealEvent heal) {
    session.warn(heal);
    LOG.info(
        "session healed: generation {} -> {}, code {}, {}, restored {}, rebuilt {}, lost {}",
        dead.generation(),
        heal.generation(),
        heal.reasonCode(),
        HealReport.times(heal),
        ready.restored(),
        heal.rebuilt(),
        ready.rebuilt().lost().keySet());
  }

  private static void tell(
      PhysicalSession dead, HealReport report, String why, SQLException thrown) {
    var heal = report.failed(why, thrown);
    LOG.warn(
        "session not healed: generation {}, code {}, {}: {}",
        dead.generation(),
        heal.reasonCode(),
        HealReport.times(heal),
        why);
  }

  private void lock(Duration limit, SQLException error) throws ReconnectFailedException {
    try {
      if (healing.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw session
        .events()
        .refused(
            new ReconnectFailedException(
                "The session has expired and another caller's attempt to replace it was not waited for any longer.",
                error));
  }
}
