package io.selfheal.jdbc.session;

import io.selfheal.jdbc.snowflake.Expiry;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Silent swaps: with some authenticators (external browser, OAuth authorization code and client
 * credentials) the physical driver, on meeting a dead session, logs in by itself inside the call
 * and sends the statement again. No error tells of it, and the statement has run in a session that
 * lacks what the dead one held.
 *
 * <p>Where there is something to be lost and the connection was idle, a heartbeat is sent first: it
 * fails in place of the statement, and the session is rebuilt before that is sent. What that cannot
 * prevent is a session that ends within {@link #idle} of its last request (its lifespan is over, or
 * somebody ended it). That is noticed after the call, by the server's number of the session, and
 * then what only reads, or only changed the session, is made again on a rebuilt one; a write that
 * has run is reported, never repeated.
 */
public final class Swaps {

  private static final long IDLE_MILLIS = 60_000;

  /** The longest that such a question waits for its answer. */
  static final int HEARTBEAT_SECONDS = 30;

  private Swaps() {}

  /**
   * How long after the last request a session is asked whether it lives before it is used. The
   * system property is for tests.
   */
  static Duration idle() {
    return Duration.ofMillis(Long.getLong("io.selfheal.jdbc.silentIdleMillis", IDLE_MILLIS));
  }

  /** What tells of the end of a session that nobody else told of. */
  public static SQLException noticed() {
    return new SQLException(
        "The session is gone: the physical driver has logged in again by itself, and told nobody.",
        "08003",
        Expiry.TOKEN_EXPIRED);
  }

  /** What tells of an end that the physical driver tells of by another error, or not at all. */
  public static SQLException behind(SQLException error) {
    return new SQLException(
        "The session is gone: its end was behind another error of the same batch.",
        "08003",
        Expiry.TOKEN_EXPIRED,
        error);
  }

  static SQLException unanswered() {
    return new SQLException(
        "The session is gone: it did not answer a heartbeat after an idle time.",
        "08003",
        Expiry.TOKEN_EXPIRED);
  }
}
