package io.selfheal.jdbc.sql;

/**
 * What a text does, as far as healing cares. In doubt it is {@link #OPAQUE}, never a milder kind.
 */
public enum Kind {
  /** Reads and nothing else: SELECT, WITH … SELECT, VALUES, SHOW, DESCRIBE, EXPLAIN, LIST. */
  QUERY,
  /** Changes rows: INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY INTO a table. */
  WRITE,
  /** Makes an object that dies with the session. */
  TEMP_DDL,
  /** Changes the catalogue for good. A DROP or ALTER may still hit a temporary object. */
  DDL,
  /** Changes the session: SET, UNSET, ALTER SESSION SET or UNSET. */
  SESSION,
  /** Changes the session's context: USE in all its forms. */
  USE,
  /** Opens or ends a transaction by text. */
  TRANSACTION,
  /** Moves files: PUT, GET, REMOVE, COPY INTO a location, COPY FILES. */
  FILE,
  /** Anything may have happened: CALL, EXECUTE, scripting, several statements, unknown words. */
  OPAQUE
}
