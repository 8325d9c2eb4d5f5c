package io.selfheal.jdbc.events;

import io.selfheal.jdbc.HealStatistics;
import io.selfheal.jdbc.journal.Rebuilt;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What has happened so far on one logical connection, or on all of them. Counts what is rare, never
 * a call that succeeds. Thread-safe.
 */
public final class Counters {

  /** By powers of two in milliseconds: the last one begins at twelve days. */
  private static final int BUCKETS = 32;

  /** Counts everything too; null for the one of all connections itself. */
  private final @Nullable Counters all;

  private final AtomicLong heals = new AtomicLong();
  private final AtomicLong failedHeals = new AtomicLong();
  private final AtomicLong repeated = new AtomicLong();
  private final AtomicLong rebuilt = new AtomicLong();
  private final AtomicLong transactions = new AtomicLong();
  private final AtomicLong adopted = new AtomicLong();
  private final AtomicLong diverged = new AtomicLong();
  private final AtomicLong healMillis = new AtomicLong();
  private final AtomicLong lastHealMillis = new AtomicLong();
  private final AtomicLongArray healTimes = new AtomicLongArray(BUCKETS);
  private final Map<Class<? extends SQLException>, AtomicLong> refused = new ConcurrentHashMap<>();

  Counters(@Nullable Counters all) {
    this.all = all;
  }

  /** A call was made once more. */
  public void repeated() {
    repeated.incrementAndGet();
    if (all != null) {
      all.repeated();
    }
  }

  /** The result of a statement on a dead session was taken over. */
  public void adopted() {
    adopted.incrementAndGet();
    if (all != null) {
      all.adopted();
    }
  }

  void healed(long millis) {
    heals.incrementAndGet();
    healMillis.addAndGet(millis);
    lastHealMillis.set(millis);
    healTimes.incrementAndGet(bucket(millis));
    if (all != null) {
      all.healed(millis);
    }
  }

  static int bucket(long millis) {
    return Math.min(Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, millis)), BUCKETS - 1);
  }

  void rebuilt(Rebuilt work) {
    rebuilt.addAndGet(work.entries().size());
    if (work.transaction() == Rebuilt.Transaction.REPLAYED) {
      transactions.incrementAndGet();
    }
    if (work.diverged()) {
      diverged.incrementAndGet();
    }
    if (all != null) {
      all.rebuilt(work);
    }
  }

  void healFailed() {
    failedHeals.incrementAndGet();
    if (all != null) {
      all.healFailed();
    }
  }

  void refused(Class<? extends SQLException> type) {
    refused.computeIfAbsent(type, first -> new AtomicLong()).incrementAndGet();
    if (all != null) {
      all.refused(type);
    }
  }

  HealStatistics snapshot(long protectedCalls) {
    Map<Class<? extends SQLException>, Long> by = new HashMap<>();
    refused.forEach((type, count) -> by.put(type, count.get()));
    return new HealStatistics(
        protectedCalls,
        heals.get(),
        failedHeals.get(),
        repeated.get(),
        rebuilt.get(),
        transactions.get(),
        adopted.get(),
        by,
        diverged.get(),
        healMillis.get(),
        lastHealMillis.get(),
        LongStream.range(0, BUCKETS).map(i -> healTimes.get((int) i)).boxed().toList());
  }
}
