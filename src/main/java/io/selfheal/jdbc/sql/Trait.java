package io.selfheal.jdbc.sql;

/** A further property of a text that decides what may be done with it after a session was lost. */
public enum Trait {
  /** Refers to this session's own past or identity: LAST_QUERY_ID, RESULT_SCAN, CURRENT_SESSION. */
  HISTORY,
  /** Refers to session variables: {@code $name}, GETVARIABLE, SHOW VARIABLES. */
  VARIABLES,
  /**
   * Gives another answer each time: RANDOM, UUID_STRING, CURRENT_TIMESTAMP, NEXTVAL and the like. A
   * definition with such a default, or with AUTOINCREMENT, gives rows written later such values.
   */
  VOLATILE,
  /**
   * Run again on the same sources, binds and stages, the text may give other rows, or it may read
   * what {@link Shape#reads()} and {@link Shape#stages()} do not tell. Includes {@link #VOLATILE}.
   * For a view it says so of those who read the view. Worked out when asked for, so that only
   * {@link Shape#has(Trait)} knows it.
   */
  UNDETERMINED,
  /** CREATE … LIKE, CLONE or USING TEMPLATE: columns and their defaults are somebody else's. */
  DEFINES_LIKE,
  /** CREATE OR REPLACE: what had the name before is gone. */
  REPLACES,
  /** IF NOT EXISTS: may have made nothing. */
  IF_NOT_EXISTS,
  /** IF EXISTS: may have met nothing. */
  IF_EXISTS,
  /** Empties its target first, or only: TRUNCATE, INSERT OVERWRITE. */
  EMPTIES_TARGET,
  /** COPY … PURGE: deletes the staged files it loaded, so that a rebuild must upload them again. */
  PURGES_FILES,
  /** Has a SELECT, FROM, USING or stage, so that equal texts and binds do not mean equal rows. */
  READS,
  /** ALTER … RENAME TO: {@code drops} holds the old name and {@code creates} the new one. */
  RENAMES,
  /** ALTER … SWAP WITH: {@code alters} holds both names. */
  SWAPS,
  /** SELECT … FOR UPDATE: holds row locks until the transaction ends. */
  LOCKS_ROWS,
  /** CREATE DATABASE or SCHEMA: what was made becomes current [D]. */
  MOVES_CONTEXT,
  /** ALTER SESSION names AUTOCOMMIT: commits the open transaction as well [D]. */
  AUTOCOMMIT,
  /** More than one statement in the text. */
  SEVERAL_STATEMENTS,
  /** Links joined by {@code ->>}. */
  CHAIN,
  /** Names an object in a way that text and binds do not tell: IDENTIFIER of an expression. */
  UNKNOWN_NAMES
}
