package io.selfheal.jdbc.sql;

/**
 * What the author of a text tells the driver in a comment such as {@code /* selfheal: … *}{@code
 * /}.
 */
public enum Hint {
  /** {@code no-replay}: never run this text a second time. */
  NO_REPLAY,
  /** {@code checkpoint}: after this text, what the session holds need not be rebuilt any more. */
  CHECKPOINT
}
