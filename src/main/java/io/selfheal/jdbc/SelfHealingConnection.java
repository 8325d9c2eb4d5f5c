package io.selfheal.jdbc;

import java.sql.Connection;

/**
 * What {@link Connection#unwrap} gives for a healing connection: the view of the connection as
 * something that heals. Thread-safe.
 */
public interface SelfHealingConnection extends Connection {

  /**
   * The number of the current session: 0 for the first, one more for each that replaced a dead one.
   */
  long generation();

  /**
   * Says that the work so far is done: what was recorded to rebuild temporary objects is forgotten.
   * A later statement that still needs them after a heal is refused.
   */
  void checkpoint();

  /** What has happened on this connection so far, as a snapshot. */
  HealStatistics statistics();

  /** Changes {@code selfheal.replay} for the calls that fail from now on. */
  void setReplay(ReplayScope scope);
}
