package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.journal.Applied;
import io.selfheal.jdbc.journal.Loss;
import io.selfheal.jdbc.journal.Variable;
import io.selfheal.jdbc.journal.Variables;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.QueryHistory;
import io.selfheal.jdbc.snowflake.Transactions;
import io.selfheal.jdbc.sql.Detail.FileVerb;
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
 * Takes note of calls that were answered, and decides whether what one did still counts: its
 * session may have been left meanwhile. Thread-safe.
 */
final class AnsweredCalls {

  private static final Logger LOG = LoggerFactory.getLogger(AnsweredCalls.class);

  private final LogicalSession session;
  private final Refusals refusals;

  AnsweredCalls(LogicalSession session, Refusals refusals) {
    this.session = session;
    this.refusals = refusals;
  }

  void answered(Call call, PhysicalSession on, Operation<?> operation) {
    var several = operation.queryIds();
    if (several.isEmpty()) {
      answered(call, on, operation.queryId());
    } else {
      several.forEach(id -> answered(call, on, id));
    }
  }

  private void answered(Call call, PhysicalSession on, @Nullable String queryId) {
    if (queryId != null) {
      on.answered();
    }
    on.queries().add(queryId, isParent(call), session.current() != on);
    if (session.current() != on) {
      on.explain(queryId);
    }
  }

  /** Whether it may have run statements whose ids nobody is told of. */
  private static boolean isParent(Call call) {
    return call.shape().kind() == Kind.OPAQUE;
  }

  /**
   * An ordinary error; the statement may have left something behind all the same.
   *
   * @return false when what it did counted only for a session that has been left meanwhile
   */
  boolean failed(Call call, PhysicalSession on, SQLException error, Operation<?> operation)
      throws SQLException {
    var progress = operation.progress();
    var queryId = operation.queryId();
    if (progress != null) {
      progress.answered().forEach(id -> answered(call, on, id));
    }
    if (progress == null || isParent(call)) {
      on.queries().addFailed(queryId, isParent(call), session.current() != on);
      if (session.current() != on) {
        on.explain(queryId);
      }
    } else {
      on.explain(queryId);
    }
    if (queryId != null) {
      on.answered();
    }
    // Of several that failed, all but the first may have run: their errors are not told.
    boolean told =
        progress != null
            && progress.failedAlone()
            && call.shape().kind() == Kind.WRITE
            && !isNotTheServers(error);
    failed(call, on, error, queryId, told);
    if (progress == null || progress.ran() == 0) {
      return true;
    }
    return told
        ? standsInPart(call, on, operation, progress)
        : session.current() == on || outlives(call, on);
  }

  /** Of a batch that failed half-way, what ran is taken note of. */
  private boolean standsInPart(
      Call call, PhysicalSession on, Operation<?> operation, Progress progress)
      throws SQLException {
    boolean records = session.records(call.shape(), call.binds(), on);
    var replay = records ? operation.replay(call.sql()) : null;
    var applied =
        new Applied(
            call.sql(),
            call.shape(),
            call.binds(),
            replay,
            progress.count(),
            operation.queryId(),
            Map.of());
    return session.applied(applied, on) || outlives(call, on);
  }

  private boolean outlives(Call call, PhysicalSession left) throws SQLException {
    return !call.manualCommit() && !session.wroteOnlyTemp(call.shape(), call.binds(), left);
  }

  private void failed(
      Call call, PhysicalSession on, SQLException error, @Nullable String queryId, boolean told) {
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
        || (error instanceof BatchUpdateException && !told)
        || isNotTheServers(error)) {
      session.attempted(shape, call.sql(), call.binds(), on);
    }
  }

  /** Whether it may have run although it failed: the trouble was on the way. */
  private static boolean isNotTheServers(SQLException error) {
    var state = error.getSQLState();
    return state != null && state.startsWith("08");
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

  /**
   * Whether what a statement did still counts. One that succeeded on a session that another thread
   * has left meanwhile did so for a session that is gone: unless its effect outlives the session it
   * has to be run again.
   */
  <R> boolean stands(
      Call call, PhysicalSession on, Operation<R> operation, R result, Map<String, Variable> values)
      throws SQLException {
    return (isStateless(call) && session.current() == on)
        || counts(call, on, operation, result, values);
  }

  /** Whether it changes nothing that a session holds. */
  private boolean isStateless(Call call) {
    var shape = call.shape();
    return switch (shape.kind()) {
      case QUERY ->
          !shape.has(Trait.LOCKS_ROWS) && !shape.has(Hint.CHECKPOINT) && !call.manualCommit();
      case WRITE ->
          !call.manualCommit() && !session.hasTempObjects() && !shape.has(Hint.CHECKPOINT);
      default -> false;
    };
  }

  private <R> boolean counts(
      Call call, PhysicalSession on, Operation<R> operation, R result, Map<String, Variable> values)
      throws SQLException {
    var shape = call.shape();
    var applied = applied(call, on, operation, result, values);
    if (ended(operation, shape) ? session.applied(applied, on) : session.submitted(applied, on)) {
      if (shape.transactionVerb() == TransactionVerb.BEGIN || shape.has(Trait.AUTOCOMMIT)) {
        shareTransaction(call, on, Math.max(1, operation.queryIds().size()));
      } else if (shape.kind() == Kind.WRITE && !call.manualCommit() && session.manualCommit()) {
        // It began before that transaction did, for all that is known here.
        session.transactionNotRecorded(
            "a statement of another thread may be part of it that began at the same time");
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
          refusals.later("what the last statement made is not current there; say USE", e);
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
        if (call.manualCommit()) {
          OpenTransaction.giveUp(session);
          throw refusals.scriptLost(
              new Outcome.Ran(String.valueOf(operation.queryId()), 0, 0), loss, on.endedBy());
        }
        refusals.laterAfterOpaque(on.endedBy());
        yield true;
      }
      case TEMP_DDL, USE, SESSION -> false;
    };
  }

  /** Whether all that it changes is changed, or nothing is. */
  private static boolean ended(Operation<?> operation, Shape shape) {
    return !operation.endsLater()
        || (shape.kind() == Kind.QUERY && !shape.has(Trait.LOCKS_ROWS))
        // The physical driver moves files before it answers [S].
        || (shape.transfer() != null
            && (shape.transfer().verb() == FileVerb.PUT
                || shape.transfer().verb() == FileVerb.GET));
  }

  /**
   * What another thread ran while a transaction was being opened may be part of it, and was not
   * recorded.
   */
  private void shareTransaction(Call call, PhysicalSession on, int own) {
    if (session.manualCommit()
        && (on.queries().count() - call.answered() > own
            || !session.users().rivals(call, on).isEmpty())) {
      session.transactionNotRecorded(
          "a statement of another thread may be part of it that began at the same time");
    }
  }

  private <R> Applied applied(
      Call call, PhysicalSession on, Operation<R> operation, R result, Map<String, Variable> values)
      throws SQLException {
    var shape = call.shape();
    boolean records = ended(operation, shape) && session.records(shape, call.binds(), on);
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
  Map<String, Variable> values(Call call, PhysicalSession on) throws SQLException {
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
}
