package io.selfheal.jdbc.testkit;

/** Where in the life of a statement its session expires. */
public enum ExpiryPoint {
  /** The statement is refused and never runs. */
  BEFORE,
  /** The statement runs and is answered; the next request meets the dead session. */
  AFTER,
  /**
   * The statement runs to its end, is answered "in progress", and the poll for its result meets the
   * dead session [R].
   */
  WHILE_POLLING,
  /**
   * The statement is answered "in progress", its session expires while it is still running, and it
   * runs on to its end [D].
   */
  WHILE_RUNNING,
  /**
   * The statement runs, its answer is lost with the connection, and the physical driver's resend
   * meets the dead session [R].
   */
  ANSWER_LOST;

  /**
   * Whether the statement takes effect although the caller gets an error (unless the expiry is
   * {@link Expiry#RENEWABLE}).
   */
  public boolean isInDoubt() {
    return this == WHILE_POLLING || this == WHILE_RUNNING || this == ANSWER_LOST;
  }
}
