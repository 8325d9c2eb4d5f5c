package io.selfheal.jdbc;

import java.sql.SQLException;

/**
 * Told of heals; named by {@code selfheal.listener}, with a public no-argument constructor. Called
 * on the thread that heals, while other callers wait for it: be quick. What it throws is logged and
 * otherwise ignored.
 */
public interface HealListener {

  /** A session was found dead and a login is about to be tried. */
  default void beforeHeal(HealEvent event) {}

  /** A new session has taken the place of the dead one. */
  default void afterHeal(HealEvent event) {}

  /** No session could be had, or the failing call could not be answered honestly. */
  default void refused(HealEvent event, SQLException refusal) {}
}
