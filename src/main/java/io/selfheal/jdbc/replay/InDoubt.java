package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.replay.Suspects.Finding;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.QueryHistory;
import io.selfheal.jdbc.snowflake.QueryHistory.Page;
import io.selfheal.jdbc.snowflake.QueryHistory.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a statement ran on the dead session, by that session's query history. However
 * fast the call failed it may have run: the physical driver sends again after a lost answer, and
 * polls after a slow one [R]. Runs on the caller's thread, outside every lock. For one call, not
 * thread-safe.
 */
final class InDoubt {

  /** How long a statement may take to end after it was cancelled on the server [I]. */
  private static final Duration CANCEL_TAKES = QueryHistory.SETTLES.plusSeconds(4);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** For the first while; then a tenth of the time that it has taken, up to the other. */
  private static final Duration LONG_PAUSE = Duration.ofSeconds(2);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** How soon a cancel or close by another thread is seen. */
  private static final Duration SLICE = Duration.ofMillis(100);

  /** Rows asked for at first: one look must not cost what the rare one needs. */
  private static final int FEW_ROWS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(InDoubt.class);

  private final LogicalSession session;
  private final Call call;
  private final PhysicalSession dead;
  private final Suspects suspects;
  private boolean cancelWhatRuns;
  private boolean cancelSent;
  private int rows = FEW_ROWS;

  /** Whether it is to be found out if what the call writes to must leave a row. */
  private final boolean asksForTables;

  private boolean mayLeaveNoRow;

  /** When the history had first answered; 0 before. */
  private long firstLook;

  /** Whether the call's row was ever seen running. */
  private boolean seenRunning;

  /** When it was not there any more; 0 while it is. */
  private long goneSince;

  /** The call's row when it was last seen running; null before. */
  private @Nullable Row running;

  /** When the application's cancel was first seen; 0 before. */
  private long cancelSeen;

  InDoubt(LogicalSession session, Call call, PhysicalSession dead) {
    this(session, call, dead, false);
  }

