package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.session.PhysicalSession;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call of the application's, as something that can be made on any session. */
public interface Operation<R> {

  /**
   * Makes the call on that session.
   *
   * @param text what to send: the application's text, or a wording of it that means the same there
   */
  R run(PhysicalSession session, String text) throws SQLException;

  /** Whether {@link #run} can send another wording. */
  default boolean takesText() {
    return false;
  }

  /** Whether {@link #run} gives it a QUERY_TAG where marks are wanted. */
  default boolean takesTag() {
    return false;
  }

  /** Whether {@link #run} may be answered before the statement has ended, or even begun. */
  default boolean endsLater() {
    return false;
  }

  /**
   * The call that was made last, as something to be made again on another connection; null where
   * that cannot be.
   */
  default @Nullable Replay replay(String text) throws SQLException {
    return null;
  }

  /** The update count that {@link #run} gave; -1 where it gave none. */
  default long count(R result) {
    return -1;
  }

  /**
   * Gives what the call would have given, for a statement that ran on a session that is gone.
   *
   * @param fresh the session to ask
   */
  R adopt(Outcome.Ran ran, PhysicalSession fresh) throws SQLException;

  /**
   * The id of the query that {@link #run} made last, also when it failed; null when it is not
   * known.
   */
  @Nullable String queryId();

  /**
   * The ids of the queries that the last {@link #run} had answered, in their order, where it made
   * several; empty for a call that makes one.
   */
  default List<String> queryIds() {
    return List.of();
  }

  /**
   * How far the last {@link #run} came, where it failed after several queries; null for a call that
   * makes one.
   */
  default @Nullable Progress progress() {
    return null;
  }

  /**
   * Gives what is known of a call that came half-way: its caller makes the rest as calls of their
   * own.
   *
   * @param row what became of the query in doubt
   * @param fresh the session to ask
   */
  default R upTo(Outcome row, PhysicalSession fresh) throws SQLException {
    throw new IllegalStateException("one query has no half");
  }

  /**
   * How long a statement that still runs on the old session may be waited for; null for as long as
   * it takes.
   */
  @Nullable Duration patience();
}
