package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.journal.Variable;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.Swaps;
import io.selfheal.jdbc.snowflake.Ghosts;
import io.selfheal.jdbc.sql.Detail.TransactionVerb;
import io.selfheal.jdbc.sql.Hint;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the application's calls, and makes one that met a dead session again, once. What becomes of
 * such a call is decided next door: {@link ExpiredCalls} for one that failed with the session,
 * {@link SwappedCalls} for one that another session answered, {@link AnsweredCalls} for one whose
 * session was left meanwhile. Thread-safe: each caller decides for its own call, outside every
 * lock.
 */
public final class Recovery {

  private final LogicalSession session;
  private final Refusals refusals;
  private final AnsweredCalls answers;
  private final ExpiredCalls expired;
  private final SwappedCalls swaps;

  public Recovery(LogicalSession session) {
    this.session = session;
    this.refusals = new Refusals(session);
    this.answers = new AnsweredCalls(session, refusals);
    this.expired = new ExpiredCalls(this, session, refusals);
    this.swaps = new SwappedCalls(this, answers, expired, session, refusals);
  }

  /**
   * Makes a call that has a text.
   *
   * @param call the caller's own record of it, not in use
   * @throws SQLException the physical driver's own error, same object, unless it tells of a dead
   *     session; then see the package's exceptions
   */
  public <R> R run(Call call, String sql, Binds binds, Operation<R> operation) throws SQLException {
    call.prepare();
    try {
      var shape = call.shapeOf(sql);
      // Most calls neither depend on what a session holds nor change it.
      boolean quick = session.isQuiet() && shape.isSimple();
      var on = quick ? start(call, sql, shape, binds) : null;
      if (on == null) {
        quick = false;
        on = enter(call, sql, shape, binds, operation);
      }
      R result;
      Map<String, Variable> values = Map.of();
      try {
        result = operation.run(on, call.sql());
        if (!quick) {
          values = answers.values(call, on);
        }
      } catch (SQLException e) {
        return failed(call, on, e, operation);
      } catch (RuntimeException e) {
        broken(call, on);
        throw e;
      }
      if (on.isSwapped()) {
        return swaps.succeeded(call, on, operation, result, values);
      }
      answers.answered(call, on, operation);
      return quick && session.isQuiet() && session.current() == on
          ? result
          : keep(call, on, operation, result, values);
    } finally {
      session.requested();
      call.end();
    }
  }

  /** The result of a call that failed, all the same, where it met a dead session. */
  private <R> R failed(Call call, PhysicalSession on, SQLException e, Operation<R> operation)
      throws SQLException {
    var end = expired.end(on, e, operation);
    if (end != null) {
      return recover(call, on, end, operation);
    }
    if (on.isSwapped()) {
      return swaps.failed(call, on, e, operation);
    }
    if (!answers.failed(call, on, e, operation) && session.replay() != ReplayScope.NONE) {
      return recover(call, on, Swaps.behind(e), operation);
    }
    throw e;
  }

