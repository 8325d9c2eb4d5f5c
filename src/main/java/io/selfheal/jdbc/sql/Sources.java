package io.selfheal.jdbc.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a text reads, and whether that decides what comes out. Made when first asked for, as only
 * what would have to be run again is ever asked. Thread-safe: two threads may make the same, and
 * either will do.
 */
public final class Sources {

  private final String sql;
  private @Nullable Found known;

  Sources(String sql) {
    this.sql = sql;
  }

  List<Target> reads() {
    return found().reads();
  }

  List<Target> formats() {
    return found().formats();
  }

  boolean undetermined() {
    return found().undetermined();
  }

  private Found found() {
    Found found = known;
    if (found == null) {
      found =
          sql.length() > Classifier.LONGEST
              ? new Found(List.of(), List.of(), true)
              : SourceScan.of(Lexer.scan(sql));
      known = found;
    }
    return found;
  }

  /** What one pass over a text found. */
  record Found(List<Target> reads, List<Target> formats, boolean undetermined) {}

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Sources sources && sources.sql.equals(sql);
  }

  @Override
  public int hashCode() {
    return sql.hashCode();
  }

  /** Nothing of the text, as in {@link Names}. */
  @Override
  public String toString() {
    return "Sources";
  }
}
