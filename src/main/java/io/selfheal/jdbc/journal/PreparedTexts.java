package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.journal.Context.Attribute;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The prepared statements of a rebuild, kept from one entry to the next of the same text: the
 * physical driver asks the server about each new one before its first batch [R], so that one that
 * the application had used again and again would cost twice the requests. Not thread-safe.
 */
public final class PreparedTexts implements AutoCloseable {

  private static final int MOST = 8;

  private record Open(PreparedStatement statement, List<Attribute<Statement>> settings) {}

  private final Connection connection;
  private final Map<String, Open> open = new HashMap<>();

  public PreparedTexts(Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }

  /**
   * A statement of that text and with those settings, without parameters and rows. It stays open.
   */
  public PreparedStatement get(String sql, List<Attribute<Statement>> settings)
      throws SQLException {
    var known = open.get(sql);
    if (known != null && known.settings().equals(settings) && !known.statement().isClosed()) {
      known.statement().clearParameters();
      known.statement().clearBatch();
      return known.statement();
    }
    if (known != null || open.size() == MOST) {
      close();
    }
    var statement = connection.prepareStatement(sql);
    open.put(sql, new Open(statement, settings));
    for (var setting : settings) {
      setting.apply(statement);
    }
    return statement;
  }

  /** Closes all of them, as what comes next may change what they mean. */
  @Override
  public void close() throws SQLException {
    var all = new ArrayList<>(open.values());
    open.clear();
    for (var one : all) {
      one.statement().close();
    }
  }
}
