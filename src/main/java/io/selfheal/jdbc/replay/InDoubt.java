package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.Ghosts;
import io.selfheal.jdbc.snowflake.QueryHistory;
import io.selfheal.jdbc.snowflake.QueryHistory.Row;
import io.selfheal.jdbc.snowflake.QueryHistory.Status;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a write ran on the dead session, by that session's query history. However fast
 * the call failed it may have run: the physical driver sends again after a lost answer, and polls
 * after a slow one [R]. Runs on the caller's thread, outside every lock. For one call, not
 * thread-safe.
 */
final class InDoubt {

  /** How long a statement may take to end after it was cancelled on the server [I]. */
  private static final Duration CANCEL_TAKES = QueryHistory.SETTLES.plusSeconds(1);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final Logger LOG = LoggerFactory.getLogger(InDoubt.class);

  private final LogicalSession session;
  private final Call call;
  private final PhysicalSession dead;
  private boolean cancelWhatRuns;
  private boolean cancelSent;

  /** When the application's cancel was first seen; 0 before. */
  private long cancelSeen;

  InDoubt(LogicalSession session, Call call, PhysicalSession dead) {
    this.session = session;
    this.call = call;
    this.dead = dead;
  }

  /**
   * Looks until the statement's fate is certain, or certainly unknowable.
   *
   * @param limit how long a statement that still runs is waited for; null for as long as it takes
   * @param unwanted whether it may as well be cancelled, as nothing that it does can last
   */
  Outcome resolve(@Nullable Duration limit, boolean unwanted) {
    cancelWhatRuns = unwanted;
    var outcome = look(limit);
    if (outcome instanceof Outcome.Unknown) {
      // What this call leaves unexplained must not be taken for another's of the same text.
      dead.contest(call.sql());
    }
    return outcome;
  }

