package io.selfheal.jdbc.snowflake;

import io.selfheal.jdbc.snowflake.QueryHistory.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statements that one text of several was run as. The physical driver tells the id of the first
 * alone [S], but gives those of all for the id of the whole, from any session [S]. Stateless.
 */
public final class ChildQueries {

  /** As many executions of one text in one session are looked at. */
  private static final int MOST = 16;

  private ChildQueries() {}

  /** The ids of all statements of that text, in their order. */
  public static List<String> of(Connection connection, String whole) throws SQLException {
    return List.of(Vendor.childQueryIds(connection, whole));
  }

  /**
   * The ids of all statements of the execution that the given one was the first of.
   *
   * @param session the one that it ran in
   * @return null where it cannot be found
   * @throws SQLException when the server cannot be asked
   */
  public static @Nullable List<String> of(
      Connection connection, String session, String sql, String first) throws SQLException {
    var database = connection.getCatalog();
    if (database == null) {
      return null;
    }
    List<QueryHistory.Row> wholes = new ArrayList<>(QueryHistory.of(connection, session, database));
    wholes.removeIf(row -> row.status() != Status.SUCCEEDED || !row.hasText(sql));
    Collections.reverse(wholes);
    for (var whole : wholes.subList(0, Math.min(MOST, wholes.size()))) {
      var children = of(connection, whole.queryId());
      if (children.get(0).equals(first) || whole.queryId().equals(first)) {
        return children;
      }
    }
    return null;
  }
}
