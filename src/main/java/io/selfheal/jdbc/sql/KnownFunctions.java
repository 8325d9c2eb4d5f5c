package io.selfheal.jdbc.sql;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The built-in functions that are documented to change nothing [D]. All others may. */
final class KnownFunctions {

  private static final String SYSTEM = "SYSTEM$";

  private static final Set<String> HARMLESS_SYSTEM =
      Set.of(
          "ALLOWLIST",
          "ALLOWLIST_PRIVATELINK",
          "AUTO_REFRESH_STATUS",
          "BEHAVIOR_CHANGE_BUNDLE_STATUS",
          "CLUSTERING_DEPTH",
          "CLUSTERING_INFORMATION",
          "CLUSTERING_RATIO",
          "CURRENT_USER_TASK_NAME",
          "DATABASE_REFRESH_PROGRESS",
          "ESTIMATE_QUERY_ACCELERATION",
          "ESTIMATE_SEARCH_OPTIMIZATION_COSTS",
          "EXPLAIN_JSON_TO_TEXT",
          "EXPLAIN_PLAN_JSON",
          "EXTERNAL_TABLE_PIPE_STATUS",
          "GET_DIRECTORY_TABLE_STATUS",
          "GET_ICEBERG_TABLE_INFORMATION",
          "GET_LOGIN_FAILURE_DETAILS",
          "GET_PREDECESSOR_RETURN_VALUE",
          "GET_PRIVATELINK_CONFIG",
          "GET_SERVICE_LOGS",
          "GET_SERVICE_STATUS",
          "GET_SNOWFLAKE_PLATFORM_INFO",
          "GET_TAG",
          "GET_TAG_ALLOWED_VALUES",
          "GET_TAG_ON_CURRENT_COLUMN",
          "GET_TAG_ON_CURRENT_TABLE",
          "GET_TASK_GRAPH_CONFIG",
          "INTERNAL_STAGES_PUBLIC_ACCESS_STATUS",
          "LAST_CHANGE_COMMIT_TIME",
          "PIPE_STATUS",
          "SHOW_ACTIVE_BEHAVIOR_CHANGE_BUNDLES",
          "STREAM_GET_TABLE_TIMESTAMP",
          "STREAM_HAS_DATA",
          "TASK_RUNTIME_INFO",
          "TYPEOF",
          "WAIT",
          "WHITELIST");

  /**
   * Names that may stand before a parenthesis in the place of a table without running user code.
   */
  private static final Set<String> HARMLESS_TABLE =
      Set.of(
          "DIRECTORY",
          "FLATTEN",
          "GENERATOR",
          "GET_OBJECT_REFERENCES",
          "INFER_SCHEMA",
          "LATERAL",
          "RESULT_SCAN",
          "SEMANTIC_VIEW",
          "SPLIT_TO_TABLE",
          "STRTOK_SPLIT_TO_TABLE",
          "TABLE",
          "TEMPLATE",
          "VALIDATE",
          "VALUES");

  /** As {@link Survey} knows them by word, for those who quote them. */
  private static final Set<String> HISTORY =
      Set.of(
          "LAST_QUERY_ID",
          "RESULT_SCAN",
          "CURRENT_SESSION",
          "CURRENT_TRANSACTION",
          "LAST_TRANSACTION",
          "CURRENT_STATEMENT",
          "QUERY_HISTORY_BY_SESSION");

  private KnownFunctions() {}

  static boolean isHistory(String name) {
    return HISTORY.contains(name);
  }

  static boolean isSystem(String text, int from) {
    return (text.charAt(from) | 0x20) == 's'
        && text.regionMatches(true, from, SYSTEM, 0, SYSTEM.length());
  }

  /** Whether the SYSTEM$ function of that folded name only reads. */
  static boolean isHarmlessSystem(String name) {
    return HARMLESS_SYSTEM.contains(name.substring(SYSTEM.length()));
  }

  /** Whether a table function only reads; everything in INFORMATION_SCHEMA does. */
  static boolean isHarmlessTable(@Nullable String schema, String name) {
    return schema == null ? HARMLESS_TABLE.contains(name) : schema.equals("INFORMATION_SCHEMA");
  }
}
