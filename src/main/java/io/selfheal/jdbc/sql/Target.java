package io.selfheal.jdbc.sql;

/**
 * The object that a statement makes, drops, alters or writes, as far as the text tells: a name
 * (written out, or as {@code IDENTIFIER('…')}) or the place where the name is to be had. Immutable.
 */
public sealed interface Target permits ObjectName, Target.Bound, Target.Variable, Target.Unknown {

  /** {@code IDENTIFIER(?)}: the name is the value bound to that placeholder, counted from 1. */
  record Bound(int index) implements Target {}

  /** {@code IDENTIFIER($v)}: the name is the value of that session variable (case-folded). */
  record Variable(String name) implements Target {}

  /** {@code IDENTIFIER(…)} of anything else: the text does not tell. */
  record Unknown() implements Target {
    static final Unknown INSTANCE = new Unknown();
  }
}
