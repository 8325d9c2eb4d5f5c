package io.selfheal.jdbc.snowflake;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;

/**
 * The stored result of a query of one's own, readable from another session for 24 hours [D].
 * Stateless.
 */
public final class ResultScan {

  private static final Pattern QUERY_ID = Pattern.compile("[0-9A-Za-z-]{1,64}");
  private static final String COUNT_PREFIX = "number of ";

  private ResultScan() {}

  /** The rows of that query. */
  public static ResultSet open(Statement physical, String queryId) throws SQLException {
    if (!QUERY_ID.matcher(queryId).matches()) {
      throw new SQLException("not a query id");
    }
    return physical.executeQuery("SELECT * FROM TABLE(RESULT_SCAN('" + queryId + "'))");
  }

  /**
   * The update count that the physical driver would have given: the rows loaded of a COPY, all
   * "number of rows …" columns of other DML, 0 of anything else [S].
   */
  public static long updateCount(Connection connection, String queryId) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = open(statement, queryId)) {
      var columns = rows.getMetaData();
      int loaded = column(columns, "rows_loaded");
      long count = 0;
      while (rows.next()) {
        if (loaded > 0) {
          count += rows.getLong(loaded);
        } else {
          for (int i = 1; i <= columns.getColumnCount(); i++) {
            if (isCount(columns, i)) {
              count += rows.getLong(i);
            }
          }
        }
      }
      return count;
    }
  }

  /** Whether {@code Statement.execute} of that query gives an update count rather than rows. */
  public static boolean givesCount(Connection connection, String queryId) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = open(statement, queryId)) {
      var columns = rows.getMetaData();
      boolean status = columns.getColumnCount() == 1 && name(columns, 1).equals("status");
      return status || column(columns, "rows_loaded") > 0 || isCount(columns, 1);
    }
  }

  private static boolean isCount(ResultSetMetaData columns, int index) throws SQLException {
    return name(columns, index).startsWith(COUNT_PREFIX);
  }

  private static int column(ResultSetMetaData columns, String name) throws SQLException {
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      if (name(columns, i).equals(name)) {
        return i;
      }
    }
    return 0;
  }

  /** As it is: those of commands are in small letters, which a query's rarely are [D]. */
  private static String name(ResultSetMetaData columns, int index) throws SQLException {
    return columns.getColumnLabel(index);
  }
}
