package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Context.Attribute;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The execution of a text. Never printed. Immutable. */
record TextReplay(String sql, List<Attribute<Statement>> settings) implements Replay {

  @Override
  public Done on(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      for (var setting : settings) {
        setting.apply(statement);
      }
      boolean rows = statement.execute(sql);
      return new Done(rows ? -1 : statement.getLargeUpdateCount(), Vendor.queryId(statement));
    }
  }

  @Override
  public long bytes() {
    return 64L + sql.length();
  }

  @Override
  public String toString() {
    return "TextReplay";
  }
}
