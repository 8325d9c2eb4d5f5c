package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.sql.Shape;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is special about a prepared statement that heals: its values and its pending batch come
 * along to another session.
 */
@Forwarding(PreparedStatement.class)
abstract class HealingPreparedStatement extends ValueStatement {

  /**
   * The rows of the pending batch, kept because the physical driver clears its own even when it
   * failed [R]. Null while there are none.
   */
  private @Nullable PreparedBatch pending;

  HealingPreparedStatement(
      HealingConnection connection,
      Opener opener,
      String sql,
      PhysicalSession bound,
      PreparedStatement delegate) {
    super(connection, opener, sql, bound, delegate);
  }

  @Override
  void refill(Statement fresh) throws SQLException {
    var physical = (PreparedStatement) fresh;
    if (pending != null) {
      pending.refill(physical);
    }
    parameters.apply(physical);
  }

  @Override
  boolean takesText() {
    return false;
  }

  @Override
  @Nullable Replay replay(String text) throws SQLException {
    return Puts.is(call().shape())
        ? super.replay(text)
        : new PreparedReplay(text, settings(), parameters);
  }

  // Execution

  @Override
  public ResultSet executeQuery() throws SQLException {
    return results()
        .required(
            run(
                sql(),
                (physical, text) -> ((PreparedStatement) physical).executeQuery(),
                Adopted::resultSet));
  }

  @Override
  public int executeUpdate() throws SQLException {
    return run(
        sql(),
        (physical, text) -> ((PreparedStatement) physical).executeUpdate(),
        Adopted::intCount);
  }

  @Override
  public long executeLargeUpdate() throws SQLException {
    return run(
        sql(),
        (physical, text) -> ((PreparedStatement) physical).executeLargeUpdate(),
        Adopted::updateCount);
  }

  @Override
  public boolean execute() throws SQLException {
    return run(
        sql(), (physical, text) -> ((PreparedStatement) physical).execute(), Adopted::hasResultSet);
  }

  // Batches of rows: one request where the server takes arrays

  @Override
  public void addBatch() throws SQLException {
    // The first one asks the server about the statement [S], so it may meet a dead session.
    guarded(
        physical -> {
          physical.addBatch();
          return null;
        });
    if (pending == null) {
      pending = new PreparedBatch(this);
    }
    pending.add(parameters);
    pending.filled(prepared());
  }

  /** Not for prepared statements: the physical one says so. */
  @Override
  public void addBatch(String text) throws SQLException {
    delegate().addBatch(text);
  }

  @Override
  public void clearBatch() throws SQLException {
    super.clearBatch();
    pending = null;
  }

  @Override
  public int[] executeBatch() throws SQLException {
    return Batches.toInts(executeLargeBatch());
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    var rows = pending == null ? new PreparedBatch(this) : pending;
    batchQueryIds(List.of());
    boolean succeeded = false;
    try {
      var counts = run(sql(), rows.rows(), rows);
      var half = rows.toGoOn();
      counts = half == null ? counts : goOn(rows.rows(), half);
      succeeded = true;
      return counts;
    } finally {
      if (!succeeded && owner().logical().clearsBatchesOnSuccessOnly()) {
        pending = rows;
      } else {
        pending = null;
        if (!rows.started()) {
          // Refused before it reached the physical statement: cleared as after any other failure.
          prepared().clearBatch();
        }
      }
    }
  }

  /** Runs the rest of a batch that met the end of its session, each row for itself. */
  private long[] goOn(BatchRows rows, HalfBatch half) throws SQLException {
    pending = null; // another physical statement is to get one row at a time
    batchQueryIds(half.ids());
    var own = parameters.snapshot();
    try {
      return runEach(
          half.counts(),
          half.next(),
          half.first(),
          row -> {
            parameters.become(rows.row(row));
            return inBatch(sql(), this::runRow);
          });
    } finally {
      parameters.become(own);
      restore();
    }
  }

  /** What the batch came to is not to be hidden by an error of the last thing to do. */
  private void restore() {
    try {
      prepared().clearParameters();
      if (!parameters.hasStream()) {
        parameters.apply(prepared());
      }
    } catch (SQLException closedMeanwhile) {
      // The next call will say so.
    }
  }

  private long runRow(Statement physical, String text) throws SQLException {
    var prepared = (PreparedStatement) physical;
    prepared.clearParameters();
    parameters.apply(prepared);
    prepared.execute();
    return prepared.getLargeUpdateCount();
  }

  // What the server is asked about the statement: reads, so they are simply repeated

  @Override
  public @Nullable ResultSetMetaData getMetaData() throws SQLException {
    return guarded(PreparedStatement::getMetaData);
  }

  @Override
  public @Nullable ParameterMetaData getParameterMetaData() throws SQLException {
    return guarded(PreparedStatement::getParameterMetaData);
  }

  private interface Ask<R> {
    @Nullable R of(PreparedStatement physical) throws SQLException;
  }

  private <R> @Nullable R guarded(Ask<R> ask) throws SQLException {
    var physical = prepared();
    var on = bound();
    boolean left = on != owner().logical().current();
    owner().logical().refuseMissing(Shape.of(sql()), sql(), binds(), on, null);
    call().describe();
    try {
      var answer = ask.of(physical);
      owner().settle(on);
      return answer;
    } catch (SQLException e) {
      if (left && owner().logical().expiry().code(e) != 0) {
        // An idle statement of a session replaced long ago: what went with that one has been told.
        return again(ask, owner().session(), e);
      }
      return again(ask, owner().recover(on, e), e);
    }
  }

  private <R> @Nullable R again(Ask<R> ask, PhysicalSession fresh, SQLException error)
      throws SQLException {
    owner().logical().refuseMissing(Shape.of(sql()), sql(), binds(), fresh, error);
    return ask.of((PreparedStatement) bind(fresh));
  }
}
