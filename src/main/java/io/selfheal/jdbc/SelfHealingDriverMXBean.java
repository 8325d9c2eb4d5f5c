package io.selfheal.jdbc;

import java.util.Map;

/**
 * What all healing connections of one copy of this driver have done together, those by {@link
 * SelfHealing#wrap} and {@link SelfHealingDataSource} included; see {@link HealStatistics}. Found
 * as {@code io.selfheal.jdbc:type=SelfHealingDriver,id=1}; another class loader's copy has the next
 * free number. There from the first connection on, for as long as the driver is registered with
 * {@code DriverManager} or a connection is open. Nothing is collected for it but what is counted
 * anyway.
 */
public interface SelfHealingDriverMXBean {

  /** Logical connections that were not closed. */
  int getOpenConnections();

  /** Calls that were answered. */
  long getProtectedCalls();

  /** Sessions replaced. */
  long getHeals();

  /** Attempts that ended without a session. */
  long getFailedHeals();

  /** Calls that were made once more on a new session. */
  long getRepeated();

  /** Statements and uploads that were run again to rebuild a session. */
  long getRebuilt();

  /** Open transactions that were replayed. */
  long getTransactions();

  /** Statements whose result was taken over from a dead session. */
  long getAdopted();

  /** Refusals that callers got. */
  long getRefused();

  /** The same by the simple name of the exception. */
  Map<String, Long> getRefusedBy();

  /** Rebuilds that came to something else than before. */
  long getDiverged();

  /** Milliseconds that the last heal took; 0 before the first. */
  long getLastHealMillis();

  /** Milliseconds that half of the heals did not take longer than, to a factor of two. */
  long getHealMillis50();

  /** Milliseconds that 99 of 100 heals did not take longer than, to a factor of two. */
  long getHealMillis99();
}
