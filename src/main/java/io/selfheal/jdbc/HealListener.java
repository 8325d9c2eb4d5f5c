package io.selfheal.jdbc;

import java.sql.SQLException;

/**
 * Told of heals; named by {@code selfheal.listener}, with a public no-argument constructor, and
 * made once per connection. {@code beforeHeal} and {@code afterHeal} are called on the thread that
 * heals, while other callers wait for it: be quick, and leave the connection alone. What it throws
 * is logged and otherwise ignored.
 */
public interface HealListener {

  /** A session was found dead and a login is about to be tried. */
  default void beforeHeal(HealEvent event) {}

  /** A new session has taken the place of the dead one. */
  default void afterHeal(HealEvent event) {}

  /**
   * No session could be had, or a call could not be answered honestly. Called on the thread that
   * made the call, which gets that exception next, for each one that does.
   *
   * @param event the heal that failed, or the last one before the refusal
   * @param refusal what the caller gets
   */
  default void refused(HealEvent event, SQLException refusal) {}
}
