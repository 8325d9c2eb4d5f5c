package io.selfheal.jdbc.snowflake;

import io.selfheal.jdbc.sql.ObjectName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Permanent tables and views as INFORMATION_SCHEMA tells of them [D]; temp ones of the same name
 * are other rows there. Not thread-safe, like the connection.
 */
public final class Catalog {

  private static final String PERMANENT = " AND TABLE_TYPE IN ('BASE TABLE', 'VIEW')";

  private final Connection connection;

  public Catalog(Connection connection) {
    this.connection = connection;
  }

  /**
   * A table or view.
   *
   * @param lastDdl when its definition, or what has its name, last changed; milliseconds since 1970
   */
  public record Relation(boolean view, long lastDdl) {}

  /** Null where there is none, or more than one. */
  public @Nullable Relation object(ObjectName name) throws SQLException {
    Relation found = null;
    try (var statement = OwnQuery.on(connection);
        var rows =
            statement.executeQuery(
                "SELECT TABLE_TYPE, LAST_DDL" + from(name, "TABLES") + PERMANENT)) {
      while (rows.next()) {
        if (found != null) {
          return null;
        }
        var changed = rows.getTimestamp(2);
        found =
            new Relation(
                "VIEW".equals(rows.getString(1)),
                changed == null ? Long.MAX_VALUE : changed.getTime());
      }
    }
    return found;
  }

  /** A FROM clause that gives a row if it is a hybrid table. */
  static String hybrids(ObjectName name) {
    return from(name, "TABLES") + PERMANENT + " AND IS_HYBRID = 'YES'";
  }

  /** When its rows or its definition last changed, as a text that can only be compared. */
  public String lastAltered(ObjectName name) throws SQLException {
    try (var statement = OwnQuery.on(connection);
        var rows =
            statement.executeQuery("SELECT LAST_ALTERED" + from(name, "TABLES") + PERMANENT)) {
      Timestamp at = rows.next() ? rows.getTimestamp(1) : null;
      return String.valueOf(at);
    }
  }

  /** The text of a view; null where one may not see it. */
  public @Nullable String definition(ObjectName name) throws SQLException {
    try (var statement = OwnQuery.on(connection);
        var rows = statement.executeQuery("SELECT VIEW_DEFINITION" + from(name, "VIEWS"))) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  /** The defaults of its columns, as expressions. */
  public List<String> defaults(ObjectName name) throws SQLException {
    List<String> defaults = new ArrayList<>();
    try (var statement = OwnQuery.on(connection);
        var rows =
            statement.executeQuery("SELECT COLUMN_DEFAULT, IS_IDENTITY" + from(name, "COLUMNS"))) {
      while (rows.next()) {
        if ("YES".equals(rows.getString(2))) {
          defaults.add("RANDOM()"); // as good as: nobody knows the next one
        } else if (rows.getString(1) != null) {
          defaults.add(rows.getString(1));
        }
      }
    }
    return defaults;
  }

  private static String from(ObjectName name, String view) {
    return " FROM "
        + Identifiers.quote(name.parts().get(0))
        + ".INFORMATION_SCHEMA."
        + view
        + " WHERE TABLE_SCHEMA = "
        + Identifiers.text(name.parts().get(1))
        + " AND TABLE_NAME = "
        + Identifiers.text(name.parts().get(2));
  }
}
