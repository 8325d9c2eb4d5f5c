package io.selfheal.jdbc.sql;

/** The kinds of tokens that the lexer tells apart. */
enum Token {
  /** An unquoted word: keyword or identifier. */
  WORD,
  /** {@code "…"}. */
  QUOTED,
  /** {@code '…'}. */
  STRING,
  /** {@code $$…$$}. */
  BODY,
  /** {@code $name}. */
  VARIABLE,
  /** {@code $1}. */
  POSITION,
  /** Digits. */
  NUMBER,
  /** {@code ?}. */
  BIND,
  /** {@code @stage/path}, not quoted. */
  STAGE,
  /** {@code file://…}, not quoted. */
  PATH,
  /** {@code ->>}. */
  FLOW,
  SEMICOLON,
  OPEN,
  CLOSE,
  DOT,
  COMMA,
  EQUALS,
  /** Any other single character. */
  SYMBOL,
  /** What lies outside the text. */
  NONE
}
