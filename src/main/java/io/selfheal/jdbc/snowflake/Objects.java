package io.selfheal.jdbc.snowflake;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What there is in the account: SHOW … LIKE [D]. Stateless. */
public final class Objects {

  private Objects() {}

  /**
   * Whether there is an object of that name.
   *
   * @param kinds its type in the plural, as SHOW has it, such as TABLES
   * @param name database, schema and name
   */
  public static boolean exists(Connection connection, String kinds, List<String> name)
      throws SQLException {
    int last = name.size() - 1;
    var simple = name.get(last);
    var in = last == 0 ? "" : " IN SCHEMA " + Identifiers.quote(name.subList(0, last));
    try (var statement = OwnQuery.on(connection);
        var rows =
            statement.executeQuery(
                "SHOW " + kinds + " LIKE " + Identifiers.text(pattern(simple)) + in)) {
      while (rows.next()) {
        if (simple.equals(rows.getString("name"))) {
          return true;
        }
      }
    }
    return false;
  }

  /** LIKE takes % and _ for any characters; finding too much does no harm. */
  private static String pattern(String name) {
    return name.replace('\\', '_');
  }
}
