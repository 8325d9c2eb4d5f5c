package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.journal.Variable;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.Swaps;
import io.selfheal.jdbc.snowflake.QueryHistory;
import io.selfheal.jdbc.sql.Kind;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of a call during which the physical driver logged in again by itself: it has
 * been answered, but perhaps by a session that lacked what the application's own held. Thread-safe.
 */
final class SwappedCalls {

  private static final Logger LOG = LoggerFactory.getLogger(SwappedCalls.class);

  private final Recovery recovery;
  private final AnsweredCalls answers;
  private final ExpiredCalls expired;
  private final LogicalSession session;
  private final Refusals refusals;

  SwappedCalls(
      Recovery recovery,
      AnsweredCalls answers,
      ExpiredCalls expired,
      LogicalSession session,
      Refusals refusals) {
    this.recovery = recovery;
    this.answers = answers;
    this.expired = expired;
    this.session = session;
    this.refusals = refusals;
  }

  /** A call that gave a result. */
  <R> R succeeded(
      Call call,
      PhysicalSession dead,
      Operation<R> operation,
      R result,
      Map<String, Variable> values)
      throws SQLException {
    var id = operation.queryId();
    var error = Swaps.noticed();
    boolean traces = Effects.leavesTraces(call);
    PhysicalSession fresh;
    try {
      fresh = heal(call, dead, operation, error);
    } catch (SQLException notHealed) {
      if (!traces) {
        throw notHealed;
      }
      // Not the failure itself, whose code says that the call may be made again.
      throw call.manualCommit()
          ? refusals.transactionUnknown(ranApart(id), dead.loss(), notHealed)
          : refusals.ran(id, "what it held", notHealed);
    }
    if (!call.manualCommit() && Effects.mayHaveRun(call)) {
      boolean several =
          result instanceof long[] counts && counts.length > 1 && operation.queryIds().isEmpty();
      refuseTwice(call, dead, fresh, operation, several, id, error);
    }
    var lacking = dead.lacking();
    boolean followed = fresh.connection() == dead.connection();
    if (lacking == null || (traces && ranBefore(dead, fresh, id))) {
      var on = followed ? fresh : dead;
      answers.answered(call, on, operation);
      return recovery.keep(call, on, operation, result, values);
    }
    if (traces) {
      throw ran(call, dead, id, lacking, error);
    }
    if (session.replay() == ReplayScope.NONE) {
      throw error;
    }
    return expired.healed(call, dead, fresh, error, operation);
  }

  /** A call that gave an ordinary error, perhaps only because something was lacking. */
  <R> R failed(Call call, PhysicalSession dead, SQLException failure, Operation<R> operation)
      throws SQLException {
    var error = Swaps.noticed();
    var fresh = heal(call, dead, operation, error);
    if (session.replay() == ReplayScope.NONE) {
      throw failure;
    }
    if (call.shape().kind() == Kind.OPAQUE || failure instanceof BatchUpdateException) {
      // It may have done some of its work before it failed.
      throw unknown(call, dead, fresh, failure);
    }
    if (dead.lacking() != null) {
      return expired.healed(call, dead, fresh, error, operation);
    }
    if (Effects.mayHaveRun(call)) {
      // It may have failed because it had run already, before it was sent again.
      var before = expired.resolve(call, dead, operation, false);
      if (before instanceof Outcome.Ran ran) {
        return expired.adopt(call, ran, dead.loss(), fresh, error, operation);
      }
      if (before instanceof Outcome.Unknown unknown) {
        throw refusals.unknown(unknown, failure);
      }
    }
    answers.failed(
        call, fresh.connection() == dead.connection() ? fresh : dead, failure, operation);
    throw failure;
  }

  /** The one repeat has met another swap. */
  void refuseRepeat(Call call, PhysicalSession on, boolean succeeded, @Nullable String queryId)
      throws SQLException {
    if (!on.isSwapped()) {
      return;
    }
    var error = Swaps.noticed();
    if (call.manualCommit() && Effects.leavesTraces(call)) {
      throw refusals.transactionUnknown(ranApart(queryId), on.loss(), error);
    }
    if (succeeded && Effects.leavesTraces(call)) {
      throw refusals.ran(queryId, "what it held", error);
    }
    throw refusals.refused("it was replaced twice during one call", error);
  }

