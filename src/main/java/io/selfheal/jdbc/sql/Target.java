package io.selfheal.jdbc.sql;

import org.jspecify.annotations.Nullable;

/**
 * The object that a statement makes, drops, alters or writes, as far as the text tells: a name
 * (written out, or as {@code IDENTIFIER('…')}) or the place where the name is to be had. Immutable.
 */
public sealed interface Target permits ObjectName, Target.Bound, Target.Variable, Target.Unknown {

  /** {@code IDENTIFIER(?)}: the name is the value bound to that placeholder, counted from 1. */
  record Bound(int index) implements Target {

    // By hand, here and below, as in ObjectName.

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Bound that && index == that.index;
    }

    @Override
    public int hashCode() {
      return index;
    }
  }

  /** {@code IDENTIFIER($v)}: the name is the value of that session variable (case-folded). */
  record Variable(String name) implements Target {

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Variable that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  /** {@code IDENTIFIER(…)} of anything else: the text does not tell. */
  record Unknown() implements Target {
    static final Unknown INSTANCE = new Unknown();

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Unknown;
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }
}
