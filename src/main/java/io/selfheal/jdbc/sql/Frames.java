package io.selfheal.jdbc.sql;

import java.util.Arrays;

/**
 * The parentheses that are open at a place, each with what is expected in it, and the common table
 * expressions that can be seen from there. Not thread-safe.
 */
final class Frames {

  /** A source may stand next. */
  static final int EXPECT = 1;

  /** A comma brings a further source. */
  static final int IN_FROM = 2;

  /** FROM parts the arguments of a function here: EXTRACT(x FROM y). */
  static final int ARGUMENTS = 4;

  /** Rows of VALUES go on behind a comma. */
  static final int ROWS = 8;

  /** The body of a common table expression, and whether it may name itself. */
  static final int BODY = 16;

  static final int RECURSIVE = 32;

  private final CommonTables common = new CommonTables();
  private int[] flags = new int[8];
  private int depth;

  /** Back to the outermost place, with nothing expected. */
  void clear() {
    depth = 0;
    flags[0] = 0;
    common.clear();
  }

  boolean isOutermost() {
    return depth == 0;
  }

  boolean has(int flag) {
    return (flags[depth] & flag) != 0;
  }

  void set(int some) {
    flags[depth] |= some;
  }

  void clear(int some) {
    flags[depth] &= ~some;
  }

  void push(int first) {
    if (++depth == flags.length) {
      flags = Arrays.copyOf(flags, depth * 2);
    }
    flags[depth] = first;
    common.enter();
  }

  /** Opens the body of a common table expression. */
  void body(String name, int recursive) {
    common.begin(name);
    push(BODY | recursive);
  }

  /** Behind UNION a recursive body sees itself. */
  void united() {
    if (has(BODY) && has(RECURSIVE)) {
      common.defineInside();
    }
  }

  /** Closes the innermost parenthesis and gives its flags; 0 where none is open. */
  int pop() {
    if (depth == 0) {
      return 0;
    }
    int ended = flags[depth--];
    common.leave();
    if ((ended & BODY) != 0) {
      common.define();
    }
    return ended;
  }

  boolean isCommon(String name) {
    return common.isVisible(name);
  }
}
