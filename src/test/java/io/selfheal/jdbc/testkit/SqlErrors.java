package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Snowflake's wording for what goes wrong, and the way from H2's errors to it. Stateless. */
final class SqlErrors {
  private static final String COMPILATION = "SQL compilation error:\n";
  private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"]|\"\")*)\"");

  private SqlErrors() {}

  static SqlFailure syntax(String detail) {
    return new SqlFailure(
        1003, "42000", COMPILATION + "syntax error line 1 at position 0 " + detail + ".");
  }

  static SqlFailure unexpected(SqlToken token) {
    return new SqlFailure(
        1003,
        "42000",
        COMPILATION
            + "syntax error line 1 at position "
            + token.start()
            + " unexpected '"
            + token.value()
            + "'.");
  }

  static SqlFailure unsupported(String feature) {
    return new SqlFailure(2, "0A000", "Unsupported feature '" + feature + "'.");
  }

  static SqlFailure missing(String kind, String name) {
    // Databases and schemas answer 02000, what lives in a schema 42S02. [D]
    var state = kind.equals("Database") || kind.equals("Schema") ? "02000" : "42S02";
    return new SqlFailure(
        2003, state, COMPILATION + kind + " '" + name + "' does not exist or not authorized.");
  }

  static SqlFailure exists(String name) {
    return new SqlFailure(2002, "42710", COMPILATION + "Object '" + name + "' already exists.");
  }

  private static SqlFailure no(int code, String kind) {
    return new SqlFailure(
        code,
        "22000",
        "Cannot perform operation. This session does not have a current "
            + kind
            + ". Call 'USE "
            + kind.toUpperCase(Locale.ROOT)
            + "', or use a qualified name.");
  }

  static SqlFailure noDatabase() {
    return no(90105, "database");
  }

  static SqlFailure noSchema() {
    return no(90106, "schema");
  }

  static SqlFailure cancelled() {
    return new SqlFailure(604, "57014", "SQL execution canceled");
  }

  static SqlFailure locked(String table, String detail) {
    return new SqlFailure(
        625,
        "57014",
        "Statement could not lock table '"
            + table
            + "'"
            + detail
            + " and this lock has not yet been released.");
  }

  static SqlFailure invalidIdentifier(String name) {
    return new SqlFailure(
        904,
        "42000",
        "SQL compilation error: error line 1 at position 0\ninvalid identifier '" + name + "'");
  }

  static SqlFailure invalid(String message) {
    return new SqlFailure(1008, "22023", COMPILATION + message);
  }

  static SqlFailure of(SQLException e) {
    if (e instanceof BatchUpdateException && e.getNextException() != null) {
      return of(e.getNextException());
    }
    var message = String.valueOf(e.getMessage());
    int end = message.indexOf("; SQL statement:");
    var brief = end < 0 ? message : message.substring(0, end);
    var failure = of(e, brief);
    failure.initCause(e);
    return failure;
  }

  private static SqlFailure of(SQLException e, String brief) {
    return switch (e.getErrorCode()) {
      case 42102, 42103, 42104, 90079 -> missing("Object", quoted(brief));
      case 42101 -> exists(quoted(brief));
      case 42122, 42123, 90022 ->
          e.getErrorCode() == 90022
              ? unknownFunction(quoted(brief))
              : invalidIdentifier(quoted(brief));
      case 42000, 42001 ->
          new SqlFailure(
              1003, "42000", COMPILATION + "syntax error line 1 at position 0 (" + brief + ").");
      case 23502 -> new SqlFailure(100072, "22000", "NULL result in a non-nullable column");
      case 22001 ->
          brief.contains("NUMERIC")
              ? new SqlFailure(100132, "22003", "Number out of representable range (" + brief + ")")
              : new SqlFailure(
                  100078, "22000", "String is too long and would be truncated (" + brief + ")");
      case 22018, 22007 ->
          new SqlFailure(100038, "22018", "Value is not recognized (" + brief + ")");
      case 22003, 22004 ->
          new SqlFailure(100039, "22003", "Numeric value is out of range (" + brief + ")");
      case 22012 -> new SqlFailure(100051, "22012", "Division by zero");
      case 21002 ->
          new SqlFailure(
              2057,
              "42601",
              COMPILATION + "Insert value list does not match column list (" + brief + ")");
      case 50200, 90131, 40001 -> locked(quoted(brief), "");
      case 57014 -> cancelled();
      case 23505 ->
          new SqlFailure(
              100090, "42P18", "Duplicate row detected during DML action (" + brief + ")");
      case 90053 -> new SqlFailure(1427, "21000", "Single-row subquery returns more than one row.");
      case 90059 ->
          new SqlFailure(
              2028, "42601", COMPILATION + "ambiguous column name '" + quoted(brief) + "'");
      default ->
          new SqlFailure(
              2, "0A000", "Unsupported feature (" + e.getErrorCode() + ": " + brief + ").");
    };
  }

  private static SqlFailure unknownFunction(String name) {
    return new SqlFailure(
        2141,
        "42601",
        "SQL compilation error: error line 1 at position 0\nUnknown function " + name + ".");
  }

  private static String quoted(String message) {
    Matcher matcher = QUOTED.matcher(message);
    return matcher.find() ? matcher.group(1) : "?";
  }
}
