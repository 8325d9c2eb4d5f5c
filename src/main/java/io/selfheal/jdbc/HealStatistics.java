package io.selfheal.jdbc;

/**
 * A snapshot of what a healing connection has done. Immutable.
 *
 * @param heals sessions replaced
 * @param failedHeals attempts that ended without a session
 * @param repeated calls that were run once more on a new session
 * @param adopted writes that were found to have run on the dead session and whose result was taken
 *     over
 * @param refused calls that ended in a typed refusal
 * @param healMillis milliseconds spent in heals, login and restoring together
 */
public record HealStatistics(
    long heals, long failedHeals, long repeated, long adopted, long refused, long healMillis) {}
