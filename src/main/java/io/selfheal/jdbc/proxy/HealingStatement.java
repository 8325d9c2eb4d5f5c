package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.journal.Context.Attribute;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.replay.Operation;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.QueryTags;
import io.selfheal.jdbc.session.SessionUser;
import io.selfheal.jdbc.snowflake.Vendor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is special about a statement that heals. It stays on the session of its last execution,
 * whose counts and results remain readable, and moves to the current one at its next execution. One
 * thread executes at a time, as JDBC has it; cancel and close may come from any.
 */
@Forwarding(Statement.class)
abstract class HealingStatement implements Statement, SessionUser {

  private static final String MAX_ROWS = "max rows";
  private static final VarHandle DELEGATE;
  private static final VarHandle BOUND;
  private static final VarHandle CALL;

  static {
    var here = MethodHandles.lookup();
    try {
      DELEGATE = here.findVarHandle(HealingStatement.class, "delegate", Statement.class);
      BOUND = here.findVarHandle(HealingStatement.class, "bound", PhysicalSession.class);
      CALL = here.findVarHandle(HealingStatement.class, "call", Call.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final HealingConnection connection;
  private final Opener opener;
  private final String sql;

  /** Made when it is needed, and released, by the executing thread. */
  private @Nullable Call call;

  /** Made when it is needed, by the executing thread; others look at {@code bound} before. */
  private @Nullable Results results;

  /** Made when it is asked for; only the executing thread uses it. */
  private @Nullable MoreResults more;

  /**
   * Written by the executing thread; read by cancel and close of others, as if it were volatile: a
   * volatile field would cost each statement that is made.
   */
  private Statement delegate;

  /**
   * The session of {@code delegate}; written just before it and in the same way, read by the
   * retirement of that session.
   */
  private PhysicalSession bound;

  /**
   * Setter calls to be made again on the next physical statement; null while there are none. Only
   * the executing thread uses it.
   */
  private @Nullable Map<String, Attribute<Statement>> attributes;

  /** The last one, to be used again; only the executing thread uses it. */
  private @Nullable StatementOperation<?> operation;

  /**
   * What the last execution gave, if it was taken over from a dead session; only the executing
   * thread uses it.
   */
  private @Nullable Adopted adopted;

  /**
   * Commands of {@link #addBatch(String)}; kept here because they are run one by one, so that each
   * heals alone. Null while there are none.
   */
  private @Nullable List<String> batch;

  private List<String> batchQueryIds = List.of();

  /** The files of the PUT under way; written by the executing thread, closed by whoever closes. */
  private volatile @Nullable Puts puts;

  /** The QUERY_TAG that the application gave this statement, with its spelling of the name. */
  private String tagName = QueryTags.PARAMETER;

  private @Nullable String tag;

  /** Whether {@code delegate} has got a tag with a mark; only the executing thread uses these. */
  private boolean tagged;

  /** Whether it is among the users of sessions, where it is from the first execution on. */
  private boolean used;

  /** Its place there; both are only used by the executing thread and the closing one. */
  private int slot;

  private volatile boolean closed;

  HealingStatement(
      HealingConnection connection,
      Opener opener,
      String sql,
      PhysicalSession bound,
      Statement delegate) {
    this.connection = connection;
    this.opener = opener;
    this.sql = sql;
    this.bound = bound;
    this.delegate = delegate;
  }

  /** As another thread sees it. */
  private Statement delegateNow() {
    return (Statement) DELEGATE.getVolatile(this);
  }

  private PhysicalSession boundNow() {
    return (PhysicalSession) BOUND.getVolatile(this);
  }

  /**
   * For the generated forwards: local getters and setters, on the physical statement of the last
   * execution.
   */
  final Statement delegate() throws SQLException {
    if (!closed && bound != connection.logical().current() && delegate.isClosed()) {
      // Its session was retired and logged out; nothing of the last execution is left to be read.
      bind(connection.logical().current());
    }
    return delegate;
  }

  /** As {@link #delegate()}, without that: it may be closed. */
  final Statement last() {
    return delegate;
  }

  final PhysicalSession bound() {
    return bound;
  }

  final Call call() {
    var known = call;
    if (known == null) {
      known = new Call();
      CALL.setRelease(this, known);
    }
    return known;
  }

  /** As another thread sees it. */
  private @Nullable Call callNow() {
    return (Call) CALL.getAcquire(this);
  }

  final HealingConnection owner() {
    return connection;
  }

  final String sql() {
    return sql;
  }

  final Results results() {
    var known = results;
    if (known == null) {
      known = new Results(this);
      results = known;
    }
    return known;
  }

  // Execution

  /** One execution, on any physical statement. */
  interface Execution<R> {
    R on(Statement physical, String text) throws SQLException;
  }

  /** What an execution gives that was taken over. */
  interface Adoption<R> {
    R of(Adopted adopted) throws SQLException;
  }

  final <R> R run(String text, Execution<R> execution, Adoption<R> adoption) throws SQLException {
    return run(text, operation(execution, adoption));
  }

  @SuppressWarnings("unchecked") // it was made of the very same two
  private <R> StatementOperation<R> operation(Execution<R> execution, Adoption<R> adoption) {
    var last = operation;
    if (last != null && last.execution() == execution && last.adoption() == adoption) {
      return (StatementOperation<R>) last;
    }
    var fresh = new StatementOperation<>(this, execution, adoption, false);
    operation = fresh;
    return fresh;
  }

  /** For a call that is answered before the statement has ended. */
  final <R> R runAsync(String text, Execution<R> execution, Adoption<R> adoption)
      throws SQLException {
    return run(text, new StatementOperation<>(this, execution, adoption, true));
  }

  final <R> R run(String text, Operation<R> operation) throws SQLException {
    return run(text, binds(), operation);
  }

  final <R> R run(String text, Binds binds, Operation<R> operation) throws SQLException {
    if (adopted != null) {
      adopted = null;
    }
    if (more != null) {
      more = null;
    }
    if (closed) {
      // The physical statement gives its own error; a new one must not be opened.
      return operation.run(bound, text);
    }
    var call = call();
    if (!used) {
      used = true;
      slot = connection.logical().users().add(this);
    }
    try {
      return connection.recovery().run(call, text, binds, operation);
    } finally {
      if (closed) {
        // By another thread meanwhile, which saw only what there was.
        leave();
        closeResults();
      }
    }
  }

  /**
   * The physical statement on that session, made and set up as the last one was if it is another
   * session.
   */
  final Statement bind(PhysicalSession session) throws SQLException {
    if (bound != session && !closed) {
      var fresh = opener.open(session.connection(), sql);
      try {
        if (attributes != null) {
          for (var attribute : attributes.values()) {
            attribute.apply(fresh);
          }
        }
        refill(fresh);
      } catch (ReplayRefusedException e) {
        fresh.close();
        throw connection.logical().events().refused(e);
      } catch (SQLException | RuntimeException e) {
        fresh.close();
        throw e;
      }
      results().leave(bound, delegate);
      BOUND.setVolatile(this, session);
      tagged = false;
      DELEGATE.setVolatile(this, fresh);
      if (closed) {
        // close() came from another thread meanwhile and closed the physical statement it saw.
        fresh.close();
      }
    }
    return delegate;
  }

  /** As {@link #bind}, for an execution, which may have to be marked. */
  final Statement ready(PhysicalSession session) throws SQLException {
    var physical = bind(session);
    var tags = connection.logical().queryTags();
    if (tags != null && !closed) {
      tagged = tags.put(call(), session, physical, tagName, tag, tagged);
    }
    return physical;
  }

  /** Takes note of the application's own QUERY_TAG of this statement. */
  final void tag(String name, String value) {
    tagName = name;
    tag = value;
  }

  /** Brings parameters and a pending batch to a new physical statement. */
  void refill(Statement fresh) throws SQLException {}

  Binds binds() {
    return Binds.NONE;
  }

  /** Whether an execution can send any text, or only the one it was prepared for. */
  boolean takesText() {
    return true;
  }

  /** The last execution, to be made again on another connection; null where that cannot be. */
  @Nullable Replay replay(String text) throws SQLException {
    if (!Puts.is(call().shape())) {
      return new TextReplay(text, settings());
    }
    var uploaded = puts;
    puts = null;
    return uploaded == null ? null : uploaded.replay(text, settings());
  }

  /** For a PUT to a temp stage: looks at its files before they are uploaded. */
  final void beforeRun(PhysicalSession session) throws SQLException {
    var call = call();
    if (Puts.is(call.shape()) && connection.logical().records(call.shape(), binds(), session)) {
      closePuts();
      puts = Puts.of(call.shape(), call.sql(), connection.logical().spool());
    }
  }

  /** Gives another physical statement the limit on rows that this one has. */
  final void limit(Statement other) throws SQLException {
    var limit = attributes == null ? null : attributes.get(MAX_ROWS);
    if (limit != null) {
      limit.apply(other);
    }
  }

  /** The settings as they are now. */
  final List<Attribute<Statement>> settings() {
    return attributes == null ? List.of() : List.copyOf(attributes.values());
  }

  final @Nullable Duration patience() {
    try {
      int seconds = delegate.getQueryTimeout();
      return seconds > 0 ? Duration.ofSeconds(seconds) : null;
    } catch (SQLException unknown) {
      return null;
    }
  }

  final void adopted(@Nullable Adopted result) {
    adopted = result;
  }

  @Override
  public ResultSet executeQuery(String text) throws SQLException {
    return results()
        .required(run(text, (physical, sql) -> physical.executeQuery(sql), Adopted::resultSet));
  }

  @Override
  public int executeUpdate(String text) throws SQLException {
    return run(text, (physical, sql) -> physical.executeUpdate(sql), Adopted::intCount);
  }

  @Override
  public int executeUpdate(String text, int keys) throws SQLException {
    return run(text, (physical, sql) -> physical.executeUpdate(sql, keys), Adopted::intCount);
  }

  @Override
  public int executeUpdate(String text, int[] columns) throws SQLException {
    return run(text, (physical, sql) -> physical.executeUpdate(sql, columns), Adopted::intCount);
  }

  @Override
  public int executeUpdate(String text, String[] columns) throws SQLException {
    return run(text, (physical, sql) -> physical.executeUpdate(sql, columns), Adopted::intCount);
  }

  @Override
  public long executeLargeUpdate(String text) throws SQLException {
    return run(text, (physical, sql) -> physical.executeLargeUpdate(sql), Adopted::updateCount);
  }

  @Override
  public long executeLargeUpdate(String text, int keys) throws SQLException {
    return run(
        text, (physical, sql) -> physical.executeLargeUpdate(sql, keys), Adopted::updateCount);
  }

  @Override
  public long executeLargeUpdate(String text, int[] columns) throws SQLException {
    return run(
        text, (physical, sql) -> physical.executeLargeUpdate(sql, columns), Adopted::updateCount);
  }

  @Override
  public long executeLargeUpdate(String text, String[] columns) throws SQLException {
    return run(
        text, (physical, sql) -> physical.executeLargeUpdate(sql, columns), Adopted::updateCount);
  }

  @Override
  public boolean execute(String text) throws SQLException {
    return run(text, (physical, sql) -> physical.execute(sql), Adopted::hasResultSet);
  }

  @Override
  public boolean execute(String text, int keys) throws SQLException {
    return run(text, (physical, sql) -> physical.execute(sql, keys), Adopted::hasResultSet);
  }

  @Override
  public boolean execute(String text, int[] columns) throws SQLException {
    return run(text, (physical, sql) -> physical.execute(sql, columns), Adopted::hasResultSet);
  }

  @Override
  public boolean execute(String text, String[] columns) throws SQLException {
    return run(text, (physical, sql) -> physical.execute(sql, columns), Adopted::hasResultSet);
  }

  // Batches of texts

  @Override
  public void addBatch(String text) throws SQLException {
    delegate().clearBatch(); // for its error on a closed statement; its own batch is always empty
    if (batch == null) {
      batch = new ArrayList<>();
    }
    batch.add(text);
  }

  @Override
  public void clearBatch() throws SQLException {
    delegate().clearBatch();
    batch = null;
  }

  @Override
  public int[] executeBatch() throws SQLException {
    return Batches.toInts(executeLargeBatch());
  }

  /**
   * The physical driver sends them one by one, goes on after an error and does not clear them,
   * unless it is told to [R, S]; so does this.
   */
  @Override
  public long[] executeLargeBatch() throws SQLException {
    if (batch == null) {
      return delegate().executeLargeBatch();
    }
    var commands = List.copyOf(batch);
    batchQueryIds = new ArrayList<>();
    var counts =
        runEach(
            Batches.none(commands.size()),
            0,
            null,
            i ->
                inBatch(
                    commands.get(i),
                    (physical, sql) -> {
                      physical.execute(sql);
                      return physical.getLargeUpdateCount();
                    }));
    if (connection.logical().clearsBatchesOnSuccessOnly()) {
      batch = null;
    }
    return counts;
  }

  final long[] runEach(
      long[] counts, int from, @Nullable SQLException earlier, Batches.Command command)
      throws SQLException {
    return Batches.run(
        counts,
        from,
        earlier,
        command,
        // Without a repeat the rest would run on a session that was not rebuilt.
        e -> connection.logical().replay() == ReplayScope.NONE && isExpiry(e));
  }

  /** One command of a batch, which heals alone. */
  final long inBatch(String text, Execution<Long> execution) throws SQLException {
    long count = run(text, execution, Adopted::updateCount);
    var id = queryId();
    if (id != null) {
      batchQueryIds.add(id);
    }
    return count;
  }

  final boolean isExpiry(SQLException error) {
    return connection.logical().expiry().code(error) != 0;
  }

  // What the last execution gave

  /** Null also after close: then the physical statement gives its own error. */
  private @Nullable Adopted taken() {
    return closed ? null : adopted;
  }

  @Override
  public @Nullable ResultSet getResultSet() throws SQLException {
    var taken = taken();
    return taken != null ? taken.openResultSet() : results().wrap(delegate().getResultSet());
  }

  @Override
  public int getUpdateCount() throws SQLException {
    var taken = taken();
    return taken != null ? taken.intCountOrNone() : delegate().getUpdateCount();
  }

  @Override
  public long getLargeUpdateCount() throws SQLException {
    var taken = taken();
    return taken != null ? taken.countOrNone() : delegate().getLargeUpdateCount();
  }

  @Override
  public boolean getMoreResults() throws SQLException {
    return getMoreResults(CLOSE_CURRENT_RESULT);
  }

  @Override
  public boolean getMoreResults(int current) throws SQLException {
    var taken = taken();
    if (taken != null) {
      return taken.more(current);
    }
    if (closed) {
      return delegate.getMoreResults(current);
    }
    if (more == null) {
      more = new MoreResults(this);
    }
    return more.next(current);
  }

  @Override
  public @Nullable ResultSet getGeneratedKeys() throws SQLException {
    return results().keys(delegate().getGeneratedKeys());
  }

  /**
   * For {@code SnowflakeStatement.getQueryID}: the id of the query whose result the application
   * has.
   */
  final @Nullable String queryId() {
    return adopted != null ? adopted.queryId() : bound.queryId(delegate);
  }

  /** Of the rows of the last batch, where the physical driver has sent it row by row. */
  final List<String> physicalBatchIds() {
    return Vendor.batchQueryIds(delegate);
  }

  final void batchQueryIds(List<String> soFar) {
    batchQueryIds = soFar;
  }

  /** For {@code SnowflakeStatement.getBatchQueryIDs}; empty where the physical one knows them. */
  final List<String> batchQueryIds() {
    return List.copyOf(batchQueryIds);
  }

  // Settings, made again on the next physical statement

  final void set(String name, Attribute<Statement> setter) throws SQLException {
    setter.apply(delegate());
    if (attributes == null) {
      attributes = new LinkedHashMap<>();
    }
    attributes.remove(name);
    attributes.put(name, setter);
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    set("fetch size", physical -> physical.setFetchSize(rows));
  }

  @Override
  public void setFetchDirection(int direction) throws SQLException {
    set("fetch direction", physical -> physical.setFetchDirection(direction));
  }

  @Override
  public void setMaxRows(int max) throws SQLException {
    set(MAX_ROWS, physical -> physical.setMaxRows(max));
  }

  @Override
  public void setLargeMaxRows(long max) throws SQLException {
    set(MAX_ROWS, physical -> physical.setLargeMaxRows(max));
  }

  @Override
  public void setMaxFieldSize(int max) throws SQLException {
    set("max field size", physical -> physical.setMaxFieldSize(max));
  }

  @Override
  public void setQueryTimeout(int seconds) throws SQLException {
    set("query timeout", physical -> physical.setQueryTimeout(seconds));
  }

  @Override
  public void setPoolable(boolean poolable) throws SQLException {
    set("poolable", physical -> physical.setPoolable(poolable));
  }

  @Override
  public void setEscapeProcessing(boolean enable) throws SQLException {
    set("escape processing", physical -> physical.setEscapeProcessing(enable));
  }

  @Override
  public void setCursorName(String name) throws SQLException {
    set("cursor name", physical -> physical.setCursorName(name));
  }

  @Override
  public void closeOnCompletion() throws SQLException {
    set("close on completion", Statement::closeOnCompletion);
  }

  // The end

  /** Never waits: neither for a heal nor for the query. */
  @Override
  public void cancel() throws SQLException {
    var call = callNow();
    if (call != null) {
      call.cancel();
      if (call.session() != null && call.failed()) {
        // Its session is dead; whoever resolves the call cancels what may still run.
        return;
      }
    }
    var physical = delegateNow();
    if (closed || boundNow() == connection.logical().current() || !physical.isClosed()) {
      physical.cancel();
    }
  }

  @Override
  public void close() throws SQLException {
    closed = true;
    closePuts();
    closeResults();
    try {
      delegateNow().close();
    } finally {
      // A call that another thread still has under way here is to be seen until its end: what it
      // ran must not be taken for another's of the same text. Looked at last, as from here on the
      // physical statement runs nothing more.
      var call = callNow();
      if (call != null && call.session() == null) {
        leave();
      }
    }
  }

  private void closePuts() {
    var uploading = puts;
    if (uploading != null) {
      uploading.close();
    }
  }

  private void closeResults() {
    var given = results;
    if (given != null) {
      given.close();
    }
  }

  private void leave() {
    if (used) {
      connection.logical().users().remove(slot, this);
    }
  }

  @Override
  public boolean isClosed() throws SQLException {
    return closed
        || connection.isClosed()
        || (boundNow() == connection.logical().current() && delegateNow().isClosed());
  }

  @Override
  public Connection getConnection() throws SQLException {
    delegate().getConnection(); // for its error on a closed statement
    return connection;
  }

  // For the retirement of sessions

  @Override
  public boolean uses(PhysicalSession session) {
    if (!closed && boundNow() == session) {
      return true;
    }
    var call = callNow();
    var given = results;
    return (call != null && call.session() == session) || (given != null && given.uses(session));
  }

  @Override
  public boolean isGone() {
    var call = callNow();
    try {
      // Until the physical statement is closed, one that has just begun may still send its call.
      return closed && delegateNow().isClosed() && (call == null || call.session() == null);
    } catch (SQLException unknown) {
      return false;
    }
  }

  @Override
  public Iterable<Call> calls() {
    var call = callNow();
    return call == null ? List.of() : List.of(call);
  }

  // Wrapper

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Views.unwrap(type, this, new StatementView(this));
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return Views.wraps(type, this, delegate);
  }
}
