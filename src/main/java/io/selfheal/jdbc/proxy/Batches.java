package io.selfheal.jdbc.proxy;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Runs a batch command by command, with the physical driver's habits. */
final class Batches {

  private Batches() {}

  /** One command, giving its update count or -1 for none. */
  interface Command {
    long run(String text) throws SQLException;
  }

  /**
   * Runs all commands, except that {@code endsAll} may end it after an error, going on after an
   * error as the physical driver does [R]. It does not go on after one of our own refusals: what
   * comes after would build on what is lost. That one reaches the caller itself, with the counts so
   * far as a suppressed {@link BatchUpdateException}.
   */
  static long[] run(List<String> commands, Command command, Predicate<SQLException> endsAll)
      throws SQLException {
    var counts = new long[commands.size()];
    Arrays.fill(counts, Statement.EXECUTE_FAILED);
    @Nullable SQLException first = null;
    for (int i = 0; i < counts.length; i++) {
      try {
        long count = command.run(commands.get(i));
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
