package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.driver.Options;
import io.selfheal.jdbc.session.Binds;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.Loss;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.Ghosts;
import io.selfheal.jdbc.sql.Detail.TransactionVerb;
import io.selfheal.jdbc.sql.Hint;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the application's calls, and decides what becomes of one that met a dead session: repeated
 * once, its result adopted, or refused with a typed error. The one place where that is decided.
 * Thread-safe: each caller decides for its own call, outside every lock.
 */
public final class Recovery {

  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final LogicalSession session;
  private final Refusals refusals;

  public Recovery(LogicalSession session) {
    this.session = session;
    this.refusals = new Refusals(session);
  }

  /**
   * Makes a call that has a text.
   *
   * @param call the caller's own record of it, not in use
   * @throws SQLException the physical driver's own error, same object, unless it tells of a dead
   *     session; then see the package's exceptions
   */
  public <R> R run(Call call, String sql, Binds binds, Operation<R> operation) throws SQLException {
    var shape = Shape.of(sql);
    try {
      var on = enter(call, sql, shape, binds);
      R result;
      try {
        result = operation.run(on);
      } catch (SQLException e) {
        if (session.expiry().code(e) != 0) {
          return recover(call, on, e, operation);
        }
        failed(call, on, e, operation.queryId());
        throw e;
      } catch (RuntimeException e) {
        // Nobody knows how far it came; a history row of this text may be its own.
        on.contest(call.sql());
        throw e;
      }
      answered(call, on, operation.queryId());
      return stands(call, on) ? result : onceMore(call, on, operation);
    } finally {
      call.end();
    }
  }

  /**
   * Heals after a call without a text of the application's that only reads, or only sets what is
   * restored anyway: it may be repeated.
   *
   * @return the session to repeat it on
   * @throws SQLException {@code error} itself unless it tells of a dead session
   */
  public PhysicalSession heal(PhysicalSession dead, SQLException error) throws SQLException {
    if (session.expiry().code(error) == 0) {
      if (dead != session.current() && !session.isClosed() && dead.connection().isClosed()) {
        // The session was replaced and logged out between the caller's look at it and its call.
        return session.current();
      }
      throw error;
    }
    var fresh = session.heal(dead, error, session.options().healTimeout());
    unlessNone(dead, fresh, error);
    refusals.ifLost(dead, fresh, error);
    session.counters().repeated();
    return fresh;
  }

  /**
   * The current session, for a call without a text of the application's; one that is already known
   * to be dead is replaced before anything is sent to it.
   */
  public PhysicalSession usable() throws SQLException {
    var known = session.current();
    var fresh = session.usable();
    if (fresh != known) {
      refusals.ifLost(known, fresh, known.endedBy());
    }
    return fresh;
  }

  /** Has the next call told of what went with a session, where this one cannot tell. */
  public void tellLater(PhysicalSession dead) throws SQLException {
    if (dead.loss().transaction()) {
      session.reportLater(refusals.transactionLost(dead, session.usable(), dead.endedBy()));
    } else {
      refusals.later(dead.loss(), dead.endedBy());
    }
  }

  private PhysicalSession enter(Call call, String sql, Shape shape, Binds binds)
      throws SQLException {
    while (true) {
      var on = shape.transactionVerb() == TransactionVerb.ROLLBACK ? usableForRollback() : usable();
      call.start(on, sql, shape, binds, session.manualCommit());
      // Only now is the call to be seen by a heal, so only what is checked from here on holds for
      // the session it runs on.
      if (session.current() == on) {
        if (shape.transactionVerb() == TransactionVerb.ROLLBACK) {
          // A rollback is how applications clean up: it asks for nothing that was lost.
          session.forgetLostTransaction();
        } else {
          session.throwUnreported();
        }
        session.refuseLostNames(shape, sql, binds, on);
        return on;
      }
    }
  }

  /**
   * A rollback asks for no more than what has happened to the transaction; what else was lost is
   * told to the next call.
   */
  private PhysicalSession usableForRollback() throws SQLException {
    var known = session.current();
    var fresh = session.usable();
    if (fresh != known) {
      Ghosts.abort(fresh.connection(), known.id());
      refusals.later(known.loss(), known.endedBy());
    }
    return fresh;
  }

  private static void answered(Call call, PhysicalSession on, @Nullable String queryId) {
    on.known().add(queryId, call.shape().kind() == Kind.OPAQUE);
  }

