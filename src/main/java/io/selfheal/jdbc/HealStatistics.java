package io.selfheal.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * A snapshot of what a healing connection has done. Immutable. The numbers are each right, though
 * not all of one instant.
 *
 * @param protectedCalls calls that were answered, with a result or an error of their own:
 *     executions, each command of a text batch, commits and the like, uploads, and all of {@code
 *     DatabaseMetaData}
 * @param heals sessions replaced
 * @param failedHeals attempts that ended without a session, those that were not even tried
 *     included: too many heals in a minute, or a login refused a moment ago
 * @param repeated calls that were made once more on a new session
 * @param rebuilt statements and uploads that were run again to rebuild a session
 * @param transactions open transactions that were replayed
 * @param adopted statements that were found to have run on the dead session and whose result was
 *     taken over
 * @param refusedBy refusals that callers got, by their type; types that nobody got are missing
 * @param diverged rebuilds that came to something else than before, and were given up
 * @param healMillis milliseconds spent in heals, all stages together
 * @param lastHealMillis the last heal; 0 before the first
 * @param healTimes how long heals took: element 0 counts those of less than a millisecond, element
 *     <i>i</i> those of less than 2<sup>i</sup> ms that are not in the one before, the last element
 *     all longer ones
 */
public record HealStatistics(
    long protectedCalls,
    long heals,
    long failedHeals,
    long repeated,
    long rebuilt,
    long transactions,
    long adopted,
    Map<Class<? extends SQLException>, Long> refusedBy,
    long diverged,
    long healMillis,
    long lastHealMillis,
    List<Long> healTimes) {

  /** Copies the map and the list. */
  public HealStatistics {
    refusedBy = Map.copyOf(refusedBy);
    healTimes = List.copyOf(healTimes);
  }

  /** All refusals together. */
  public long refused() {
    return refusedBy.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * The time that so many percent of the heals did not take longer than, to a factor of two.
   *
   * @param percent more than 0, up to 100
   * @return milliseconds, the upper end of a bucket; 0 before the first heal
   */
  public long healMillis(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent must be more than 0, up to 100: " + percent);
    }
    long all = healTimes.stream().mapToLong(Long::longValue).sum();
    long wanted = (long) Math.ceil(all * percent / 100);
    long seen = 0;
    for (int i = 0; seen < wanted; i++) {
      seen += healTimes.get(i);
      if (seen >= wanted) {
        return 1L << i;
      }
    }
    return 0;
  }
}
