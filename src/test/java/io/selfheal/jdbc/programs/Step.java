package io.selfheal.jdbc.programs;

import java.util.List;

/**
 * One call of an application: what it sends, by which way, and what it does to the names of the
 * session, for {@link Model}. Immutable.
 */
record Step(Way way, String sql, List<Object> binds, Effect effect) {

  /** By which calls of JDBC a step is made. */
  enum Way {
    EXECUTE,
    UPDATE,
    QUERY,
    /** Prepared, run and closed. */
    PREPARED,
    /** Prepared once per text in a program, and kept open over its steps. */
    KEPT,
    /** {@code binds} are lists, each a row of one array batch. */
    ARRAY_BATCH,
    /** The texts, separated by semicolons, as a batch of one Statement. */
    TEXT_BATCH,
    SET_SCHEMA,
    AUTOCOMMIT_OFF,
    AUTOCOMMIT_ON,
    COMMIT,
    ROLLBACK,
    CHECKPOINT,
    /** {@code sql} names the stage, the binds are file name and content. */
    UPLOAD_STREAM
  }

  static Step of(Way way, String sql, Effect effect, Object... binds) {
    return new Step(way, sql, List.of(binds), effect);
  }

  @Override
  public String toString() {
    return way + " " + sql + (binds.isEmpty() ? "" : " " + binds);
  }
}
