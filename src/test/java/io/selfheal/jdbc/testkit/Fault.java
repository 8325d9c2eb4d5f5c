package io.selfheal.jdbc.testkit;

import java.time.Duration;

/** What is to go wrong with one statement. */
sealed interface Fault {

  /**
   * The session expires at some point of the statement; {@code hold} keeps it running, for {@link
   * ExpiryPoint#WHILE_RUNNING} only, and so is {@code after}, how long it has run by then.
   */
  record Expire(ExpiryPoint point, Expiry how, Hold hold, Duration after) implements Fault {}

  /**
   * The connection is closed without an answer, before or after the statement ran; the session
   * lives on.
   */
  record Reset(boolean afterRunning) implements Fault {}

  /** The statement runs as long as it is held. */
  record Slow(Hold hold) implements Fault {}

  /** The statement fails with an SQL error instead of taking effect. */
  record Fail(int code, String sqlState, String message) implements Fault {}

  /** The statement is answered "in progress" first, and its result on the poll. */
  record InProgress() implements Fault {}

  /** What is to go wrong with the next request of a kind that is no statement. */
  record Request(RequestKind kind, Fault trouble) {}

  /** What is to go wrong with a login. */
  sealed interface Login {
    record Refuse(int code, String message) implements Login {}

    record Wait(Hold hold) implements Login {}
  }
}
