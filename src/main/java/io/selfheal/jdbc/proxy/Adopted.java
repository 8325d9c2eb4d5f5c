package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.replay.Outcome;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.ResultScan;
import io.selfheal.jdbc.sql.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The result of a statement that ran on a session that is gone, as its JDBC call would have given
 * it. Not thread-safe, like a statement.
 */
final class Adopted {

  private static final int NONE = -1;

  private final HealingStatement statement;
  private final Outcome.Ran ran;
  private final PhysicalSession fresh;
  private @Nullable ResultSet resultSet;
  private long updateCount = NONE;

  Adopted(HealingStatement statement, Outcome.Ran ran, PhysicalSession fresh) {
    this.statement = statement;
    this.ran = ran;
    this.fresh = fresh;
  }

  String queryId() {
    return ran.queryId();
  }

  long updateCount() throws SQLException {
    updateCount = count(fresh, ran);
    return updateCount;
  }

  /**
   * The count as the physical driver would have made it; the history's own where the result cannot
   * be read.
   */
  static long count(PhysicalSession fresh, Outcome.Ran ran) {
    try {
      return ResultScan.updateCount(fresh.connection(), ran.queryId());
    } catch (SQLException unreadable) {
      return ran.rows();
    }
  }

  int intCount() throws SQLException {
    return (int) updateCount();
  }

  /**
   * For {@code execute}: a statement that changes rows or objects gives a count, all others rows
   * [S].
   */
  boolean hasResultSet() throws SQLException {
    // What a script or procedure ran is told by its own result.
    if (statement.call().shape().kind() != Kind.OPAQUE
        && ResultScan.givesCount(fresh.connection(), ran.queryId())) {
      updateCount();
      return false;
    }
    resultSet();
    return true;
  }

  ResultSet resultSet() throws SQLException {
    Statement physical = fresh.connection().createStatement();
    ResultSet rows;
    try {
      rows = ResultScan.open(physical, ran.queryId());
    } catch (SQLException | RuntimeException e) {
      physical.close();
      throw e;
    }
    var results = statement.results().adopted(fresh, physical, rows);
    resultSet = results;
    return results;
  }

  /** For {@code executeAsyncQuery}. */
  ResultSet asyncResultSet() throws SQLException {
    var results = statement.results().adoptedQuery(fresh, ran.queryId());
    resultSet = results;
    return results;
  }

  @Nullable ResultSet openResultSet() {
    return resultSet;
  }

  long countOrNone() {
    return updateCount;
  }

  int intCountOrNone() {
    return (int) updateCount;
  }

  /** There is one result; asking for the next ends it. */
  boolean noMore() throws SQLException {
    if (resultSet != null) {
      resultSet.close();
      resultSet = null;
    }
    updateCount = NONE;
    return false;
  }
}
