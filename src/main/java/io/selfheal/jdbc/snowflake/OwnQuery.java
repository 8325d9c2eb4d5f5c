package io.selfheal.jdbc.snowflake;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A statement for a question of the driver's own. It is answered in full whatever
 * ROWS_PER_RESULTSET the application gave the session: what is cut looks complete, and a row that
 * is not shown looks as if it were not there. The physical driver sends the limit with the
 * statement, where it goes before the session's [S].
 */
public final class OwnQuery {

  /** More than any of them gives. */
  private static final int MOST = 1_000_000;

  private OwnQuery() {}

  public static Statement on(Connection connection) throws SQLException {
    var statement = connection.createStatement();
    try {
      statement.setMaxRows(MOST);
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }
}
