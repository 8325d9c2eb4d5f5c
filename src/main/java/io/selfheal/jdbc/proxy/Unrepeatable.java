package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Replay;
import java.sql.Connection;
import java.sql.SQLException;

/** A call that cannot be made again. Immutable. */
record Unrepeatable(String doubt) implements Replay {

  @Override
  public Done on(Connection connection) throws SQLException {
    throw new SQLException(doubt, "55000");
  }

  @Override
  public long bytes() {
    return 48L + doubt.length();
  }
}