  /** A call without a text of the application's has run, and cannot be taken back. */
  void refuse(PhysicalSession dead, String what) throws SQLException {
    var error = Swaps.noticed();
    session.heal(dead, error, session.options().healTimeout());
    var lacking = dead.lacking();
    if (lacking != null) {
      refusals.later(dead.loss(), error);
      throw refusals.ran(what, null, lacking, error);
    }
  }

  /** Whether it ran cannot be told: the session that it may have run in was never ours. */
  SQLException unknown(Call call, PhysicalSession dead, PhysicalSession fresh, SQLException error) {
    var why =
        new Outcome.Unknown(
            "the physical driver logged in again by itself, and sent it again, before it failed");
    session.loseWritten(call.shape(), call.binds(), fresh);
    if (call.manualCommit()) {
      OpenTransaction.giveUp(session);
      return refusals.transactionUnknown(why, dead.loss(), error);
    }
    refusals.later(dead.loss(), error);
    return refusals.unknown(why, error);
  }

  private PhysicalSession heal(
      Call call, PhysicalSession dead, Operation<?> operation, SQLException error)
      throws SQLException {
    // Known before it is called failed: whoever sees that looks for its row.
    operation.queryIds().forEach(dead::explain);
    dead.explain(operation.queryId());
    call.fail();
    try {
      return session.heal(dead, error, session.options().healTimeout());
    } catch (SQLException notHealed) {
      dead.contest(call.sql());
      throw notHealed;
    }
  }

  /**
   * The physical driver sends the statement again, though the session that died may have run it:
   * its answer was lost, or it is running still.
   */
  private void refuseTwice(
      Call call,
      PhysicalSession dead,
      PhysicalSession fresh,
      Operation<?> operation,
      boolean several,
      @Nullable String queryId,
      SQLException error)
      throws SQLException {
    var before = expired.resolve(call, dead, operation, true);
    if (several && before instanceof Outcome.Ran) {
      before = new Outcome.Unknown("a batch may be sent row by row, and some rows ran before");
    }
    LOG.debug("{} before the swap: {}", call.shape().kind(), before.getClass().getSimpleName());
    if (before instanceof Outcome.Ran || before instanceof Outcome.Unknown) {
      // The session that died still had its temporary table, which the rebuild gave back without.
      session.loseWritten(call.shape(), call.binds(), fresh);
    }
    if (before instanceof Outcome.Ran ran) {
      refusals.later(dead.loss(), error);
      throw refusals.ranTwice(ran.queryId(), queryId, error);
    }
    if (before instanceof Outcome.Unknown unknown) {
      refusals.later(dead.loss(), error);
      throw refusals.perhapsTwice(queryId, unknown, error);
    }
  }

  private SQLException ran(
      Call call,
      PhysicalSession dead,
      @Nullable String queryId,
      String lacking,
      SQLException error) {
    if (call.manualCommit()) {
      OpenTransaction.giveUp(session);
      return refusals.transactionUnknown(ranApart(queryId), dead.loss(), error);
    }
    refusals.later(dead.loss(), error);
    return refusals.ran(queryId, lacking, error);
  }

  private static Outcome.Unknown ranApart(@Nullable String queryId) {
    return new Outcome.Unknown(
        "the physical driver logged in again by itself, and the statement DID run, outside of the transaction, as query "
            + queryId);
  }

  /** Whether that query was one of the dead session's own, answered before another call was not. */
  private boolean ranBefore(PhysicalSession dead, PhysicalSession fresh, @Nullable String queryId) {
    var session = dead.id();
    try {
      var database = fresh.connection().getCatalog();
      return queryId != null
          && session != null
          && database != null
          && QueryHistory.of(fresh.connection(), session, database).stream()
              .anyMatch(row -> row.queryId().equals(queryId));
    } catch (SQLException unknown) {
      return false;
    }
  }
}
