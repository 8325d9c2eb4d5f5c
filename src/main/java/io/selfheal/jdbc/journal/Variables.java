package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.snowflake.Identifiers;
import io.selfheal.jdbc.sql.Detail;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Learns the values of session variables: from the text where it is a literal, otherwise from the
 * session, right after SET, because afterwards the session may be gone. Stateless.
 */
public final class Variables {

  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Z_][A-Z0-9_$]*");
  private static final Pattern TEXT =
      Pattern.compile("(?s)[^=]*=\\s*'((?:[^'\\\\]|'')*)'\\s*;?\\s*");
  private static final Pattern NUMBER =
      Pattern.compile("(?s)[^=]*=\\s*-?[0-9]+(?:\\.[0-9]+)?\\s*;?\\s*");

  private Variables() {}

  /** The variables of a SET whose values the text does not tell. */
  public static List<String> toRead(Shape shape, String sql) {
    return shape.detail() instanceof Detail.Variables set
            && !set.unset()
            && literal(shape, sql) == null
        ? set.names()
        : List.of();
  }

  /** The value that stands in the text; null when it does not. */
  static @Nullable Variable literal(Shape shape, String sql) {
    if (!(shape.detail() instanceof Detail.Variables set)
        || set.names().size() != 1
        || shape.binds() > 0
        || shape.mentionsVariable()
        || shape.has(Trait.READS)) {
      return null;
    }
    var text = TEXT.matcher(sql);
    if (text.matches()) {
      return new Variable(sql, text.group(1).replace("''", "'"));
    }
    return NUMBER.matcher(sql).matches() ? new Variable(sql, null) : null;
  }

  /**
   * Asks the session.
   *
   * @throws SQLException when it does not answer; the values are unknown then
   */
  public static Map<String, Variable> read(Connection connection, List<String> names)
      throws SQLException {
    if (!names.stream().allMatch(name -> PLAIN_NAME.matcher(name).matches())) {
      return Map.of();
    }
    Map<String, Variable> values = new LinkedHashMap<>();
    List<String> times = new ArrayList<>();
    try (var statement = connection.createStatement()) {
      try (var row = statement.executeQuery("SELECT $" + String.join(", $", names))) {
        row.next();
        for (int i = 0; i < names.size(); i++) {
          var name = names.get(i);
          if (isTime(row, i + 1)) {
            times.add(name);
          } else {
            values.put(name, value(name, row, i + 1));
          }
        }
      }
      for (var name : times) {
        values.put(name, time(name, statement));
      }
    }
    return values;
  }

  private static boolean isTime(ResultSet row, int column) throws SQLException {
    return row.getMetaData()
        .getColumnTypeName(column)
        .toUpperCase(java.util.Locale.ROOT)
        .startsWith("TIME");
  }

  private static Variable value(String name, ResultSet row, int column) throws SQLException {
    var value = row.getString(column);
    if (value == null) {
      return new Variable("SET " + name + " = NULL", null);
    }
    return switch (row.getMetaData().getColumnType(column)) {
      case Types.VARCHAR, Types.CHAR -> new Variable(set(name, Identifiers.text(value)), value);
      case Types.BIGINT,
          Types.INTEGER,
          Types.SMALLINT,
          Types.TINYINT,
          Types.DECIMAL,
          Types.NUMERIC ->
          new Variable(set(name, value), null);
      case Types.DOUBLE, Types.FLOAT, Types.REAL ->
          new Variable(set(name, "'" + value + "'::DOUBLE"), null);
      case Types.BOOLEAN, Types.BIT -> new Variable(set(name, row.getBoolean(column) + ""), null);
      case Types.DATE -> new Variable(set(name, "'" + row.getDate(column) + "'::DATE"), null);
      default -> Variable.UNKNOWN;
    };
  }

  /** In a format of our own: the session's may leave out what counts. */
  private static Variable time(String name, java.sql.Statement statement) throws SQLException {
    try (var row =
        statement.executeQuery(
            "SELECT SYSTEM$TYPEOF($"
                + name
                + "), TO_VARCHAR($"
                + name
                + ", 'YYYY-MM-DD HH24:MI:SS.FF9'), TO_VARCHAR($"
                + name
                + ", 'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM')")) {
      row.next();
      var type = String.valueOf(row.getString(1)).replaceFirst("[\\[(].*", "").strip();
      return switch (type) {
        case "TIMESTAMP_NTZ" ->
            new Variable(set(name, "'" + row.getString(2) + "'::" + type), null);
        case "TIMESTAMP_LTZ", "TIMESTAMP_TZ" ->
            new Variable(set(name, "'" + row.getString(3) + "'::" + type), null);
        default -> Variable.UNKNOWN;
      };
    }
  }

  private static String set(String name, String value) {
    return "SET " + name + " = " + value;
  }
}
