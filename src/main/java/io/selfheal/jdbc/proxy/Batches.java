package io.selfheal.jdbc.proxy;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Runs a batch command by command, with the physical driver's habits. */
final class Batches {

  private Batches() {}

  /** One command of several, giving its update count or -1 for none. */
  interface Command {
    long run(int place) throws SQLException;
  }

  /** The counts of a batch of which nothing has run yet. */
  static long[] none(int commands) {
    var counts = new long[commands];
    Arrays.fill(counts, Statement.EXECUTE_FAILED);
    return counts;
  }

  /**
   * Runs all commands from that place on, except that {@code endsAll} may end it after an error,
   * going on after an error as the physical driver does [R]. It does not go on after one of our own
   * refusals: what comes after would build on what is lost. That one reaches the caller itself,
   * with the counts so far as a suppressed {@link BatchUpdateException}.
   *
   * @param counts what has run already; all others are {@link Statement#EXECUTE_FAILED}
   * @param earlier the first error so far
   */
  static long[] run(
      long[] counts,
      int from,
      @Nullable SQLException earlier,
      Command command,
      Predicate<SQLException> endsAll)
      throws SQLException {
    var first = earlier;
    for (int i = from; i < counts.length; i++) {
      try {
        long count = command.run(i);
        counts[i] = count < 0 ? Statement.SUCCESS_NO_INFO : count;
      } catch (SQLException e) {
        if (Refusals.is(e)) {
          e.addSuppressed(failure(e, counts));
          throw e;
        }
        first = first == null ? e : first;
        if (endsAll.test(e)) {
          break;
        }
      }
    }
    if (first != null) {
      throw failure(first, counts);
    }
    return counts;
  }

  static int[] toInts(long[] counts) {
    return Arrays.stream(counts).mapToInt(count -> (int) count).toArray();
  }

  private static BatchUpdateException failure(SQLException first, long[] counts) {
    return new BatchUpdateException(
        first.getLocalizedMessage(),
        first.getSQLState(),
        first.getErrorCode(),
        counts.clone(),
        first);
  }
}