  /** Nobody knows how far it came; a history row of this text may be its own. */
  private void broken(Call call, PhysicalSession on) {
    on.contest(call.sql());
    if (call.shape().kind() != Kind.QUERY) {
      session.attempted(call.shape(), call.sql(), call.binds(), on);
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
      if (dead.isSwapped() && !session.isClosed()) {
        // What was asked for may only be missing in the session that nobody has rebuilt.
        return heal(dead, Swaps.noticed());
      }
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
   * For a call without a text of the application's that has succeeded: throws what tells of the
   * session's end if it was not answered by the session that was meant.
   */
  public void settle(PhysicalSession on) throws SQLException {
    if (on.isSwapped()) {
      throw Swaps.noticed();
    }
  }

  /** For a call that cannot be taken back, and has run. */
  public void refuseIfSwapped(PhysicalSession on, String what) throws SQLException {
    if (on.isSwapped()) {
      swaps.refuse(on, what);
    }
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

  /**
   * Has the next call told of what went with a session, where this one cannot tell.
   *
   * @return true when nothing went
   */
  public boolean tellLater(PhysicalSession dead) throws SQLException {
    if (dead.loss().ofTransaction()) {
      refusals.transactionLostLater(dead, session.usable(), dead.endedBy());
    } else {
      refusals.later(dead.loss(), dead.endedBy());
    }
    return !dead.loss().bound() && !dead.loss().ofTransaction();
  }

  /** As {@link #enter}, where there is nothing to be looked at; null where there is. */
  private @Nullable PhysicalSession start(Call call, String sql, Shape shape, Binds binds) {
    var on = session.current();
    call.start(on, sql, shape, binds, false, false);
    return session.isQuiet(on) && !call.cancelled() ? on : null;
  }

  private PhysicalSession enter(
      Call call, String sql, Shape shape, Binds binds, Operation<?> operation) throws SQLException {
    session.heartbeat();
    while (true) {
      var on = shape.transactionVerb() == TransactionVerb.ROLLBACK ? usableForRollback() : usable();
      call.start(on, sql, shape, binds, session.manualCommit(), session.perhapsCommitted());
      prepareTag(call, on, operation);
      // Only now is the call to be seen by a heal, so only what is checked from here on holds for
      // the session it runs on.
      if (session.current() == on && !on.isSwapped()) {
        if (shape.transactionVerb() == TransactionVerb.ROLLBACK) {
          // A rollback is how applications clean up: it asks for nothing that was lost.
          session.forgetLostTransaction();
        } else {
          session.throwUnreported();
        }
        session.refuseMissing(shape, sql, binds, on, null);
        reword(call, operation, null);
        if (call.cancelled()) {
          // While a dead session was being replaced: the physical driver knows nothing of it.
          throw Refusals.cancelled(null);
        }
        return on;
      }
    }
  }

  private void prepareTag(Call call, PhysicalSession on, Operation<?> operation) {
    var tags = session.queryTags();
    if (tags != null && operation.takesTag()) {
      tags.prepare(call, on, session.lastQueries());
    }
  }

  /** LAST_QUERY_ID() means what the application has run, whatever the session knows of it. */
  private void reword(Call call, Operation<?> operation, @Nullable SQLException error)
      throws SQLException {
    if (!call.shape().historyDependent()) {
      return;
    }
    var text = session.lastQueries().reword(call.shape(), call.sql());
    if (text == null || (!operation.takesText() && !text.equals(call.sql()))) {
      throw refusals.refused(
          "the statement asks for the session's own history, and what it means is not there any more",
          error);
    }
    call.reword(text);
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

  private <R> R recover(Call call, PhysicalSession dead, SQLException error, Operation<R> operation)
      throws SQLException {
    var progress = operation.progress();
    if (progress != null) {
      // Known before it is called failed: whoever sees that looks for rows that nobody knows.
      progress.answered().forEach(dead::claim);
      progress
          .lastAnswered()
          .forEach(
              id -> {
                dead.explain(id);
                call.proceed(id);
              });
    }
    call.fail();
    boolean inAnother = dead.isSwapped();
    PhysicalSession fresh;
    try {
      fresh = session.heal(dead, error, session.options().healTimeout());
      if (session.replay() == ReplayScope.NONE) {
        ExpiredCalls.abortGhost(call, dead, fresh);
      }
      unlessNone(dead, fresh, error);
    } catch (SQLException unresolved) {
      // This call ends without an outcome: a row of its text must not be taken for another's.
      dead.contest(call.sql());
      if (Effects.opensTransaction(call)) {
        session.leftBehind(dead);
      }
      throw unresolved;
    }
    if (inAnother && Effects.leavesTraces(call)) {
      // Its session has no history that could be asked: its number is not known.
      throw swaps.unknown(call, dead, fresh, error);
    }
    return expired.healed(call, dead, fresh, error, operation);
  }

  /** The result of a call that succeeded, or that of its repeat, where it counts no more. */
  <R> R keep(
      Call call, PhysicalSession on, Operation<R> operation, R result, Map<String, Variable> values)
      throws SQLException {
    return answers.stands(call, on, operation, result, values)
        ? result
        : onceMore(call, on, operation);
  }

  /**
   * A call that succeeded on a session that is gone, and counted only for it: made again on the one
   * that is there now.
   */
  private <R> R onceMore(Call call, PhysicalSession left, Operation<R> operation)
      throws SQLException {
    var fresh = usable();
    refusals.ifLost(left, fresh, left.endedBy());
    ExpiredCalls.abortGhost(call, left, fresh);
    return again(call, operation, left.endedBy());
  }

  /** The one repeat. A second expiry goes to the caller as it is. */
  <R> R again(Call call, Operation<R> operation, @Nullable SQLException error) throws SQLException {
    if (call.cancelled()) {
      throw Refusals.cancelled(error);
    }
    if (call.shape().has(Hint.NO_REPLAY)) {
      throw refusals.refused("the statement says selfheal: no-replay and was not run again", error);
    }
    var on = restart(call);
    session.refuseMissing(call.shape(), call.sql(), call.binds(), on, error);
    prepareTag(call, on, operation);
    reword(call, operation, error);
    session.counters().repeated();
    R result;
    Map<String, Variable> values;
    try {
      result = operation.run(on, call.sql());
      values = answers.values(call, on);
    } catch (SQLException e) {
      boolean stands = answers.failed(call, on, e, operation);
      if (session.expiry().code(e) == 0) {
        swaps.refuseRepeat(call, on, false, operation.queryId());
        if (!stands) {
          throw refusals.refused("it was replaced twice during one call", e);
        }
      } else if (Effects.opensTransaction(call)) {
        session.leftBehind(on);
      }
      throw e;
    }
    answers.answered(call, on, operation);
    swaps.refuseRepeat(call, on, true, operation.queryId());
    if (!answers.stands(call, on, operation, result, values)) {
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

  private void unlessNone(PhysicalSession dead, PhysicalSession fresh, SQLException error)
      throws SQLException {
    if (session.replay() == ReplayScope.NONE) {
      throw dead.loss().ofTransaction() ? refusals.transactionLost(dead, fresh, error) : error;
    }
  }
}
