package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.driver.Options;
import io.selfheal.jdbc.journal.Applied;
import io.selfheal.jdbc.journal.Loss;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.Swaps;
import io.selfheal.jdbc.snowflake.Ghosts;
import io.selfheal.jdbc.snowflake.Transactions;
import io.selfheal.jdbc.sql.Detail.TransactionVerb;
import io.selfheal.jdbc.sql.Hint;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Trait;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of a call once the session that it met dead has a successor: run again, its
 * result adopted, or refused. Thread-safe.
 */
final class ExpiredCalls {

  private static final Logger LOG = LoggerFactory.getLogger(ExpiredCalls.class);

  /** What the server says of a statement that it ended before its time. */
  private static final int CANCELLED = 604;

  private final Recovery recovery;
  private final LogicalSession session;
  private final Refusals refusals;

  ExpiredCalls(Recovery recovery, LogicalSession session, Refusals refusals) {
    this.recovery = recovery;
    this.session = session;
    this.refusals = refusals;
  }

  /**
   * What tells of the session's end; null when nothing does. A batch tells of its first error
   * alone, and the end may be behind that [R, S].
   */
  @Nullable SQLException end(PhysicalSession on, SQLException error, Operation<?> operation)
      throws SQLException {
    if (session.expiry().code(error) != 0) {
      return error;
    }
    var progress = operation.progress();
    return progress != null
            && progress.mayHideEnd()
            && session.replay() != ReplayScope.NONE
            && !on.isSwapped()
            && session.isDead(on)
        ? Swaps.behind(error)
        : null;
  }

  /** What becomes of a call once the session that it met dead has a successor. */
  <R> R healed(
      Call call,
      PhysicalSession dead,
      PhysicalSession fresh,
      SQLException error,
      Operation<R> operation)
      throws SQLException {
    var loss = dead.loss();
    if (loss.ofTransaction()) {
      return afterLostTransaction(call, dead, fresh, error, operation);
    }
    if (Effects.isLongRead(call)) {
      return ratherAdopted(call, dead, fresh, error, operation);
    }
    // What was written to a temp object died with it.
    boolean lasting =
        Effects.mayHaveRun(call) && !session.wroteOnlyTemp(call.shape(), call.binds(), dead);
    var progress = lasting ? operation.progress() : null;
    var outcome = lasting ? resolve(call, dead, operation) : new Outcome.NeverRan();
    if (progress != null) {
      outcome = ofRow(call, outcome, progress);
    }
    LOG.debug(
        "{} on generation {}: {}",
        call.shape().kind(),
        dead.generation(),
        outcome.getClass().getSimpleName());
    if (Effects.isScriptInTransaction(call) && !(outcome instanceof Outcome.NeverRan)) {
      Ghosts.abort(session.current().connection(), dead.id());
      OpenTransaction.giveUp(session);
      throw refusals.scriptLost(outcome, loss, error);
    }
    if (outcome instanceof Outcome.Unknown unknown) {
      session.loseWritten(call.shape(), call.binds(), session.current());
      refusals.later(loss, error);
      throw refusals.unknown(unknown, error);
    }
    if (progress != null) {
      return goOn(call, outcome, progress, fresh, loss, error, operation);
    }
    // DDL commits before it does anything [D]: where the transaction was rolled back it has not
    // come so far, and may have failed because of that.
    boolean undone =
        loss.transaction() == Loss.Transaction.REPLAYED && call.shape().kind() == Kind.DDL;
    if (outcome instanceof Outcome.Failed failed && !undone) {
      refusals.later(loss, error);
      throw failed.error();
    }
    if (outcome instanceof Outcome.Ran ran && lasts(call, ran)) {
      return adopt(call, ran, loss, fresh, error, operation);
    }
    refusals.ifLost(dead, fresh, error);
    if (Effects.opensTransaction(call) && session.options().inDoubt() != Options.InDoubt.FAIL) {
      // It must have ended before its transaction is: one that still waits for a warehouse, say,
      // would open it only later.
      var end = new InDoubt(session, call, dead).resolve(operation.patience(), true);
      if (end instanceof Outcome.Ran ran
          && ran.transaction() != 0
          && !session.wroteOnlyTemp(call.shape(), call.binds(), dead)
          && Transactions.end(session.current().connection(), ran.transaction())
              == Transactions.Fate.COMMITTED) {
        // Something had ended the transaction that it was believed to be in.
        return adopt(call, ran, loss, fresh, error, operation);
      }
    }
    abortGhost(call, dead, fresh);
    return recovery.again(call, operation, error);
  }

  /** What the outcome says of a batch of which some rows ran. */
  private static Outcome ofRow(Call call, Outcome outcome, Progress progress) {
    if (outcome instanceof Outcome.Unknown) {
      return outcome;
    }
    boolean told = call.shape().kind() == Kind.WRITE && !call.manualCommit();
    return switch (progress.doubt()) {
      case ONE_ROW -> told ? outcome : halfRun();
      // What failed has had no effect; it may be run like those that were never sent.
      case ONE_OF_SEVERAL ->
          told && !(outcome instanceof Outcome.Ran) ? new Outcome.NeverRan() : halfRun();
      case ANY -> halfRun();
    };
  }