  /**
   * @param asksForTables whether {@link #mayLeaveNoRow} will be asked
   */
  InDoubt(LogicalSession session, Call call, PhysicalSession dead, boolean asksForTables) {
    this.asksForTables = asksForTables;
    this.session = session;
    this.call = call;
    this.dead = dead;
    this.suspects = new Suspects(session, call, dead);
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

  /** Whether its absence from the history means nothing: of a hybrid table's writes [D]. */
  boolean mayLeaveNoRow() {
    return mayLeaveNoRow;
  }

  private Outcome look(@Nullable Duration limit) {
    var id = dead.id();
    if (id == null) {
      return new Outcome.Unknown("the physical connection has no session id to look up");
    }
    long start = System.nanoTime();
    var pause = FIRST_PAUSE;
    while (true) {
      // Not the one that took the dead one's place: that may have been left and closed meanwhile.
      var on = session.current();
      session.lastQueries().disturb();
      boolean settled = untilSettled().isZero();
      try {
        var database = on.connection().getCatalog();
        if (database == null) {
          return new Outcome.Unknown("the query history can only be read with a current database");
        }
        var outcome = look(on.connection(), id, database, settled);
        if (outcome != null) {
          return outcome;
        }
        if (firstLook == 0) {
          firstLook = System.nanoTime();
        }
      } catch (SQLException e) {
        LOG.debug("query history not readable: code {}", e.getErrorCode());
        if (on == session.current()) {
          return new Outcome.Unknown(
              "the query history could not be read (code " + e.getErrorCode() + ")");
        }
      }
      if (call.cancelled() && cancelSeen == 0) {
        // It ends soon, however long the looks have been apart.
        pause = FIRST_PAUSE;
      }
      if (gaveUpAfterCancel()) {
        return new Outcome.Unknown("the call was cancelled while its outcome was looked up");
      }
      if (session.isClosed()) {
        return new Outcome.Unknown("the connection was closed while the outcome was looked up");
      }
      if (limit != null && since(start).compareTo(limit.plus(QueryHistory.SETTLES)) >= 0) {
        return new Outcome.Unknown("the statement was still running on the old session");
      }
      // Nothing was there: the next look is the one that means something.
      boolean nothing = running == null && session.users().rivals(call, dead).isEmpty();
      var interrupted =
          pause(nothing && !settled ? untilSettled() : shorter(pause, untilSettled()));
      if (interrupted != null) {
        return interrupted;
      }
      pause = longer(pause, since(start));
    }
  }

  /**
   * Counted from the first look: what had ended by then is shown when so long has gone by, and what
   * still ran was seen running.
   */
  private Duration untilSettled() {
    var left = firstLook == 0 ? QueryHistory.SETTLES : QueryHistory.SETTLES.minus(since(firstLook));
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** The next look is not to come later than the moment at which one means something. */
  private static Duration shorter(Duration pause, Duration untilSettled) {
    return untilSettled.isZero() || pause.compareTo(untilSettled) < 0 ? pause : untilSettled;
  }

  /** Null when it is too early to tell. */
  private @Nullable Outcome look(Connection connection, String id, String database, boolean settled)
      throws SQLException {
    var known = running;
    if (known != null && QueryHistory.runs(connection, id, database, rows, known.queryId())) {
      cancelIfWanted(connection, known);
      return null;
    }
    var finding = suspects.judge(read(connection, id, database, settled), settled);
    running = finding instanceof Finding.Runs runs ? runs.row() : null;
    if (running != null) {
      seenRunning = true;
      goneSince = 0;
      cancelIfWanted(connection, running);
    }
    var outcome = finding instanceof Finding.Known end ? end.outcome() : null;
    return seenRunning && outcome instanceof Outcome.NeverRan ? missing() : outcome;
  }

  /** It was seen running, so that its end has yet to be shown. */
  private @Nullable Outcome missing() {
    if (goneSince == 0) {
      goneSince = System.nanoTime();
    }
    return since(goneSince).compareTo(QueryHistory.SETTLES) < 0
        ? null
        : new Outcome.Unknown("it was seen running, and the query history does not show its end");
  }

  /** As many of the last rows as it takes to see all that matters. */
  private Page read(Connection connection, String id, String database, boolean settled)
      throws SQLException {
    while (true) {
      var page =
          asksForTables && settled
              ? withTables(connection, id, database)
              : QueryHistory.newest(connection, id, database, rows, List.of());
      if (rows >= QueryHistory.LIMIT || suspects.suffices(page)) {
        return page;
      }
      rows = Math.min(10 * rows, QueryHistory.LIMIT);
    }
  }

  private Page withTables(Connection connection, String id, String database) throws SQLException {
    try {
      var tables = session.targets(call.shape(), call.binds(), session.current());
      var page = QueryHistory.newest(connection, id, database, rows, tables);
      mayLeaveNoRow = page.hybrid();
      return page;
    } catch (SQLException e) {
      LOG.debug("kind of a table not readable: code {}", e.getErrorCode());
      mayLeaveNoRow = true;
      return QueryHistory.newest(connection, id, database, rows, List.of());
    }
  }

  private void cancelIfWanted(Connection connection, Row row) throws SQLException {
    if ((cancelWhatRuns || call.cancelled()) && !cancelSent) {
      QueryHistory.cancel(connection, row.queryId());
      cancelSent = true;
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

  /**
   * At most so long: not beyond a cancel that has yet to be sent on, nor a close.
   *
   * @return what an interruption makes of the call; otherwise null
   */
  private @Nullable Outcome pause(Duration time) {
    long start = System.nanoTime();
    boolean cancelled = call.cancelled();
    var left = time;
    while (left.compareTo(Duration.ZERO) > 0
        && call.cancelled() == cancelled
        && !session.isClosed()) {
      try {
        Thread.sleep(Math.min(left.toMillis() + 1, SLICE.toMillis()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Outcome.Unknown("the thread was interrupted while the outcome was looked up");
      }
      left = time.minus(since(start));
    }
    return null;
  }

  private static Duration longer(Duration pause, Duration elapsed) {
    var tenth = elapsed.dividedBy(10);
    var most = tenth.compareTo(LONGEST_PAUSE) < 0 ? tenth : LONGEST_PAUSE;
    most = most.compareTo(LONG_PAUSE) < 0 ? LONG_PAUSE : most;
    var doubled = pause.multipliedBy(2);
    return doubled.compareTo(most) < 0 ? doubled : most;
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
