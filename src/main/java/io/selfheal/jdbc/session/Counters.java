package io.selfheal.jdbc.session;

import io.selfheal.jdbc.HealStatistics;
import java.util.concurrent.atomic.LongAdder;

/** What has happened so far on one logical connection. Thread-safe. */
public final class Counters {

  private final LongAdder heals = new LongAdder();
  private final LongAdder failedHeals = new LongAdder();
  private final LongAdder repeated = new LongAdder();
  private final LongAdder adopted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder healMillis = new LongAdder();

  void healed(long millis) {
    heals.increment();
    healMillis.add(millis);
  }

  void healFailed() {
    failedHeals.increment();
  }

  public void repeated() {
    repeated.increment();
  }

  public void adopted() {
    adopted.increment();
  }

  public void refused() {
    refused.increment();
  }

  /** A snapshot; the numbers are each right, though not all of one instant. */
  public HealStatistics snapshot() {
    return new HealStatistics(
        heals.sum(),
        failedHeals.sum(),
        repeated.sum(),
        adopted.sum(),
        refused.sum(),
        healMillis.sum());
  }
}
