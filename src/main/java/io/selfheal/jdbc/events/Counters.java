package io.selfheal.jdbc.events;

import io.selfheal.jdbc.HealStatistics;
import io.selfheal.jdbc.journal.Rebuilt;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What has happened so far on one logical connection, or on all of them. Counts what is rare, never
 * a call that succeeds, so that all share one lock, and each takes little memory. Thread-safe.
 */
public final class Counters {

  /** By powers of two in milliseconds: the last one begins at twelve days. */
  private static final int BUCKETS = 32;

  /** Counts everything too; null for the one of all connections itself. */
  private final @Nullable Counters all;

  /** Guards all fields, of all that have it; held for no longer than it takes to add one. */
  private final ReentrantLock lock;

  private long heals;
  private long failedHeals;
  private long repeated;
  private long rebuilt;
  private long transactions;
  private long adopted;
  private long diverged;
  private long healMillis;
  private long lastHealMillis;

  /** By bucket, as far as the longest heal has come. */
  private int[] healTimes = {};

  private Map<Class<? extends SQLException>, Long> refused = Map.of();

  Counters(@Nullable Counters all) {
    this.all = all;
    this.lock = all == null ? new ReentrantLock() : all.lock;
  }

  /** What is added to one, and to all. */
  private interface Change {
    void to(Counters counters);
  }

  private void add(Change change) {
    lock.lock();
    try {
      for (var each = this; each != null; each = each.all) {
        change.to(each);
      }
    } finally {
      lock.unlock();
    }
  }

  /** A call was made once more. */
  public void repeated() {
    add(to -> to.repeated++);
  }

  /** The result of a statement on a dead session was taken over. */
  public void adopted() {
    add(to -> to.adopted++);
  }

  void healed(long millis) {
    int bucket = bucket(millis);
    add(
        to -> {
          to.heals++;
          to.healMillis += millis;
          to.lastHealMillis = millis;
          if (bucket >= to.healTimes.length) {
            to.healTimes = Arrays.copyOf(to.healTimes, bucket + 1);
          }
          to.healTimes[bucket]++;
        });
  }

  static int bucket(long millis) {
    return Math.min(Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, millis)), BUCKETS - 1);
  }

  void rebuilt(Rebuilt work) {
    add(
        to -> {
          to.rebuilt += work.entries().size();
          to.transactions += work.transaction() == Rebuilt.Transaction.REPLAYED ? 1 : 0;
          to.diverged += work.diverged() ? 1 : 0;
        });
  }

  void healFailed() {
    add(to -> to.failedHeals++);
  }

  void refused(Class<? extends SQLException> type) {
    add(
        to -> {
          Map<Class<? extends SQLException>, Long> more = new HashMap<>(to.refused);
          more.merge(type, 1L, Long::sum);
          to.refused = Map.copyOf(more);
        });
  }

  HealStatistics snapshot(long protectedCalls) {
    lock.lock();
    try {
      var times = healTimes;
      return new HealStatistics(
          protectedCalls,
          heals,
          failedHeals,
          repeated,
          rebuilt,
          transactions,
          adopted,
          refused,
          diverged,
          healMillis,
          lastHealMillis,
          IntStream.range(0, BUCKETS)
              .mapToObj(i -> i < times.length ? (long) times[i] : 0L)
              .toList());
    } finally {
      lock.unlock();
    }
  }
}