  /** An ordinary error; the statement may have left something behind all the same. */
  private void failed(Call call, PhysicalSession on, SQLException error, @Nullable String queryId) {
    answered(call, on, queryId);
    var shape = call.shape();
    if (shape.kind() == Kind.QUERY) {
      return;
    }
    if (queryId == null) {
      on.contest(call.sql());
    }
    if (shape.kind() == Kind.OPAQUE
        || shape.kind() == Kind.DDL
        || shape.kind() == Kind.TEMP_DDL
        || error instanceof BatchUpdateException) {
      session.attempted(shape, call.sql(), on);
    }
  }

  private <R> R recover(Call call, PhysicalSession dead, SQLException error, Operation<R> operation)
      throws SQLException {
    call.fail();
    PhysicalSession fresh;
    try {
      fresh = session.heal(dead, error, session.options().healTimeout());
      unlessNone(dead, fresh, error);
    } catch (SQLException unresolved) {
      // This call ends without an outcome: a row of its text must not be taken for another's.
      dead.contest(call.sql());
      throw unresolved;
    }
    var loss = dead.loss();
    if (loss.transaction()) {
      return afterLostTransaction(call, dead, fresh, error, operation);
    }
    if (loss.bound() && session.wroteOnlyLost(call.shape(), call.binds(), dead)) {
      refusals.ifLost(dead, fresh, error);
    }
    var outcome =
        Effects.mayHaveRun(call) ? resolve(call, dead, operation) : new Outcome.NeverRan();
    LOG.debug(
        "{} on generation {}: {}",
        call.shape().kind(),
        dead.generation(),
        outcome.getClass().getSimpleName());
    if (outcome instanceof Outcome.Unknown unknown) {
      refusals.later(loss, error);
      throw refusals.unknown(unknown, error);
    }
    if (outcome instanceof Outcome.Failed failed) {
      refusals.later(loss, error);
      throw failed.error();
    }
    if (outcome instanceof Outcome.Ran ran) {
      return adopt(call, ran, loss, fresh, error, operation);
    }
    refusals.ifLost(dead, fresh, error);
    if (Effects.opensTransaction(call) && session.options().inDoubt() != Options.InDoubt.FAIL) {
      // It must have ended before its transaction is: one that still waits for a warehouse, say,
      // would open it only later.
      new InDoubt(session, call, dead).resolve(operation.patience(), true);
    }
    abortGhost(call, dead, fresh);
    return again(call, operation, error);
  }

  /** The work so far is gone; only a statement that ends the transaction can still be answered. */
  private <R> R afterLostTransaction(
      Call call,
      PhysicalSession dead,
      PhysicalSession fresh,
      SQLException error,
      Operation<R> operation)
      throws SQLException {
    var shape = call.shape();
    if (shape.transactionVerb() == TransactionVerb.ROLLBACK) {
      Ghosts.abort(fresh.connection(), dead.id());
      refusals.later(dead.loss(), error);
      return again(call, operation, error);
    }
    boolean commits =
        shape.transactionVerb() == TransactionVerb.COMMIT
            || shape.kind() == Kind.DDL
            || shape.has(Trait.AUTOCOMMIT);
    boolean mayCommit = shape.kind() == Kind.TEMP_DDL || shape.kind() == Kind.OPAQUE;
    var outcome = commits || mayCommit ? resolve(call, dead, operation) : new Outcome.NeverRan();
    if (outcome instanceof Outcome.Ran ran && commits) {
      if (shape.has(Trait.AUTOCOMMIT)) {
        // The transaction is committed; the setting itself went with the session.
        refusals.later(dead.loss(), error);
        return again(call, operation, error);
      }
      return adopt(call, ran, dead.loss(), fresh, error, operation);
    }
    // A DDL that failed may have committed what came before it all the same [D]; a COMMIT has not.
    boolean gone =
        outcome instanceof Outcome.NeverRan
            || (outcome instanceof Outcome.Failed
                && shape.transactionVerb() == TransactionVerb.COMMIT);
    if (gone) {
      throw refusals.transactionLost(dead, fresh, error);
    }
    throw refusals.transactionUnknown(
        outcome instanceof Outcome.Unknown unknown
            ? unknown
            : new Outcome.Unknown("the statement commits, or may commit, what came before it"),
        dead.loss(),
        error);
  }

  private <R> R adopt(
      Call call,
      Outcome.Ran ran,
      Loss loss,
      PhysicalSession fresh,
      SQLException error,
      Operation<R> operation)
      throws SQLException {
    session.counters().adopted();
    if (call.shape().kind() == Kind.OPAQUE) {
      refusals.laterAfterOpaque(error);
    } else {
      refusals.later(loss, error);
    }
    try {
      Contexts.follow(call.shape(), fresh);
      return operation.adopt(ran, fresh);
    } catch (SQLException e) {
      throw refusals.resultUnreadable(ran, e);
    }
  }

