package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlTransactions.State;
import io.selfheal.jdbc.testkit.SqlTransactions.Transaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** An account of Snowflake's on an H2 in memory: what its sessions share. Thread-safe. */
final class H2SqlEngine implements SqlEngine {
  private static final int RESULTS_KEPT = 5000;

  final SqlCatalog catalog = new SqlCatalog();
  final SqlHistory history = new SqlHistory();
  final SqlTransactions transactions = new SqlTransactions();

  /** The ids of hybrid tables; a concurrent set. */
  final Set<Long> hybrid = ConcurrentHashMap.newKeySet();

  final SqlTimeTravel timeTravel = new SqlTimeTravel();
  final SqlLoads loads = new SqlLoads();

  /** Every table by id, temporary ones too: the Snowflake types behind H2's columns. */
  final Map<Long, SqlObject.Table> tables = new ConcurrentHashMap<>();

  final Path directory;
  private final String url;
  private final Map<Long, H2Session> sessions = new ConcurrentHashMap<>();

  /** Guarded by itself. */
  private final Map<String, Answer> results =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
          return size() > RESULTS_KEPT;
        }
      };

  /** Sees committed rows only. Guarded by commits. */
  private final Connection reader;

  /**
   * Commits go one by one, so that each version kept for time travel is exactly what its commit
   * left.
   */
  private final Object commits = new Object();

  /** {@code directory} holds the stages' files and nothing else. */
  H2SqlEngine(Path directory) {
    this.directory = directory;
    // PostgreSQL's mode for GROUP BY 1; NULLs sort as the highest value, as in Snowflake. [D]
    this.url =
        "jdbc:h2:mem:"
            + UUID.randomUUID()
            + ";MODE=PostgreSQL;DATABASE_TO_UPPER=TRUE;DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=2000;DB_CLOSE_DELAY=-1"
            + ";NON_KEYWORDS=VALUE,KEY,DAY,HOUR,MINUTE,MONTH,SECOND,YEAR,USER";
    try {
      reader = connect();
      try (var statement = reader.createStatement()) {
        statement.execute(
            "CREATE AGGREGATE HASH_AGG FOR \"" + SqlHashAggregate.class.getName() + "\"");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(url, "sa", "");
  }

  @Override
  public Session open(long sessionId, Login login) {
    try {
      var session = new H2Session(this, sessionId, login, connect());
      sessions.put(sessionId, session);
      return session;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public List<List<String>> table(String qualifiedName) {
    try {
      var parts = new SqlCursor(qualifiedName, token -> token.value()).name();
      var full = new ArrayList<>(List.of("DEMO", "PUBLIC"));
      full = new ArrayList<>(full.subList(0, 3 - parts.size()));
      full.addAll(parts);
      var key = new SqlObject.Key(full.get(0), full.get(1), SqlObject.Space.RELATION, full.get(2));
      if (!(catalog.get(key) instanceof SqlObject.Table table)) {
        throw SqlErrors.missing("Table", key.toString());
      }
      synchronized (commits) {
        try (var statement = reader.createStatement();
            var result = statement.executeQuery("SELECT * FROM " + table.h2())) {
          return SqlResults.read(result, tables, false).rows();
        }
      }
    } catch (SqlFailure | SQLException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public SortedMap<String, List<List<String>>> tables() {
    var all = new TreeMap<String, List<List<String>>>();
    for (var object : catalog.objects()) {
      if (object instanceof SqlObject.Table) {
        var key = object.key();
        var rows = new ArrayList<>(table(key.toString()));
        rows.sort(Comparator.comparing(Object::toString));
        all.put(key.schema() + "." + key.name(), rows);
      }
    }
    return all;
  }

  @Override
  public List<String> objects() {
    var all = new ArrayList<String>();
    for (var database : catalog.databases()) {
      catalog.schemas(database).forEach(schema -> all.add("Schema " + database + "." + schema));
    }
    for (var object : catalog.objects()) {
      var columns =
          object instanceof SqlObject.Table table
              ? table.columns().stream().map(SqlObject.TableColumn::name).toList().toString()
              : "";
      all.add(object.key().space().word + " " + object.key() + columns);
    }
    return all;
  }

  @Override
  public SortedMap<String, List<String>> files() {
    var all = new TreeMap<String, List<String>>();
    for (var object : catalog.objects()) {
      if (object instanceof SqlObject.Stage stage) {
        all.put(stage.key().schema() + "." + stage.key().name(), SqlStages.content(stage));
      }
    }
    return all;
  }

  @Override
  public int openTransactions() {
    return (int) transactions.running().stream().filter(one -> !one.changed.isEmpty()).count();
  }

  @Override
  public void clear() {
    try {
      for (var transaction : transactions.running()) {
        transaction.session.abort(transaction);
      }
      for (var database : catalog.databases()) {
        for (var object : catalog.drop(database, null)) {
          synchronized (commits) {
            try (var statement = reader.createStatement()) {
              discard(statement, object);
            }
          }
        }
      }
    } catch (SqlFailure | SQLException e) {
      throw new IllegalStateException(e);
    }
    catalog.createDatabase("DEMO");
    history.clear();
    transactions.clear();
    synchronized (results) {
      results.clear();
    }
  }

  @Override
  public void forgetOld(int newest) {
    history.forgetOld(newest);
    transactions.forgetOld(newest);
  }

  void commit(Connection connection, Transaction transaction, String queryId) throws SqlFailure {
    synchronized (commits) {
      try {
        connection.commit();
        long now = catalog.tick();
        for (var id : transaction.changed) {
          version(id, now, queryId);
        }
        loads.commit(transaction);
        transactions.end(transaction, State.COMMITTED, now);
      } catch (SQLException e) {
        throw SqlErrors.of(e);
      }
    }
  }

  /** After DDL, which H2 commits by itself. */
  void changed(SqlObject.Table table, String queryId) {
    synchronized (commits) {
      version(table.id(), catalog.tick(), queryId);
    }
  }

  private void version(long tableId, long now, String queryId) {
    var table = tables.get(tableId);
    if (table != null) {
      timeTravel.committed(reader, table, tables, now, queryId);
    }
  }

  /** Drops what stands behind an object that nobody names any more. */
  void discard(Statement statement, SqlObject object) throws SQLException {
    if (object instanceof SqlObject.Table table) {
      statement.execute("DROP TABLE IF EXISTS " + table.h2());
      tables.remove(table.id());
      timeTravel.forget(table.id());
      SqlStages.delete(SqlStages.tableStage(this, table));
    } else if (object instanceof SqlObject.Sequence sequence) {
      statement.execute("DROP SEQUENCE IF EXISTS " + sequence.h2());
    } else if (object instanceof SqlObject.Stage stage) {
      SqlStages.delete(Path.of(stage.directory()));
    }
  }

  void forget(H2Session session) {
    sessions.remove(session.id(), session);
  }

  H2Session session(long id) {
    return sessions.get(id);
  }

  String abortTransaction(long id) throws SqlFailure {
    var transaction = transactions.get(id);
    if (transaction == null || transactions.state(transaction) != State.RUNNING) {
      throw new SqlFailure(
          90232, "22023", "Transaction '" + id + "' does not exist or is not running.");
    }
    transaction.session.abort(transaction);
    return "Aborted transaction id: " + id + ".";
  }

  String abortSession(long id) throws SqlFailure {
    var session = sessions.get(id);
    if (session == null) {
      throw new SqlFailure(2003, "02000", "Session '" + id + "' does not exist or not authorized.");
    }
    var transaction = session.work.transaction();
    if (session.isLost() && transaction != null) {
      session.abort(transaction);
    } else {
      session.close();
    }
    return "session " + id + " is aborted.";
  }

  String cancel(String queryId) {
    sessions.values().forEach(session -> session.cancel(queryId));
    return "query [" + queryId + "] terminated.";
  }

  void recordSuccess(SqlRun run, Answer answer) {
    var counts = new LinkedHashMap<String, Long>();
    long produced = answer.rows().size();
    for (int i = 0; i < answer.columns().size() && !answer.rows().isEmpty(); i++) {
      var name = answer.columns().get(i).name();
      if (name.startsWith("number of ") || name.equals("rows_loaded")) {
        counts.put(
            name.equals("rows_loaded") ? "number of rows inserted" : name,
            Long.parseLong(answer.rows().get(0).get(i)));
      }
    }
    if (!counts.isEmpty()) {
      produced = counts.values().stream().mapToLong(Long::longValue).sum();
    }
    keep(answer);
    history.succeed(run.queryId, catalog.tick(), produced, counts);
    if (run.unlisted) {
      history.forget(run.queryId);
    }
  }

  void keep(Answer answer) {
    synchronized (results) {
      results.put(answer.queryId(), answer);
    }
  }

  /** A text that cannot even be cut into tokens fails like any other, with a row in the history. */
  void recordUnreadable(
      H2Session session, Query query, String queryId, String sql, SqlFailure failure)
      throws SqlFailure {
    var empty = new SqlRun(session, queryId, "", query, 0);
    history.begin(empty, new SqlKind("UNKNOWN", 0), empty.start);
    history.text(queryId, sql);
    history.fail(queryId, catalog.tick(), failure);
  }

  @Override
  public void showHistoryLate(Duration by) {
    history.showLate(by);
  }

  @Override
  public void showHistoryEndsLate(Duration by) {
    history.showEndsLate(by);
  }

  @Override
  public void listDescribes() {
    history.listDescribes();
  }

  @Override
  public Map<String, Object> history(String queryId) {
    return history.get(queryId);
  }

  @Override
  public Answer result(String queryId) {
    synchronized (results) {
      return results.get(queryId);
    }
  }

  @Override
  public void close() {
    synchronized (commits) {
      try (var statement = reader.createStatement()) {
        statement.execute("SHUTDOWN IMMEDIATELY");
      } catch (SQLException alreadyClosed) {
        // A second close finds nothing to do.
      }
    }
  }
}
