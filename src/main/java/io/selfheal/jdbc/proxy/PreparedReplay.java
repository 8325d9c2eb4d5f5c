package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Context.Attribute;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The execution of a prepared text with its values. Never printed. Immutable. */
record PreparedReplay(String sql, List<Attribute<Statement>> settings, Parameters values)
    implements Replay {

  @Override
  public @Nullable String doubt() {
    return values.hasStream() ? "a stream was bound to it, which is read only once" : null;
  }

  @Override
  public Done on(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      for (var setting : settings) {
        setting.apply(statement);
      }
      values.apply(statement);
      boolean rows = statement.execute();
      return new Done(rows ? -1 : statement.getLargeUpdateCount(), Vendor.queryId(statement));
    }
  }

  @Override
  public long bytes() {
    return 72 + sql.length() + values.bytes();
  }

  @Override
  public String toString() {
    return "PreparedReplay";
  }
}
