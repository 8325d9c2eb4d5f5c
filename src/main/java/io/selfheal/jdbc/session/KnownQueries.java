package io.selfheal.jdbc.session;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the last queries that a session answered: rows of the history that need no other
 * explanation. Bounded; what fell out of it counts as unexplained, which errs to the safe side.
 * Thread-safe without a lock.
 */
public final class KnownQueries {

  private static final int SIZE = 256;

  private final AtomicReferenceArray<@Nullable String> ring = new AtomicReferenceArray<>(SIZE);
  private final AtomicLong next = new AtomicLong();

  /** Where the last one stands that may have run others of its own; -1 for none. */
  private volatile long lastParent = -1;

  /**
   * Adds one.
   *
   * @param mayHaveChildren whether it may have run statements whose ids nobody is told of
   */
  public void add(@Nullable String queryId, boolean mayHaveChildren) {
    if (queryId != null) {
      long position = next.getAndIncrement();
      ring.set(slot(position), queryId);
      if (mayHaveChildren) {
        lastParent = position;
      }
    }
  }

  /** Whether the last of the first {@code count} may have run statements of its own. */
  public boolean endsWithParent(long count) {
    return count > 0 && lastParent == count - 1;
  }

  /** How many there have been so far. */
  public long count() {
    return next.get();
  }

  /** Whether all that came after the first {@code count} are still known. */
  public boolean reachesBackTo(long count) {
    return next.get() - count <= SIZE;
  }

  /** Those of the first {@code count} that are still known. */
  public Set<String> first(long count) {
    return ids(count);
  }

  /** A snapshot. */
  public Set<String> ids() {
    return ids(next.get());
  }

  private Set<String> ids(long end) {
    Set<String> ids = new HashSet<>();
    for (long i = Math.max(0, next.get() - SIZE); i < end; i++) {
      var id = ring.get(slot(i));
      // Asked after it was read: a later one may have taken the place meanwhile.
      if (id != null && next.get() - i <= SIZE) {
        ids.add(id);
      }
    }
    return ids;
  }

  private static int slot(long position) {
    return (int) (position % SIZE);
  }
}
