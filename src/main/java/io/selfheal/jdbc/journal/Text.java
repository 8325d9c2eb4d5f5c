package io.selfheal.jdbc.journal;

import java.sql.Connection;
import java.sql.SQLException;

/** A plain text, made again as it is. Never printed. Immutable. */
record Text(String sql) implements Replay {

  @Override
  public Done on(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
      return new Done(
          statement.getLargeUpdateCount(), io.selfheal.jdbc.snowflake.Vendor.queryId(statement));
    }
  }

  @Override
  public long bytes() {
    return 56L + sql.length();
  }

  @Override
  public String toString() {
    return "Text";
  }
}
