package io.selfheal.jdbc;

/**
 * How much a heal may run again on behalf of the application; each value includes the ones before
 * it.
 */
public enum ReplayScope {
  /** The session is replaced, the failing call still gets its error, the next one works. */
  NONE,
  /** The failing statement is repeated when it needs nothing else that was lost. */
  STATEMENT,
  /** Temp objects, uploads and the writes into them are rebuilt first. */
  SESSION,
  /** The open transaction too. */
  TRANSACTION
}
