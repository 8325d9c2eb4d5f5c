package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Context.Attribute;
import io.selfheal.jdbc.journal.PreparedTexts;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The execution of a prepared batch with its rows. Never printed. Immutable. */
record BatchReplay(String sql, List<Attribute<Statement>> settings, BatchRows rows)
    implements Replay {

  @Override
  public Done on(Connection connection) throws SQLException {
    try (var texts = new PreparedTexts(connection)) {
      return on(texts);
    }
  }

  @Override
  public Done on(PreparedTexts texts) throws SQLException {
    var statement = texts.get(sql, settings);
    for (int row = 0; row < rows.size(); row++) {
      rows.apply(row, statement);
      statement.addBatch();
    }
    return new Done(sum(statement.executeLargeBatch()), Vendor.queryId(statement));
  }

  /** What the rows came to together; -1 where some of the counts are not told. */
  static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      if (count < 0) {
        return -1;
      }
      sum += count;
    }
    return sum;
  }

  @Override
  public long bytes() {
    return 72 + sql.length() + rows.bytes();
  }

  @Override
  public String toString() {
    return "BatchReplay";
  }
}
