package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** What stands in {@code TABLE(…)}: results of earlier queries and the query history. Stateless. */
final class SqlTableFunctions {
  private static final int DEFAULT_LIMIT = 100;

  private SqlTableFunctions() {}

  /** The cursor stands behind the function's opening parenthesis and is left at its closing one. */
  static SqlRows call(SqlRun run, List<String> name, SqlCursor in) throws SqlFailure {
    var function = name.get(name.size() - 1);
    if (function.equals("RESULT_SCAN")) {
      return resultScan(run, SqlFunctions.text(SqlFunctions.argument(run, in)));
    }
    if (!function.startsWith("QUERY_HISTORY")) {
      throw SqlErrors.unsupported("table function " + function);
    }
    boolean informationSchema =
        name.size() > 1 && name.get(name.size() - 2).equals("INFORMATION_SCHEMA");
    if (!informationSchema) {
      throw new SqlFailure(
          2141,
          "42601",
          "SQL compilation error: error line 1 at position 0\nUnknown table function "
              + function
              + ".");
    }
    var database = name.size() > 2 ? name.get(0) : run.session.database();
    if (database == null) {
      throw SqlErrors.noDatabase();
    }
    if (!run.session.engine.catalog.hasDatabase(database)) {
      throw SqlErrors.missing("Database", database);
    }
    return history(run, function, named(run, in));
  }

  private static Map<String, Object> named(SqlRun run, SqlCursor in) throws SqlFailure {
    var arguments = new HashMap<String, Object>();
    while (!in.isNext(")")) {
      var key = in.identifier();
      in.expect("=>");
      arguments.put(key, SqlFunctions.argument(run, in));
      if (!in.accept(",")) {
        break;
      }
    }
    return arguments;
  }

  /** RESULT_LIMIT cuts before any WHERE, newest first. [D] */
  private static SqlRows history(SqlRun run, String function, Map<String, Object> arguments)
      throws SqlFailure {
    int limit =
        arguments.containsKey("RESULT_LIMIT")
            ? Integer.parseInt(SqlFunctions.text(arguments.get("RESULT_LIMIT")))
            : DEFAULT_LIMIT;
    if (limit < 1 || limit > 10_000) {
      throw SqlErrors.invalid("invalid value [" + limit + "] for parameter 'RESULT_LIMIT'");
    }
    boolean clientGenerated =
        Boolean.parseBoolean(String.valueOf(arguments.get("INCLUDE_CLIENT_GENERATED_STATEMENT")));
    var known = new HashSet<>(arguments.keySet());
    known.removeAll(List.of("RESULT_LIMIT", "INCLUDE_CLIENT_GENERATED_STATEMENT"));
    var session =
        switch (function) {
          case "QUERY_HISTORY" -> null;
          case "QUERY_HISTORY_BY_SESSION" -> {
            known.remove("SESSION_ID");
            var id = arguments.get("SESSION_ID");
            yield id == null ? run.session.id() : Long.parseLong(SqlFunctions.text(id));
          }
          case "QUERY_HISTORY_BY_USER" -> {
            known.remove("USER_NAME");
            yield null;
          }
          default -> throw SqlErrors.unsupported("table function " + function);
        };
    if (!known.isEmpty()) {
      throw SqlErrors.unsupported("argument " + known + " of " + function);
    }
    var user = arguments.getOrDefault("USER_NAME", run.session.user);
    return run.session.engine.history.newest(
        row ->
            (session == null || session.equals(row.get("SESSION_ID")))
                && user.equals(row.get("USER_NAME"))
                && (clientGenerated
                    || !Boolean.TRUE.equals(row.get("IS_CLIENT_GENERATED_STATEMENT"))),
        limit);
  }

  /** One's own queries only, from whichever session. [D] */
  private static SqlRows resultScan(SqlRun run, String queryId) throws SqlFailure {
    var row = run.session.engine.history(queryId);
    var answer = run.session.engine.result(queryId);
    if (row == null || answer == null || !run.session.user.equals(row.get("USER_NAME"))) {
      throw new SqlFailure(709, "02000", "Statement " + queryId + " not found");
    }
    return new SqlRows(answer.columns(), answer.rows());
  }
}