  private Outcome look(@Nullable Duration limit) {
    var id = dead.id();
    if (id == null) {
      return new Outcome.Unknown("the physical connection has no session id to look up");
    }
    long start = System.nanoTime();
    var pause = FIRST_PAUSE;
    while (true) {
      Outcome outcome = null;
      // Not the one that took the dead one's place: that may have been left and closed meanwhile.
      var on = session.current();
      session.lastQueries().disturb();
      boolean settled = System.nanoTime() - start >= QueryHistory.SETTLES.toNanos();
      try {
        var database = on.connection().getCatalog();
        if (database == null) {
          return new Outcome.Unknown("the query history can only be read with a current database");
        }
        outcome = judge(QueryHistory.of(on.connection(), id, database), settled);
      } catch (SQLException e) {
        LOG.debug("query history not readable: code {}", e.getErrorCode());
        if (on == session.current()) {
          return new Outcome.Unknown(
              "the query history could not be read (code " + e.getErrorCode() + ")");
        }
      }
      if (outcome != null) {
        return outcome;
      }
      if (gaveUpAfterCancel()) {
        return new Outcome.Unknown("the call was cancelled while its outcome was looked up");
      }
      if (session.isClosed()) {
        return new Outcome.Unknown("the connection was closed while the outcome was looked up");
      }
      if (limit != null
          && System.nanoTime() - start >= limit.plus(QueryHistory.SETTLES).toNanos()) {
        return new Outcome.Unknown("the statement was still running on the old session");
      }
      try {
        Thread.sleep(pause.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Outcome.Unknown("the thread was interrupted while the outcome was looked up");
      }
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  /**
   * A cancelled statement has a moment to end on the server, so that its own error can be given.
   */
  private boolean gaveUpAfterCancel() {
    if (!call.cancelled()) {
      return false;
    }
    long now = System.nanoTime();
    if (cancelSeen == 0) {
      cancelSeen = now;
    }
    return now - cancelSeen >= CANCEL_TAKES.toNanos();
  }

  /** Null when it is too early to tell. */
  private @Nullable Outcome judge(List<Row> history, boolean settled) throws SQLException {
    var others = session.users().rivals(call, dead);
    var rivals =
        others.stream().filter(other -> QueryHistory.sameText(other.sql(), call.sql())).toList();
    var recent = sinceItBegan(history);
    if (recent == null) {
      return settled
          ? new Outcome.Unknown("the query history does not show what ran before the statement")
          : null;
    }
    var known = dead.known().ids();
    var mine =
        recent.stream().filter(row -> !known.contains(row.queryId()) && isThis(row)).toList();
    if (!mine.isEmpty() && dead.isContested(call.sql())) {
      return ambiguous();
    }
    mine = mine.stream().filter(row -> !dead.isClaimed(row.queryId())).toList();
    for (var row : recent) {
      if (!known.contains(row.queryId())
          && !isThis(row)
          && !dead.isClaimed(row.queryId())
          && !dead.isContested(row.text())
          && unexplained(row, others)
          && !isChild(row, mine)) {
        return settled
            ? new Outcome.Unknown(
                "query " + row.queryId() + " of the old session cannot be explained")
            : null;
      }
    }
    if (mine.isEmpty()) {
      return settled ? new Outcome.NeverRan() : null;
    }
    if (!dead.known().reachesBackTo(call.answered())) {
      // One of the rows may be another's whose id is forgotten.
      return ambiguous();
    }
    if (dead.known().endsWithParent(call.answered())) {
      // The physical driver knows one id of several that such a text makes [R].
      return new Outcome.Unknown(
          "a statement of the same text may have been part of the one before it");
    }
    if (mayBeDescription(mine)) {
      return new Outcome.Unknown("it cannot be told from a request that only described it");
    }
    var running = mine.stream().filter(row -> row.status() == Status.RUNNING).toList();
    if (!running.isEmpty()
        && (cancelWhatRuns || call.cancelled())
        && rivals.isEmpty()
        && mine.size() == 1) {
      cancel(running.get(0));
    }
    if (!running.isEmpty() || !rivals.stream().allMatch(Call::failed)) {
      // A rival that has not failed yet may still get its answer, and with it the id that explains
      // one of the rows.
      return null;
    }
    if (rivals.isEmpty() && mine.size() == 1) {
      return take(mine.get(0));
    }
    if (!settled) {
      return null;
    }
    return among(mine, rivals.size() + 1);
  }

  /**
   * Should the history list describe-only requests [I], they would look like a write that changed
   * nothing.
   */
  private boolean mayBeDescription(List<Row> rows) {
    return call.described()
        && call.shape().kind() == Kind.WRITE
        && rows.stream().anyMatch(row -> row.rows() == 0 && row.status() == Status.SUCCEEDED);
  }

  private void cancel(Row row) throws SQLException {
    if (!cancelSent) {
      QueryHistory.cancel(session.current().connection(), row.queryId());
      cancelSent = true;
    }
  }

  /** Several calls of one text: whose row is whose does not matter where all are alike. */
  private Outcome among(List<Row> rows, int calls) {
    boolean sameEnd =
        rows.stream().map(row -> row.status() + " " + row.rows()).distinct().count() == 1;
    if (rows.size() <= calls && sameEnd && (rows.size() == calls || !call.binds().any())) {
      for (var row : rows) {
        var outcome = claim(row);
        if (outcome != null) {
          return outcome;
        }
      }
      return new Outcome.NeverRan();
    }
    return ambiguous();
  }

  private static Outcome ambiguous() {
    return new Outcome.Unknown("several calls of the same text were under way on the old session");
  }

  private Outcome take(Row row) {
    var outcome = claim(row);
    return outcome == null ? ambiguous() : outcome;
  }

  private @Nullable Outcome claim(Row row) {
    if (!dead.claim(row.queryId())) {
      return null;
    }
    if (row.status() == Status.FAILED) {
      return new Outcome.Failed(new SQLException(row.errorMessage(), "HY000", row.errorCode()));
    }
    return new Outcome.Ran(row.queryId(), row.rows(), row.transaction());
  }

  /**
   * What started no earlier than any statement that had been answered when the call began. Not what
   * started after their ends: an asynchronous query, or one whose client gave up, is answered
   * before it ends. Null when none of those can be seen.
   */
  private @Nullable List<Row> sinceItBegan(List<Row> history) {
    if (call.answered() == 0) {
      return history;
    }
    var before = dead.known().first(call.answered());
    var last =
        history.stream()
            .filter(row -> before.contains(row.queryId()))
            .map(Row::start)
            .max(Comparator.naturalOrder());
    return last.isEmpty()
        ? null
        : history.stream().filter(row -> row.start().compareTo(last.get()) >= 0).toList();
  }

  /**
   * Whether the row can be this call. The physical driver words the switch of autocommit in its own
   * way [R].
   */
  private boolean isThis(Row row) {
    if (row.hasText(call.sql())) {
      return true;
    }
    var parameters = call.shape().parameters();
    var theirs = Shape.of(row.text()).parameters();
    return parameters != null
        && theirs != null
        && call.shape().has(Trait.AUTOCOMMIT)
        && parameters.unset() == theirs.unset()
        && parameters.values().equals(theirs.values());
  }

  /** Whether the row may have been run by the statement in doubt, a procedure or a block. */
  private boolean isChild(Row row, List<Row> mine) {
    return call.shape().kind() == Kind.OPAQUE
        && mine.size() == 1
        && row.start().compareTo(mine.get(0).start()) >= 0;
  }

  /**
   * A row that is neither answered, nor this call's text, nor another call's, yet changes
   * something: it could be this call in other words. Reads and what the physical driver sends for
   * itself cannot.
   */
  private boolean unexplained(Row row, List<Call> others) {
    var shape = Shape.of(row.text());
    return switch (shape.kind()) {
      case QUERY, USE, SESSION, TRANSACTION -> false;
      // The physical driver's own, for a stream; no statement but a PUT can be worded so.
      case FILE -> call.shape().kind() == Kind.FILE && isUnexplained(row, others);
      case WRITE, DDL, OPAQUE, TEMP_DDL -> isUnexplained(row, others);
    };
  }

  private static boolean isUnexplained(Row row, List<Call> others) {
    return !row.text().contains("SYSTEM$BIND")
        && !Ghosts.made(row.text())
        && others.stream().noneMatch(other -> row.hasText(other.sql()));
  }
}
