package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.OutcomeUnknownException;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.replay.Operation;
import io.selfheal.jdbc.replay.Outcome;
import io.selfheal.jdbc.session.PhysicalSession;
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one prepared batch, and its execution. Where the server takes arrays it is one
 * request and one statement; elsewhere the physical driver sends row by row and tells so by a
 * {@link BatchUpdateException} when it fails [S].
 */
final class PreparedBatch implements Operation<long[]> {

  private final HealingPreparedStatement statement;
  private final BatchRows rows = new BatchRows();
  private @Nullable BatchUpdateException rowByRow;
  private boolean started;

  PreparedBatch(HealingPreparedStatement statement) {
    this.statement = statement;
  }

  void add(Parameters row) {
    rows.add(row);
  }

  /** What was added; not changed any more once it was executed. */
  BatchRows rows() {
    return rows;
  }

  void refill(PreparedStatement physical) throws SQLException {
    for (int row = 0; row < rows.size(); row++) {
      rows.apply(row, physical);
      physical.addBatch();
    }
    physical.clearParameters();
  }

  /**
   * Whether the physical statement was asked to run it, after which it has cleared its own rows.
   */
  boolean started() {
    return started;
  }

  @Override
  public long[] run(PhysicalSession session, String text) throws SQLException {
    if (rowByRow != null) {
      // Some rows may have run, and the error does not say which of the others did.
      throw unknown(rowByRow);
    }
    var physical = (PreparedStatement) statement.ready(session);
    started = true;
    try {
      return physical.executeLargeBatch();
    } catch (BatchUpdateException e) {
      rowByRow = e;
      throw e;
    }
  }

  @Override
  public long[] adopt(Outcome.Ran ran, PhysicalSession fresh) throws SQLException {
    if (rowByRow != null) {
      throw unknown(rowByRow);
    }
    statement.adopted(new Adopted(statement, ran, fresh));
    long count = Adopted.count(fresh, ran);
    if (count != rows.size()) {
      return new long[] {count};
    }
    var counts = new long[rows.size()];
    Arrays.fill(counts, 1);
    return counts;
  }

  @Override
  public boolean takesTag() {
    return true;
  }

  @Override
  public Replay replay(String text) {
    return new BatchReplay(text, statement.settings(), rows);
  }

  @Override
  public long count(long[] counts) {
    return BatchReplay.sum(counts);
  }

  private static OutcomeUnknownException unknown(BatchUpdateException error) {
    return new OutcomeUnknownException(
        "The session expired in the middle of a batch that is sent row by row; the cause holds the counts of the rows that ran.",
        error);
  }

  @Override
  public @Nullable String queryId() {
    return statement.queryId();
  }

  @Override
  public @Nullable Duration patience() {
    return statement.patience();
  }
}
