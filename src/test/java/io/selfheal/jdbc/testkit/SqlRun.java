package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Bind;
import io.selfheal.jdbc.testkit.SqlEngine.Column;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlH2Text.Param;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One statement on its way: its text and binds, the ways to H2, and its cancellation. Used by the
 * thread that runs it, which holds the session's lock; only {@link #cancel} comes from others.
 */
final class SqlRun implements SqlCursor.Names {
  final H2Session session;
  final String queryId;
  final String sql;
  final boolean describe;
  final boolean clientGenerated;
  final Map<String, Bind> binds;
  final Map<String, Object> parameters;
  final SqlCursor in;

  /** Nanoseconds since 1970, the history's START_TIME. */
  final long start;

  /** Column defaults are kept as text, where a value of this moment has no place. */
  boolean definition;

  /** Something is divided or averaged, where H2 keeps more digits than Snowflake. */
  boolean divides;

  /**
   * Tokens, by their start, that alone are the value of a column whose texts H2 would read
   * otherwise.
   */
  final Map<Integer, SqlType> targets = new HashMap<>();

  /** The tables and views that were translated so far, those inside of views too. */
  final Set<SqlObject> read = new LinkedHashSet<>();

  /** At which tables are read while the query of a view is translated, or null for now. */
  SqlTimeTravel.Moment moment;

  /** Short statements on hybrid tables are not in the history [D]; all are short here. */
  boolean unlisted;

  private final int bindOffset;
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private volatile PreparedStatement current;

  SqlRun(H2Session session, String queryId, String sql, SqlEngine.Query query, int bindOffset)
      throws SqlFailure {
    this.session = session;
    this.queryId = queryId;
    this.sql = sql;
    this.describe = query.describeOnly();
    this.clientGenerated = query.clientGenerated();
    this.binds = query.binds() == null ? Map.of() : query.binds();
    this.parameters = query.parameters() == null ? Map.of() : query.parameters();
    this.bindOffset = bindOffset;
    this.start = session.engine.catalog.tick();
    this.in = new SqlCursor(sql, this);
  }

  /** A text that is looked at on behalf of this statement and not run by itself. */
  static SqlRun inside(SqlRun run, String sql) throws SqlFailure {
    var query =
        new SqlEngine.Query(
            run.queryId, sql, run.binds, run.describe, run.clientGenerated, run.parameters);
    return new SqlRun(run.session, run.queryId, sql, query, 0);
  }

  /** The highest position bound in this text. */
  int bindCount() {
    int count = 0;
    int highest = 0;
    for (var token : in.tokens) {
      if (token.kind() == SqlToken.Kind.BIND) {
        if (token.value().isEmpty()) {
          count++;
        } else {
          highest = Math.max(highest, Integer.parseInt(token.value()));
        }
      }
    }
    return Math.max(count, highest);
  }

  String tag() {
    var tag = parameters.getOrDefault("QUERY_TAG", session.parameters().get("QUERY_TAG"));
    return tag == null ? "" : tag.toString();
  }

  Param bind(SqlToken token) throws SqlFailure {
    int position = bindOffset;
    if (token.value().isEmpty()) {
      for (var other : in.tokens) {
        position += other.kind() == SqlToken.Kind.BIND && other.start() <= token.start() ? 1 : 0;
      }
    } else {
      position += Integer.parseInt(token.value());
    }
    var bind = binds.get(Integer.toString(position));
    if (bind == null && !describe) {
      throw new SqlFailure(
          2049,
          "42601",
          "SQL compilation error: error line 1 at position "
              + token.start()
              + "\nBind variable ? not set.");
    }
    var type = bind == null ? SqlType.TEXT : SqlValues.bindType(bind);
    boolean text = type.kind() == SqlType.Kind.TEXT;
    return new Param(position, text ? targets.getOrDefault(token.start(), type) : type, null);
  }

  Param variable(SqlToken token) throws SqlFailure {
    if (token.value().startsWith(":")) {
      var argument = session.names.arguments().get(token.value().substring(1));
      if (argument == null) {
        throw SqlErrors.unexpected(token);
      }
      return argument;
    }
    var variable = session.names.variables.get(token.value());
    if (variable == null) {
      throw new SqlFailure(
          2211,
          "02000",
          "SQL compilation error: error line 1 at position "
              + token.start()
              + "\nSession variable '$"
              + token.value()
              + "' does not exist");
    }
    return new Param(0, variable.type(), SqlValues.fromWire(variable.type(), variable.wire()));
  }

  Object value(Param param) throws SqlFailure {
    return param.bind() == 0 ? param.value() : value(param, 0);
  }