  /**
   * A call that succeeded on a session that is gone, and counted only for it: made again on the one
   * that is there now.
   */
  private <R> R onceMore(Call call, PhysicalSession left, Operation<R> operation)
      throws SQLException {
    var fresh = usable();
    refusals.ifLost(left, fresh, left.endedBy());
    abortGhost(call, left, fresh);
    return again(call, operation, left.endedBy());
  }

  /** The one repeat. A second expiry goes to the caller as it is. */
  private <R> R again(Call call, Operation<R> operation, @Nullable SQLException error)
      throws SQLException {
    if (call.cancelled()) {
      throw new SQLException(
          "The statement was cancelled while its session was being replaced.", "57014", 604, error);
    }
    if (call.shape().has(Hint.NO_REPLAY)) {
      throw refusals.refused("the statement says selfheal: no-replay and was not run again", error);
    }
    if (Effects.asksForOwnPast(call.shape())) {
      throw refusals.refused(
          "the statement asks for the old session's own history, which is gone", error);
    }
    var on = restart(call);
    session.refuseLostNames(call.shape(), call.sql(), call.binds(), on);
    session.counters().repeated();
    R result;
    try {
      result = operation.run(on);
    } catch (SQLException e) {
      failed(call, on, e, operation.queryId());
      throw e;
    }
    answered(call, on, operation.queryId());
    if (!stands(call, on)) {
      throw refusals.refused("it was replaced twice during one call", error);
    }
    return result;
  }

  /** On the current session: the one that the heal gave may have been left again meanwhile. */
  private PhysicalSession restart(Call call) {
    while (true) {
      var on = session.current();
      call.restart(on);
      if (session.current() == on) {
        return on;
      }
    }
  }

  /**
   * Whether what a statement did still counts. One that succeeded on a session that another thread
   * has left meanwhile did so for a session that is gone: unless its effect outlives the session it
   * has to be run again.
   */
  private boolean stands(Call call, PhysicalSession on) throws SQLException {
    var shape = call.shape();
    boolean stateless =
        shape.kind() == Kind.QUERY
            ? !shape.has(Trait.LOCKS_ROWS)
            : shape.kind() == Kind.WRITE && !call.manualCommit();
    if ((stateless && session.current() == on)
        || session.applied(shape, call.sql(), call.binds(), on)) {
      return true;
    }
    var loss = on.loss();
    return switch (shape.kind()) {
      case QUERY -> stateless;
      case WRITE -> {
        if (call.manualCommit() && loss.transaction()) {
          throw refusals.transactionLost(on, session.current(), on.endedBy());
        }
        if (session.wroteOnlyLost(shape, call.binds(), on)) {
          refusals.ifLost(on, session.current(), on.endedBy());
        }
        yield !call.manualCommit();
      }
      case DDL -> {
        try {
          Contexts.follow(shape, session.current());
        } catch (SQLException e) {
          session.reportLater(
              refusals.refused("what the last statement made is not current there; say USE", e));
        }
        yield true;
      }
      case FILE -> true;
      case TRANSACTION -> shape.transactionVerb() != TransactionVerb.BEGIN;
      case OPAQUE -> {
        if (call.manualCommit() && loss.transaction()) {
          throw refusals.transactionLost(on, session.current(), on.endedBy());
        }
        refusals.laterAfterOpaque(on.endedBy());
        yield true;
      }
      case TEMP_DDL, USE, SESSION -> false;
    };
  }

  /**
   * A first write may have opened a transaction in the old session, which keeps its locks [D]:
   * nothing of it can be committed any more.
   */
  private static void abortGhost(Call call, PhysicalSession dead, PhysicalSession fresh) {
    if (Effects.opensTransaction(call)) {
      Ghosts.abort(fresh.connection(), dead.id());
    }
  }

  private Outcome resolve(Call call, PhysicalSession dead, Operation<?> operation) {
    if (session.options().inDoubt() == Options.InDoubt.FAIL) {
      return new Outcome.Unknown("selfheal.inDoubt=fail");
    }
    return new InDoubt(session, call, dead).resolve(operation.patience(), false);
  }

  private void unlessNone(PhysicalSession dead, PhysicalSession fresh, SQLException error)
      throws SQLException {
    if (session.replay() == ReplayScope.NONE) {
      throw dead.loss().transaction() ? refusals.transactionLost(dead, fresh, error) : error;
    }
  }
}
