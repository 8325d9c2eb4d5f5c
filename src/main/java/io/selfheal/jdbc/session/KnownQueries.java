package io.selfheal.jdbc.session;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the last queries that the application has made on one logical connection, over all its
 * sessions: rows of the history that need no other explanation, and what {@code LAST_QUERY_ID}
 * means. Bounded; what fell out of it counts as unexplained, which errs to the safe side.
 * Thread-safe without a lock.
 */
public final class KnownQueries {

  private static final int SIZE = 256;

  /** Stands for one whose id is not known. */
  private static final Object NAMELESS = new Object();

  /**
   * One that is more than its id.
   *
   * @param told false where the application was given an error in place of its result
   * @param parent whether it may have run statements of its own, whose ids nobody is told of
   * @param late whether its session had been left when it was answered
   */
  private record Special(@Nullable String id, boolean told, boolean parent, boolean late) {}

  /** An id, {@link #NAMELESS}, or {@link Special}. */
  private final AtomicReferenceArray<@Nullable Object> ring = new AtomicReferenceArray<>(SIZE);

  private final AtomicLong next = new AtomicLong();

  /** What it is now: those of later sessions cannot push these out. */
  KnownQueries copy() {
    var copy = new KnownQueries();
    long count = next.get();
    for (long i = Math.max(0, count - SIZE); i < count; i++) {
      copy.ring.setPlain(slot(i), ring.getAcquire(slot(i)));
    }
    copy.next.set(count);
    return copy;
  }

  /** Adds one whose result the application has. */
  public void add(@Nullable String id) {
    put(id == null ? NAMELESS : id);
  }

  /** As {@link #add(String)}. */
  public void add(@Nullable String id, boolean parent, boolean late) {
    put(parent || late ? new Special(id, true, parent, late) : id == null ? NAMELESS : id);
  }

  /**
   * Adds one that failed. The id explains its row, but may be that of an earlier one if the call
   * did not come to the server.
   */
  public void addFailed(@Nullable String id, boolean parent, boolean late) {
    put(new Special(id, false, parent, late));
  }

  private void put(Object entry) {
    ring.setRelease(slot(next.getAndIncrement()), entry);
  }

  /** How many there have been so far. */
  public long count() {
    return next.get();
  }

  /**
   * Whether the last of the first {@code count} may have run statements of its own.
   *
   * @param from how many were made on earlier sessions; what those answer later does not count
   */
  boolean endsWithParent(long from, long count) {
    for (long i = count - 1; i >= from; i--) {
      var entry = ring.getAcquire(slot(i));
      if (next.get() - i > SIZE) {
        return true; // nobody knows
      }
      if (!(entry instanceof Special special)) {
        if (entry == NAMELESS) {
          continue; // there is no row by which the one before it is known to be older
        }
        return false;
      }
      if (!special.late && (special.id != null || special.parent)) {
        return special.parent;
      }
    }
    return false;
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
      var entry = ring.getAcquire(slot(i));
      var id = entry instanceof Special special ? special.id : text(entry);
      // Asked after it was read: a later one may have taken the place meanwhile.
      if (id != null && next.get() - i <= SIZE) {
        ids.add(id);
      }
    }
    return ids;
  }

  /**
   * What the application takes for the query at that position, from 0.
   *
   * @return null where that is not known
   */
  @Nullable String told(long position) {
    if (position < 0 || position >= next.get() || next.get() - position > SIZE) {
      return null;
    }
    var entry = ring.getAcquire(slot(position));
    if (entry instanceof Special special) {
      return special.told ? special.id : null;
    }
    return text(entry);
  }

  private static @Nullable String text(@Nullable Object entry) {
    return entry instanceof String id ? id : null;
  }

  private static int slot(long position) {
    return (int) position & (SIZE - 1);
  }
}
