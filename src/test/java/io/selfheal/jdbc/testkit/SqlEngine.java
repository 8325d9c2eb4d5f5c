package io.selfheal.jdbc.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * The SQL half of the emulator: one account's databases, stages, query history and transactions
 * over H2. The wire half ({@link SnowflakeEmulator}) owns HTTP, tokens and faults and knows nothing
 * of SQL; this half knows nothing of HTTP. Thread-safe.
 */
interface SqlEngine extends AutoCloseable {

  /**
   * Opens a session; the names may be null (then the session has no current object of that kind).
   */
  Session open(long sessionId, Login login);

  /**
   * The rows as they stand committed, for assertions in tests; names as in SQL, each row in column
   * order, as wire strings.
   */
  List<List<String>> table(String qualifiedName);

  /** All permanent tables as SCHEMA.NAME with their committed rows, sorted. */
  default SortedMap<String, List<List<String>>> tables() {
    throw new UnsupportedOperationException("this engine has no tables");
  }

  /** The files of all permanent stages as SCHEMA.NAME, each as path and checksum, sorted. */
  default SortedMap<String, List<String>> files() {
    throw new UnsupportedOperationException("this engine has no stages");
  }

  /** All schemas and permanent objects by kind and name, tables with their columns. */
  default List<String> objects() {
    throw new UnsupportedOperationException("this engine has no objects");
  }

  /** Those that have changed something; of dead sessions too, which keep their locks. */
  default int openTransactions() {
    throw new UnsupportedOperationException("this engine has no transactions");
  }

  /** Forgets all permanent objects, transactions, results and the history. */
  default void clear() {
    throw new UnsupportedOperationException("this engine holds nothing");
  }

  /** Forgets all but the newest that has ended of the history and the transactions. */
  default void forgetOld(int newest) {}

  @Override
  void close();

  record Login(
      String user,
      String role,
      String warehouse,
      String database,
      String schema,
      Map<String, Object> parameters) {}

  /**
   * One Snowflake session: its own H2 connection, so that what dies with a session really dies. One
   * statement runs at a time per thread; several threads may call.
   */
  interface Session extends AutoCloseable {

    long id();

    /** Current names, as {@code final*Name} in every answer; null where there is none. */
    String database();

    String schema();

    String role();

    String warehouse();

    /**
     * Session parameters that differ from the defaults, with AUTOCOMMIT, as the wire's {@code
     * parameters} list shows them.
     */
    Map<String, Object> parameters();

    /**
     * Runs one request to its end, recording it in the query history from RUNNING to its final
     * state. With a multi-statement text ({@code multiStatementCount} 0 or more than 1) each child
     * is recorded too and the answer names the children.
     */
    Answer execute(Query query) throws SqlFailure;

    /**
     * Cancels the running statement with that query id; it then fails with Snowflake's 604 "SQL
     * execution canceled".
     */
    void cancel(String queryId);

    /**
     * The orderly end (logout): temp objects and variables go, an open transaction is rolled back.
     */
    @Override
    void close();

    /**
     * The end by expiry: temp objects and variables go, running statements go on to their end, and
     * an open transaction stays behind detached, keeping its locks until it is aborted
     * (SYSTEM$ABORT_TRANSACTION).
     */
    void lose();
  }

  /**
   * A request. {@code binds}: position ("1", "2", …) to a bind; an array bind has many values, and
   * each row is run in order in one statement. {@code parameters}: the statement-level parameters
   * of the request (QUERY_TAG, MULTI_STATEMENT_COUNT, …).
   */
  record Query(
      String queryId,
      String sql,
      Map<String, Bind> binds,
      boolean describeOnly,
      boolean clientGenerated,
      Map<String, Object> parameters,
      WhileRunning whileRunning) {

    Query(
        String queryId,
        String sql,
        Map<String, Bind> binds,
        boolean describeOnly,
        boolean clientGenerated,
        Map<String, Object> parameters) {
      this(queryId, sql, binds, describeOnly, clientGenerated, parameters, () -> {});
    }
  }

  /**
   * Called by the engine exactly once per {@link Session#execute}, on the executing thread, after
   * the history shows the request as RUNNING and before it has any effect. It may take its time (a
   * slow statement, still RUNNING for all who look) or throw (a failing one). The engine holds no
   * lock that other sessions or {@link Session#lose} need while it calls this.
   */
  @FunctionalInterface
  interface WhileRunning {
    void reached() throws SqlFailure;
  }

  /**
   * A bind as on the wire: Snowflake type name (FIXED, REAL, TEXT, DATE, TIME, TIMESTAMP_NTZ, …)
   * and its values as strings (null for SQL NULL).
   */
  record Bind(String type, List<String> values) {}

  /** A column of a result as the wire's {@code rowtype} describes it. */
  record Column(
      String name,
      String type,
      boolean nullable,
      int precision,
      int scale,
      int length,
      int byteLength,
      String table,
      String schema,
      String database) {}

  /**
   * What a statement gave. {@code rows} are wire strings in the JSON result format (dates as days,
   * timestamps as seconds.nanos, booleans as "1"/"0", …), null for NULL. For multi-statements
   * {@code children} holds each child's query id and statement type id, in order, and the child's
   * own answer is to be had from {@link #child}. {@code transfer} is set for PUT and GET only.
   */
  record Answer(
      String queryId,
      long statementTypeId,
      List<Column> columns,
      List<List<String>> rows,
      int numberOfBinds,
      List<Child> children,
      Transfer transfer) {}

  record Child(String queryId, long statementTypeId, Answer answer) {}

  /**
   * What the client has to copy for PUT or GET: {@code directory} is the local folder that plays
   * the stage.
   */
  record Transfer(
      boolean upload,
      List<String> sourceLocations,
      String directory,
      String localLocation,
      int parallel,
      boolean autoCompress,
      boolean overwrite,
      String sourceCompression) {}

  /** A Snowflake error: code (such as 2003), SQLState and message as the server words them. */
  final class SqlFailure extends Exception {
    private static final long serialVersionUID = 1;
    final int code;
    final String sqlState;

    SqlFailure(int code, String sqlState, String message) {
      super(message);
      this.code = code;
      this.sqlState = sqlState;
    }
  }

  /** From now on statements show up in the query history so long after they began. */
  default void showHistoryLate(Duration by) {
    throw new UnsupportedOperationException("this engine has no query history");
  }

  /** From now on what has ended is not in the query history for so long. */
  default void showHistoryEndsLate(Duration by) {
    throw new UnsupportedOperationException("this engine has no query history");
  }

  /** From now on the history lists describe-only requests too: whether it does is [I]. */
  default void listDescribes() {
    throw new UnsupportedOperationException("this engine has no query history");
  }

  /**
   * For the wire's monitoring route and for tests: the history row of a query, or null. Column
   * names as QUERY_HISTORY documents them.
   */
  Map<String, Object> history(String queryId);

  /**
   * A finished query's stored answer (kept for RESULT_SCAN and for {@code GET
   * /queries/<id>/result}), or null.
   */
  Answer result(String queryId);
}
