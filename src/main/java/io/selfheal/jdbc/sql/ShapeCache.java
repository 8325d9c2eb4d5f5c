package io.selfheal.jdbc.sql;

import org.jspecify.annotations.Nullable;

/**
 * Remembers the shapes of texts seen lately, so that a text seen before costs a look into an array:
 * no lock, no allocation. Thread-safe without synchronisation, since entries are immutable and a
 * lost or stale one only costs a scan. Bounded by the number of its places times the longest text
 * it takes.
 */
final class ShapeCache {

  /** Longer texts are not kept: they are mostly literals and come once. */
  static final int LONGEST = 4096;

  private final @Nullable Entry[] entries;

  /** A cache of that many places, a power of two. */
  ShapeCache(int places) {
    entries = new Entry[places];
  }

  Shape get(String sql) {
    int hash = sql.hashCode();
    // The low bits of String hashes of similar texts are alike; the high ones are mixed in.
    int place = (hash ^ hash >>> 15) & (entries.length - 1);
    Entry first = entries[place];
    if (first != null && first.sql.equals(sql)) {
      return first.shape;
    }
    Entry second = entries[place ^ 1];
    if (second != null && second.sql.equals(sql)) {
      return second.shape;
    }
    Shape shape = Classifier.classify(sql);
    if (sql.length() <= LONGEST) {
      entries[place ^ 1] = first;
      entries[place] = new Entry(sql, shape);
    }
    return shape;
  }

  private record Entry(String sql, Shape shape) {}
}
