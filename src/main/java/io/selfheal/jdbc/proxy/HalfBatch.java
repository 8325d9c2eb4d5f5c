package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.replay.Outcome;
import io.selfheal.jdbc.replay.Progress;
import io.selfheal.jdbc.replay.Progress.Doubt;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prepared batch that the physical driver has sent row by row, after it failed. It goes on after
 * an error, tells the first error alone, and gives the ids of the rows that ran [S]: enough to know
 * which rows may have been in the dead session's hands when it died. Not thread-safe.
 */
final class HalfBatch {

  private final long[] counts;
  private final List<String> ids;
  private final Progress progress;

  /** The first error that is to be told; null for none so far. */
  private @Nullable SQLException first;

  /** The first row that may have met the session dead, or is still to run. */
  private int next;

  /**
   * @param expired whether the error tells of the session's end
   * @param forGood whether a session that has given it answers nothing any more
   * @param ids of the rows that ran, in their order
   */
  HalfBatch(
      BatchUpdateException error, int rows, boolean expired, boolean forGood, List<String> ids) {
    this.counts = error.getLargeUpdateCounts().clone();
    this.ids = new ArrayList<>(ids);
    var ranOnly = Arrays.stream(counts).filter(HalfBatch::ran).toArray();
    int firstFailed = 0;
    while (firstFailed < counts.length && ran(counts[firstFailed])) {
      firstFailed++;
    }
    int lastRan = counts.length - 1;
    while (lastRan >= 0 && !ran(counts[lastRan])) {
      lastRan--;
    }
    boolean told =
        counts.length == rows
            && ids.size() == ranOnly.length
            && !(expired && lastRan > firstFailed);
    this.next = expired ? firstFailed : Math.max(lastRan, firstFailed) + 1;
    this.first = expired ? null : own(error);
    Doubt doubt = Doubt.ANY;
    if (told) {
      // Nobody knows the query of a row whose trouble was on the way; it may have run all the same.
      boolean firstIsKnown =
          first == null || lastRan > firstFailed || Vendor.queryId(first) != null;
      boolean lastAlone = next == counts.length - 1 && firstIsKnown;
      doubt = forGood || lastAlone ? Doubt.ONE_ROW : Doubt.ONE_OF_SEVERAL;
    }
    this.progress =
        new Progress(
            answered(firstFailed),
            BatchReplay.sum(ranOnly),
            ranOnly.length,
            told && ranOnly.length == rows - 1,
            doubt,
            !expired && next < counts.length);
  }

  private static SQLException own(BatchUpdateException error) {
    return error.getCause() instanceof SQLException own ? own : error;
  }

  private static boolean ran(long count) {
    return count != Statement.EXECUTE_FAILED;
  }

  /** With that of the first row that failed by itself: all before it ran. */
  private List<String> answered(int firstFailed) {
    List<String> all = new ArrayList<>(ids);
    var id = first == null ? null : Vendor.queryId(first);
    if (id != null) {
      all.add(Math.min(firstFailed, all.size()), id);
    }
    return all;
  }

  Progress progress() {
    return progress;
  }

  /** Takes over what became of the row in doubt; what is not known to have run is still to run. */
  void row(Outcome outcome, long count) {
    if (outcome instanceof Outcome.Ran ran) {
      counts[next++] = count;
      ids.add(ran.queryId());
    } else if (outcome instanceof Outcome.Failed failure) {
      first = first == null ? failure.error() : first;
      next++;
    }
  }

  /** By row, counted from 0; those still to run count as failed. */
  long[] counts() {
    return counts;
  }

  /** The first row that is still to run. */
  int next() {
    return next;
  }

  @Nullable SQLException first() {
    return first;
  }

  /** The ids of the rows that ran, in their order. */
  List<String> ids() {
    return ids;
  }
}