  private Object value(Param param, int row) throws SqlFailure {
    var bind = binds.get(Integer.toString(param.bind()));
    if (bind == null) {
      return null;
    }
    var text = bind.values().get(bind.values().size() == 1 ? 0 : row);
    boolean read = param.type() != null && SqlValues.bindType(bind).kind() != param.type().kind();
    return read
        ? SqlValues.fromText(param.type(), text, zone())
        : SqlValues.fromBind(param.type(), text, zone());
  }

  @Override
  public String text(SqlToken token) throws SqlFailure {
    var value = value(token.kind() == SqlToken.Kind.BIND ? bind(token) : variable(token));
    if (value == null) {
      throw SqlErrors.unexpected(token);
    }
    return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
  }

  ZoneId zone() {
    return session.names.zone();
  }

  /** How often the statement runs: once, or once for each value of an array bind. */
  int bindRows() {
    return binds.values().stream().mapToInt(bind -> bind.values().size()).max().orElse(1);
  }

  SqlRows query(SqlH2Text text) throws SqlFailure {
    return query(text, 0);
  }

  SqlRows query(SqlH2Text text, int row) throws SqlFailure {
    try (var statement = prepare(text)) {
      set(statement, text, row);
      try (var result = statement.executeQuery()) {
        return SqlResults.read(result, session.engine.tables, divides);
      }
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    } finally {
      current = null;
    }
  }

  long number(SqlH2Text text, int row) throws SqlFailure {
    return Long.parseLong(query(text, row).rows().get(0).get(0));
  }

  List<Column> columns(SqlH2Text text) throws SqlFailure {
    try (var statement = session.work.connection().prepareStatement(text.sql())) {
      return SqlResults.columns(statement.getMetaData(), session.engine.tables, divides);
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    }
  }

  /** Checks a statement without running it. */
  void check(SqlH2Text text) throws SqlFailure {
    try (var statement = session.work.connection().prepareStatement(text.sql())) {
      statement.getParameterMetaData();
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    }
  }

  /** Inserts many rows of the engine's own. */
  void insertAll(String sql, List<List<Param>> rows) throws SqlFailure {
    try (var statement = prepare(new SqlH2Text(sql, List.of()))) {
      for (int row = 0; row < rows.size(); row++) {
        int index = 0;
        for (var param : rows.get(row)) {
          statement.setObject(++index, param.value());
        }
        statement.addBatch();
        if (row % 1000 == 999 || row == rows.size() - 1) {
          checkCancelled();
          statement.executeBatch();
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    } finally {
      current = null;
    }
  }

  /** Runs a change once for each row of binds and gives the sum of its counts. */
  long update(SqlH2Text text) throws SqlFailure {
    int rows = bindRows();
    try (var statement = prepare(text)) {
      if (rows == 1) {
        set(statement, text, 0);
        return statement.executeLargeUpdate();
      }
      long sum = 0;
      for (int row = 0; row < rows; row++) {
        set(statement, text, row);
        statement.addBatch();
        if (row % 1000 == 999 || row == rows - 1) {
          checkCancelled();
          for (int count : statement.executeBatch()) {
            sum += count;
          }
        }
      }
      return sum;
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    } finally {
      current = null;
    }
  }

  long update(SqlH2Text text, int row) throws SqlFailure {
    try (var statement = prepare(text)) {
      set(statement, text, row);
      return statement.executeLargeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    } finally {
      current = null;
    }
  }

  /** H2 commits its transaction with any DDL, so the session's must be ended before. */
  void ddl(String text) throws SqlFailure {
    try (var statement = session.work.connection().createStatement()) {
      statement.execute(text);
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    }
  }

  private PreparedStatement prepare(SqlH2Text text) throws SQLException, SqlFailure {
    var statement = session.work.connection().prepareStatement(text.sql());
    current = statement;
    if (cancelled.getCount() == 0) {
      statement.close();
      throw SqlErrors.cancelled();
    }
    return statement;
  }

  private void set(PreparedStatement statement, SqlH2Text text, int row)
      throws SQLException, SqlFailure {
    int index = 0;
    for (var param : text.params()) {
      statement.setObject(++index, param.bind() == 0 ? param.value() : value(param, row));
    }
  }

  void cancel() {
    cancelled.countDown();
    var running = current;
    if (running != null) {
      try {
        running.cancel();
      } catch (SQLException alreadyClosed) {
        // It has just ended by itself.
      }
    }
  }

  void checkCancelled() throws SqlFailure {
    if (cancelled.getCount() == 0) {
      throw SqlErrors.cancelled();
    }
  }

  /** SYSTEM$WAIT: before H2 is asked, so that a cancel finds it here. */
  void await(long millis) throws SqlFailure {
    try {
      if (cancelled.await(millis, TimeUnit.MILLISECONDS)) {
        throw SqlErrors.cancelled();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SqlErrors.cancelled();
    }
  }
}