  private static Outcome.Unknown halfRun() {
    return new Outcome.Unknown(
        "it is a batch that is sent row by row, and which of its failed rows ran is not told; the counts of the others are in the cause");
  }

  /**
   * Rows of a batch that ran stand; the one in doubt is what the history says, and the rest is run
   * by whoever has the rows.
   */
  private <R> R goOn(
      Call call,
      Outcome row,
      Progress progress,
      PhysicalSession fresh,
      Loss loss,
      SQLException error,
      Operation<R> operation)
      throws SQLException {
    refusals.later(loss, error);
    if (row instanceof Outcome.NeverRan && call.shape().has(Hint.NO_REPLAY)) {
      throw refusals.refused("the statement says selfheal: no-replay and was not run again", error);
    }
    if (row instanceof Outcome.Ran) {
      session.counters().adopted();
    }
    if (progress.ran() > 0 || row instanceof Outcome.Ran) {
      session.adopted(
          new Applied(call.sql(), call.shape(), call.binds(), null, -1, null, Map.of()), fresh);
    }
    progress.answered().forEach(session.lastQueries()::adopted);
    if (row instanceof Outcome.Ran ran) {
      session.lastQueries().adopted(ran.queryId());
    }
    try {
      return operation.upTo(
          row instanceof Outcome.NeverRan && call.cancelled()
              ? new Outcome.Failed(Refusals.cancelled(error))
              : row,
          fresh);
    } finally {
      session.lastQueries().disturb();
    }
  }

  /**
   * A read that may have cost an hour: its result was right when it was made, whatever the session
   * held that is lost since. In any doubt it is made again, as that does no harm.
   */
  private <R> R ratherAdopted(
      Call call,
      PhysicalSession dead,
      PhysicalSession fresh,
      SQLException error,
      Operation<R> operation)
      throws SQLException {
    var outcome = resolve(call, dead, operation);
    LOG.debug(
        "{} that may be repeated: {}", call.shape().kind(), outcome.getClass().getSimpleName());
    if (outcome instanceof Outcome.Failed failed
        && (call.cancelled() || failed.error().getErrorCode() != CANCELLED)) {
      refusals.later(dead.loss(), error);
      throw failed.error();
    }
    if (outcome instanceof Outcome.Ran ran) {
      try {
        var result = operation.adopt(ran, fresh);
        session.counters().adopted();
        session.lastQueries().adopted(ran.queryId());
        refusals.later(dead.loss(), error);
        return result;
      } catch (SQLException unreadable) {
        LOG.debug("its result is not readable: code {}", unreadable.getErrorCode());
      } finally {
        session.lastQueries().disturb();
      }
    }
    refusals.ifLost(dead, fresh, error);
    return recovery.again(call, operation, error);
  }

  /**
   * Whether a statement that ran was committed, where it is not certain that a transaction was
   * open.
   */
  private boolean lasts(Call call, Outcome.Ran ran) throws SQLException {
    if (call.shape().kind() != Kind.WRITE || !call.manualCommit()) {
      return true;
    }
    var fate =
        ran.transaction() == 0
            ? Transactions.Fate.UNKNOWN
            : Transactions.end(session.current().connection(), ran.transaction());
    if (fate == Transactions.Fate.UNKNOWN) {
      throw refusals.unknown(
          new Outcome.Unknown("it ran, but whether it was committed cannot be seen"), null);
    }
    return fate == Transactions.Fate.COMMITTED;
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
      return recovery.again(call, operation, error);
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
        return recovery.again(call, operation, error);
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

  <R> R adopt(
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
      session.adopted(
          new Applied(
              call.sql(),
              call.shape(),
              call.binds(),
              operation.replay(call.sql()),
              -1,
              ran.queryId(),
              Map.of()),
          fresh);
      return operation.adopt(ran, fresh);
    } catch (SQLException e) {
      throw refusals.resultUnreadable(ran, e);
    } finally {
      // It did not run here, and reading its result did.
      session.lastQueries().adopted(ran.queryId());
      session.lastQueries().disturb();
    }
  }

  /**
   * A first write may have opened a transaction in the old session, which keeps its locks [D]:
   * nothing of it can be committed any more.
   */
  static void abortGhost(Call call, PhysicalSession dead, PhysicalSession fresh) {
    if (Effects.opensTransaction(call)) {
      Ghosts.abort(fresh.connection(), dead.id());
    }
  }

  private Outcome resolve(Call call, PhysicalSession dead, Operation<?> operation) {
    return resolve(call, dead, operation, false);
  }

  Outcome resolve(Call call, PhysicalSession dead, Operation<?> operation, boolean unwanted) {
    if (session.options().inDoubt() == Options.InDoubt.FAIL) {
      return new Outcome.Unknown("selfheal.inDoubt=fail");
    }
    var doubt = new InDoubt(session, call, dead, call.shape().kind() == Kind.WRITE);
    var outcome = doubt.resolve(operation.patience(), unwanted);
    return outcome instanceof Outcome.NeverRan && doubt.mayLeaveNoRow()
        ? new Outcome.Unknown(
            "short statements on a hybrid table leave no row in the query history")
        : outcome;
  }
}
