package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.driver.Options;
import io.selfheal.jdbc.journal.Applied;
import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.journal.Loss;
import io.selfheal.jdbc.journal.Variable;
import io.selfheal.jdbc.journal.Variables;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.Swaps;
import io.selfheal.jdbc.snowflake.Ghosts;
import io.selfheal.jdbc.snowflake.QueryHistory;
import io.selfheal.jdbc.snowflake.Transactions;
import io.selfheal.jdbc.sql.Detail.TransactionVerb;
import io.selfheal.jdbc.sql.Hint;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Map;
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
  private final SwappedCalls swaps;

  public Recovery(LogicalSession session) {
    this.session = session;
    this.refusals = new Refusals(session);
    this.swaps = new SwappedCalls(this, session, refusals);
  }

  /**
   * Makes a call that has a text.
   *
   * @param call the caller's own record of it, not in use
   * @throws SQLException the physical driver's own error, same object, unless it tells of a dead
   *     session; then see the package's exceptions
   */
  public <R> R run(Call call, String sql, Binds binds, Operation<R> operation) throws SQLException {
    try {
      var on = enter(call, sql, Shape.of(sql), binds, operation);
      R result;
      Map<String, Variable> values;
      try {
        result = operation.run(on, call.sql());
        values = values(call, on);
      } catch (SQLException e) {
        if (session.expiry().code(e) != 0) {
          return recover(call, on, e, operation);
        }
        if (on.isSwapped()) {
          return swaps.failed(call, on, e, operation);
        }
        failed(call, on, e, operation.queryId());
        throw e;
      } catch (RuntimeException e) {
        // Nobody knows how far it came; a history row of this text may be its own.
        on.contest(call.sql());
        if (call.shape().kind() != Kind.QUERY) {
          session.attempted(call.shape(), call.sql(), call.binds(), on);
        }
        throw e;
      }
      if (on.isSwapped()) {
        return swaps.succeeded(call, on, operation, result, values);
      }
      answered(call, on, operation.queryId());
      return keep(call, on, operation, result, values);
    } finally {
      session.requested();
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
      session.reportLater(refusals.transactionLost(dead, session.usable(), dead.endedBy()));
    } else {
      refusals.later(dead.loss(), dead.endedBy());
    }
    return !dead.loss().bound() && !dead.loss().ofTransaction();
  }

  private PhysicalSession enter(
      Call call, String sql, Shape shape, Binds binds, Operation<?> operation) throws SQLException {
    session.heartbeat();
    while (true) {
      var on = shape.transactionVerb() == TransactionVerb.ROLLBACK ? usableForRollback() : usable();
      call.start(on, sql, shape, binds, session.manualCommit(), session.perhapsCommitted());
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
        return on;
      }
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

  void answered(Call call, PhysicalSession on, @Nullable String queryId) {
    on.known().add(queryId, call.shape().kind() == Kind.OPAQUE);
    session.lastQueries().add(queryId);
  }

  /** An ordinary error; the statement may have left something behind all the same. */
  void failed(Call call, PhysicalSession on, SQLException error, @Nullable String queryId) {
    on.known().add(queryId, call.shape().kind() == Kind.OPAQUE);
    // It may be that of an earlier one, if the call did not come to the server.
    session.lastQueries().add(null);
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
        || error instanceof BatchUpdateException
        || isNotTheServers(error)) {
      session.attempted(shape, call.sql(), call.binds(), on);
    }
  }

  /** Whether it may have run although it failed: the trouble was on the way. */
  private static boolean isNotTheServers(SQLException error) {
    var state = error.getSQLState();
    return state != null && state.startsWith("08");
  }

  private <R> R recover(Call call, PhysicalSession dead, SQLException error, Operation<R> operation)
      throws SQLException {
    call.fail();
    boolean inAnother = dead.isSwapped();
    PhysicalSession fresh;
    try {
      fresh = session.heal(dead, error, session.options().healTimeout());
      unlessNone(dead, fresh, error);
    } catch (SQLException unresolved) {
      // This call ends without an outcome: a row of its text must not be taken for another's.
      dead.contest(call.sql());
      throw unresolved;
    }
    if (inAnother && Effects.leavesTraces(call)) {
      // Its session has no history that could be asked: its number is not known.
      throw swaps.unknown(call, dead, fresh, error);
    }
    return healed(call, dead, fresh, error, operation);
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
    // What was written to a temp object died with it.
    boolean lasting =
        Effects.mayHaveRun(call) && !session.wroteOnlyTemp(call.shape(), call.binds(), dead);
    var outcome = lasting ? resolve(call, dead, operation) : new Outcome.NeverRan();
    LOG.debug(
        "{} on generation {}: {}",
        call.shape().kind(),
        dead.generation(),
        outcome.getClass().getSimpleName());
    if (outcome instanceof Outcome.Unknown unknown) {
      session.loseWritten(call.shape(), call.binds(), session.current());
      refusals.later(loss, error);
      throw refusals.unknown(unknown, error);
    }
    // DDL commits before it does anything [D]: where the transaction was rolled back it has not
    // come
    // so far, and may have failed because of that.
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
    return again(call, operation, error);
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

  private boolean wasCommitted(@Nullable String queryId, PhysicalSession left) throws SQLException {
    var now = session.current().connection();
    session.lastQueries().disturb();
    var database = now.getCatalog();
    if (left.id() != null && database != null) {
      for (var row : QueryHistory.of(now, left.id(), database)) {
        if (row.queryId().equals(queryId) && row.transaction() != 0) {
          var fate = Transactions.end(now, row.transaction());
          if (fate != Transactions.Fate.UNKNOWN) {
            return fate == Transactions.Fate.COMMITTED;
          }
        }
      }
    }
    throw refusals.transactionUnknown(
        new Outcome.Unknown("another thread ended the transaction"), left.loss(), left.endedBy());
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
      session.lastQueries().add(ran.queryId());
      session.lastQueries().disturb();
    }
  }

  /** The result of a call that succeeded, or that of its repeat, where it counts no more. */
  <R> R keep(
      Call call, PhysicalSession on, Operation<R> operation, R result, Map<String, Variable> values)
      throws SQLException {
    return stands(call, on, operation, result, values) ? result : onceMore(call, on, operation);
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
    var on = restart(call);
    session.refuseMissing(call.shape(), call.sql(), call.binds(), on, error);
    reword(call, operation, error);
    session.counters().repeated();
    R result;
    Map<String, Variable> values;
    try {
      result = operation.run(on, call.sql());
      values = values(call, on);
    } catch (SQLException e) {
      failed(call, on, e, operation.queryId());
      if (session.expiry().code(e) == 0) {
        swaps.refuseRepeat(call, on, false, operation.queryId());
      }
      throw e;
    }
    answered(call, on, operation.queryId());
    swaps.refuseRepeat(call, on, true, operation.queryId());
    if (!stands(call, on, operation, result, values)) {
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
  private <R> boolean stands(
      Call call, PhysicalSession on, Operation<R> operation, R result, Map<String, Variable> values)
      throws SQLException {
    var shape = call.shape();
    boolean stateless =
        switch (shape.kind()) {
          case QUERY ->
              !shape.has(Trait.LOCKS_ROWS) && !shape.has(Hint.CHECKPOINT) && !call.manualCommit();
          case WRITE ->
              !call.manualCommit() && !session.hasTempObjects() && !shape.has(Hint.CHECKPOINT);
          default -> false;
        };
    if (stateless && session.current() == on) {
      return true;
    }
    var applied = applied(call, on, operation, result, values);
    if (session.applied(applied, on)) {
      if (shape.transactionVerb() == TransactionVerb.BEGIN || shape.has(Trait.AUTOCOMMIT)) {
        shareTransaction(call, on, operation.queryId() == null ? 0 : 1);
      }
      return true;
    }
    if (applied.replay() != null) {
      applied.replay().discard();
    }
    if (session.current() == on) {
      session.usable(); // another call has had it replaced by the physical driver
    }
    var loss = on.loss();
    return switch (shape.kind()) {
      case QUERY -> !shape.has(Trait.LOCKS_ROWS);
      case WRITE -> {
        if (call.manualCommit() && loss.ofTransaction()) {
          throw refusals.transactionLost(on, session.current(), on.endedBy());
        }
        if (call.manualCommit() && loss.transaction() == Loss.Transaction.COMMITTED) {
          // By another thread, and perhaps this statement with it.
          yield wasCommitted(operation.queryId(), on);
        }
        yield !call.manualCommit() && !session.wroteOnlyTemp(shape, call.binds(), on);
      }
      case DDL -> {
        if (session.wroteOnlyTemp(shape, call.binds(), on)) {
          yield false;
        }
        try {
          Contexts.follow(shape, session.current());
        } catch (SQLException e) {
          session.reportLater(
              refusals.refused("what the last statement made is not current there; say USE", e));
        }
        yield true;
      }
      case FILE -> session.keepsFilesOf(shape, call.binds(), on);
      case TRANSACTION ->
          // What was replayed is open again.
          shape.transactionVerb() != TransactionVerb.BEGIN
              && loss.transaction() != Loss.Transaction.REPLAYED;
      case OPAQUE -> {
        if (call.manualCommit() && loss.ofTransaction()) {
          throw refusals.transactionLost(on, session.current(), on.endedBy());
        }
        refusals.laterAfterOpaque(on.endedBy());
        yield true;
      }
      case TEMP_DDL, USE, SESSION -> false;
    };
  }

  /**
   * What another thread ran while a transaction was being opened may be part of it, and was not
   * recorded.
   */
  private void shareTransaction(Call call, PhysicalSession on, int own) {
    if (session.manualCommit()
        && (on.known().count() - call.answered() > own
            || !session.users().rivals(call, on).isEmpty())) {
      session.transactionNotRecorded(
          "a statement of another thread may be part of it that began at the same time");
    }
  }

  private <R> Applied applied(
      Call call, PhysicalSession on, Operation<R> operation, R result, Map<String, Variable> values)
      throws SQLException {
    var shape = call.shape();
    boolean records = session.records(shape, call.binds(), on);
    return new Applied(
        call.sql(),
        shape,
        call.binds(),
        records ? operation.replay(call.sql()) : null,
        records ? operation.count(result) : -1,
        operation.queryId(),
        values);
  }

  /**
   * The values of variables that were set, for as long as the session can tell them.
   *
   * @throws SQLException an expiry: the variables went with their session, so SET has to be made
   *     again
   */
  private Map<String, Variable> values(Call call, PhysicalSession on) throws SQLException {
    var names = Variables.toRead(call.shape(), call.sql());
    if (names.isEmpty()) {
      return Map.of();
    }
    session.lastQueries().disturb();
    try {
      return Variables.read(on.connection(), names);
    } catch (SQLException unknown) {
      if (session.expiry().code(unknown) != 0) {
        throw unknown;
      }
      // They are lost with the session, then, and the application is told.
      LOG.debug("values of variables not read: code {}", unknown.getErrorCode());
      return Map.of();
    }
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
    return resolve(call, dead, operation, false);
  }

  Outcome resolve(Call call, PhysicalSession dead, Operation<?> operation, boolean unwanted) {
    if (session.options().inDoubt() == Options.InDoubt.FAIL) {
      return new Outcome.Unknown("selfheal.inDoubt=fail");
    }
    return new InDoubt(session, call, dead).resolve(operation.patience(), unwanted);
  }

  private void unlessNone(PhysicalSession dead, PhysicalSession fresh, SQLException error)
      throws SQLException {
    if (session.replay() == ReplayScope.NONE) {
      throw dead.loss().ofTransaction() ? refusals.transactionLost(dead, fresh, error) : error;
    }
  }
}
