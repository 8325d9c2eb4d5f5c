package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.replay.Operation;
import io.selfheal.jdbc.replay.Outcome;
import io.selfheal.jdbc.replay.Progress;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one prepared batch, and its execution. Where the server takes arrays it is one
 * request and one statement; elsewhere the physical driver sends row by row and tells so by a
 * {@link BatchUpdateException} when it fails [S].
 */
final class PreparedBatch implements Operation<long[]> {

  private final HealingPreparedStatement statement;
  private final BatchRows rows = new BatchRows();

  /** The physical statement that holds these rows, too; null for none. */
  private @Nullable PreparedStatement filled;

  /** What the last run came to, if it was sent row by row and failed. */
  private @Nullable HalfBatch half;

  private boolean started;
  private boolean goesOn;

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

  /** Says that the physical statement has got the last row, too. */
  void filled(PreparedStatement physical) {
    if (rows.size() == 1) {
      filled = physical;
    }
  }

  void refill(PreparedStatement physical) throws SQLException {
    physical.clearBatch();
    for (int row = 0; row < rows.size(); row++) {
      rows.apply(row, physical);
      physical.addBatch();
    }
    physical.clearParameters();
    filled = physical;
  }

  /**
   * Whether the physical statement was asked to run it, after which it has cleared its own rows.
   */
  boolean started() {
    return started;
  }

  /** What became of it so far, where the rest of its rows is to be run one by one. */
  @Nullable HalfBatch toGoOn() {
    return goesOn ? half : null;
  }

  @Override
  public long[] run(PhysicalSession session, String text) throws SQLException {
    // Whoever runs it again knows that nothing of it has lasted.
    half = null;
    goesOn = false;
    var physical = (PreparedStatement) statement.bind(session);
    if (filled != physical && rows.size() > 0) {
      refill(physical);
      statement.parameters.apply(physical);
    }
    // After that: to refill it asks the server about the text, which must not bear the mark.
    statement.ready(session);
    started = true;
    try {
      return physical.executeLargeBatch();
    } catch (BatchUpdateException e) {
      var expiry = statement.owner().logical().expiry();
      int code = expiry.code(e);
      // A code of the user's own may mean less than the end.
      boolean forGood = code != 0 && !expiry.more().contains(code);
      half = new HalfBatch(e, rows.size(), code != 0, forGood, Vendor.batchQueryIds(physical));
      throw e;
    }
  }

  @Override
  public long[] adopt(Outcome.Ran ran, PhysicalSession fresh) throws SQLException {
    if (half != null) {
      throw new SQLException(
          "It was one of several rows, and what became of the others is not known.");
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
  public long[] upTo(Outcome row, PhysicalSession fresh) throws SQLException {
    var broken = Objects.requireNonNull(half);
    long count = 0;
    if (row instanceof Outcome.Ran ran) {
      var adopted = new Adopted(statement, ran, fresh);
      count = adopted.updateCount();
      statement.adopted(adopted);
    }
    broken.row(row, count);
    goesOn = true;
    return broken.counts();
  }

  @Override
  public @Nullable Progress progress() {
    return half == null ? null : half.progress();
  }

  @Override
  public List<String> queryIds() {
    return half == null ? statement.physicalBatchIds() : List.of();
  }

  /** Of one that failed half-way, the rows that ran. */
  @Override
  public Replay replay(String text) {
    return new BatchReplay(
        text, statement.settings(), half == null ? rows : rows.ran(half.counts()));
  }

  @Override
  public long count(long[] counts) {
    return BatchReplay.sum(counts);
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
