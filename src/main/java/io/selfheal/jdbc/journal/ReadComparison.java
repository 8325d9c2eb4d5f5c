package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.journal.Rebuild.Failed;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a transaction reads when it is run again with what it had read, on the server, and
 * several reads by one request. For one heal, not thread-safe.
 */
final class ReadComparison {

  /** Reads compared by one query; its text grows with them. */
  private static final int MOST = 20;

  private final Past past;

  /** Not compared yet: their new query ids, in that order. */
  private final Map<Entry, String> reads = new LinkedHashMap<>();

  ReadComparison(Past past) {
    this.past = past;
  }

  /**
   * Takes one that has been made again.
   *
   * @throws Failed when one of those so far has read something else
   */
  void add(Entry entry, @Nullable String again) throws SQLException, Failed {
    if (entry.queryId() == null || again == null) {
      throw readOtherwise(entry);
    }
    reads.put(entry, again);
    if (reads.size() == MOST) {
      run();
    }
  }

  /**
   * Compares those there are: before anything is changed that may rest on them.
   *
   * @throws Failed when one has read something else
   */
  void run() throws SQLException, Failed {
    if (reads.isEmpty()) {
      return;
    }
    Map<String, String> pairs = new LinkedHashMap<>();
    reads.forEach((entry, again) -> pairs.put(again, String.valueOf(entry.queryId())));
    var other = past.firstOther(pairs);
    for (var read : reads.entrySet()) {
      if (read.getValue().equals(other)) {
        throw readOtherwise(read.getKey());
      }
    }
    reads.clear();
  }

  private static Failed readOtherwise(Entry entry) {
    return new Failed(
        "the transaction read other rows than before, by " + entry.name(), true, null);
  }
}
