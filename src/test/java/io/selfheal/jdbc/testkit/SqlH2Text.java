package io.selfheal.jdbc.testkit;

import java.util.List;

/** A statement for H2 with its parameters in order of appearance. Immutable. */
record SqlH2Text(String sql, List<Param> params) {

  /**
   * Either the caller's bind at a position from 1, or with {@code bind} 0 a value of the engine's
   * own.
   */
  record Param(int bind, SqlType type, Object value) {}
}
