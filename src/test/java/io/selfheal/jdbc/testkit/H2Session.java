package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Answer;
import io.selfheal.jdbc.testkit.SqlEngine.Login;
import io.selfheal.jdbc.testkit.SqlEngine.Query;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlTransactions.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One session with an H2 connection of its own. Statements run one at a time under {@code lock};
 * cancel and the getters do not wait for it. Once lost, what its open transaction holds stays until
 * somebody aborts it. Thread-safe.
 */
final class H2Session implements SqlEngine.Session {
  final H2SqlEngine engine;
  final String user;
  private final long id;
  private final ReentrantLock lock = new ReentrantLock();
  final SqlContext names;
  final SqlWork work;

  /** Guarded by lock: the connection is closed and the temporary objects are dropped. */
  private boolean finished;

  private final Object gate = new Object();

  /**
   * Guarded by gate: requests that were let in and have not ended. A lost session stays until they
   * have.
   */
  private int inside;

  private volatile boolean closed;
  private volatile boolean lost;

  private final Map<String, SqlRun> running = new ConcurrentHashMap<>();

  H2Session(H2SqlEngine engine, long id, Login login, Connection connection) throws SQLException {
    this.engine = engine;
    this.id = id;
    this.user = login.user() == null ? "TESTER" : login.user().toUpperCase(Locale.ROOT);
    this.names = new SqlContext(engine.catalog, login);
    this.work = new SqlWork(this, connection);
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public String database() {
    return names.database();
  }

  @Override
  public String schema() {
    return names.schema();
  }

  @Override
  public String role() {
    return names.role();
  }

  @Override
  public String warehouse() {
    return names.warehouse();
  }

  @Override
  public Map<String, Object> parameters() {
    return new TreeMap<>(names.parameters);
  }

  boolean isLost() {
    return lost;
  }

  @Override
  public Answer execute(Query query) throws SqlFailure {
    synchronized (gate) {
      checkAlive();
      inside++;
    }
    try {
      return executeInside(query);
    } finally {
      synchronized (gate) {
        inside--;
      }
      if (lost) {
        lock.lock();
        settleAndUnlock();
      }
    }
  }

  private Answer executeInside(Query query) throws SqlFailure {
    if (query.describeOnly()) {
      query.whileRunning().reached();
      enter();
      try {
        var run = new SqlRun(this, query.queryId(), query.sql(), query, 0);
        var answer = SqlStatements.describe(run);
        if (engine.history.listsDescribes()) {
          engine.history.begin(run, SqlKind.of(SqlRun.inside(run, query.sql()).in), run.start);
          engine.history.succeed(query.queryId(), engine.catalog.tick(), 0, Map.of());
        }
        return answer;
      } finally {
        work.endRead();
        settleAndUnlock();
      }
    }
    var statements = SqlStatements.split(this, query);
    if (statements.size() > 1) {
      return SqlStatements.multi(this, query, statements);
    }
    return executeOne(query, query.queryId(), query.sql(), 0, query.whileRunning());
  }

  /**
   * Keeps other threads' statements out until {@link #leave}. What was let in goes on to its end,
   * though the session is lost meanwhile.
   */
  void enter() throws SqlFailure {
    lock.lock();
    if (finished) {
      lock.unlock();
      throw gone();
    }
  }

  void leave() {
    settleAndUnlock();
  }

  /** ROWS_PER_RESULTSET of the statement, or else of the session [D]. */
  private Answer limited(Query query, Answer answer) {
    Object most = null;
    if (query.parameters() != null) {
      for (var one : query.parameters().entrySet()) {
        if (one.getKey().equalsIgnoreCase("ROWS_PER_RESULTSET")) {
          most = one.getValue();
        }
      }
    }
    if (most == null) {
      most = parameters().get("ROWS_PER_RESULTSET");
    }
    int limit = most == null ? 0 : Integer.parseInt(most.toString());
    return limit == 0 || answer.rows().size() <= limit
        ? answer
        : new Answer(
            answer.queryId(),
            answer.statementTypeId(),
            answer.columns(),
            answer.rows().subList(0, limit),
            answer.numberOfBinds(),
            answer.children(),
            answer.transfer());
  }

  /** Runs one statement from its first history row to its last. */
  Answer executeOne(
      Query query, String queryId, String sql, int bindOffset, SqlEngine.WhileRunning hook)
      throws SqlFailure {
    SqlRun run;
    SqlKind kind;
    try {
      run = new SqlRun(this, queryId, sql, query, bindOffset);
      kind = SqlKind.of(run.in);
    } catch (SqlFailure unreadable) {
      engine.recordUnreadable(this, query, queryId, sql, unreadable);
      throw unreadable;
    }
    engine.history.begin(run, kind, run.start);
    running.put(queryId, run);
    boolean entered = false;
    try {
      // Before the lock, as it may take long: other threads' statements do not wait for a slow one.
      hook.reached();
      enter();
      entered = true;
      run.checkCancelled();
      var answer = SqlStatements.run(run, kind);
      engine.recordSuccess(run, answer);
      return limited(query, answer);
    } catch (SqlFailure e) {
      engine.history.fail(queryId, engine.catalog.tick(), e);
      throw e;
    } catch (RuntimeException e) {
      var failure = new SqlFailure(603, "XX000", "SQL execution internal error: " + e);
      failure.initCause(e);
      engine.history.fail(queryId, engine.catalog.tick(), failure);
      throw failure;
    } finally {
      running.remove(queryId);
      names.remember(queryId);
      if (entered) {
        leave();
      }
    }
  }

  private void checkAlive() throws SqlFailure {
    if (closed) {
      throw gone();
    }
  }

  private static SqlFailure gone() {
    return new SqlFailure(
        390111, "08001", "Session no longer exists.  New login required to access the service.");
  }

  private boolean isEmpty() {
    synchronized (gate) {
      return inside == 0;
    }
  }

  private void settleAndUnlock() {
    try {
      if (lost && !finished && work.transaction() == null && isEmpty()) {
        finish();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * SYSTEM$ABORT_TRANSACTION from any session; a statement that runs in the transaction is
   * cancelled.
   */
  void abort(Transaction unwanted) throws SqlFailure {
    running
        .values()
        .forEach(
            run -> {
              if (work.transaction() == unwanted && !lock.isHeldByCurrentThread()) {
                run.cancel();
              }
            });
    lock.lock();
    try {
      if (work.transaction() == unwanted) {
        work.rollback();
      }
    } finally {
      settleAndUnlock();
    }
  }

  @Override
  public void cancel(String queryId) {
    var run = running.get(queryId);
    if (run != null) {
      run.cancel();
    }
  }

  @Override
  public void close() {
    closed = true;
    if (!lost) {
      running.values().forEach(SqlRun::cancel);
    }
    lock.lock();
    try {
      if (!finished && !lost) {
        work.rollback();
        finish();
      }
    } catch (SqlFailure e) {
      throw new IllegalStateException(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lose() {
    synchronized (gate) {
      closed = true;
      lost = true;
    }
    // Whoever runs a statement settles when it is done.
    if (lock.tryLock()) {
      settleAndUnlock();
    }
  }

  /** Under lock, without an open transaction: everything temporary goes. */
  private void finish() {
    finished = true;
    try (var statement = work.connection().createStatement()) {
      work.connection().rollback();
      for (var object : names.temporary.values()) {
        engine.discard(statement, object);
      }
      names.temporary.clear();
      names.variables.clear();
      work.connection().close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } finally {
      engine.forget(this);
    }
  }
}
