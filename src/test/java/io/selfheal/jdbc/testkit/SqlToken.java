package io.selfheal.jdbc.testkit;

/**
 * One token of a SQL text. {@code value} is the upper-case word, the decoded string or quoted name,
 * or the text itself; {@code start} and {@code end} are offsets in the source. Immutable.
 */
record SqlToken(Kind kind, String value, int start, int end) {
  enum Kind {
    WORD,
    QUOTED,
    STRING,
    NUMBER,
    /** {@code ?} or {@code :1}; the value is the position, or empty for {@code ?}. */
    BIND,
    /** {@code $name}, {@code $1}, or with its colon a procedure's {@code :name}. */
    VARIABLE,
    /** {@code @stage/path} or {@code file://path}. */
    LOCATION,
    SYMBOL,
    END
  }

  boolean is(String text) {
    return (kind == Kind.WORD || kind == Kind.SYMBOL) && value.equals(text);
  }

  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }
}
