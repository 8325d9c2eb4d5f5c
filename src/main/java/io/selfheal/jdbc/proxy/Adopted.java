package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.replay.Outcome;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.ChildQueries;
import io.selfheal.jdbc.snowflake.ResultScan;
import io.selfheal.jdbc.sql.Detail.FileVerb;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The results of a statement that ran on a session that is gone, as its JDBC call, and {@code
 * getMoreResults} after it, would have given them. Not thread-safe, like a statement.
 */
final class Adopted {

  private static final int NONE = -1;

  private final HealingStatement statement;
  private @Nullable String queryId;

  /** How it ended; null for what is left of results that were being read. */
  private final Outcome.@Nullable Ran ran;

  /** The results still to be given; null until it is known how many statements it was. */
  private @Nullable Deque<Part> parts;

  private final PhysicalSession fresh;
  private @Nullable ResultSet resultSet;
  private long updateCount = NONE;

  /**
   * One statement.
   *
   * @param shape null where the text does not tell which one it was
   */
  private record Part(String queryId, @Nullable Shape shape) {}

  /** All of it. */
  Adopted(HealingStatement statement, Outcome.Ran ran, PhysicalSession fresh) {
    this.statement = statement;
    this.queryId = ran.queryId();
    this.ran = ran;
    this.fresh = fresh;
  }

  /**
   * What is left of the results of several statements.
   *
   * @param children all their ids
   * @param given how many results were given
   */
  Adopted(
      HealingStatement statement,
      @Nullable String queryId,
      List<String> children,
      int given,
      PhysicalSession fresh) {
    this.statement = statement;
    this.queryId = queryId;
    this.ran = null;
    this.fresh = fresh;
    this.parts = children(children, given);
  }

  private Deque<Part> children(List<String> ids, int given) {
    var texts = Shape.statements(statement.call().sql());
    Deque<Part> all = new ArrayDeque<>();
    for (int i = given; i < ids.size(); i++) {
      all.add(new Part(ids.get(i), texts.size() == ids.size() ? Shape.of(texts.get(i)) : null));
    }
    return all;
  }

  private Part first() throws SQLException {
    if (parts == null) {
      var shape = statement.call().shape();
      var whole = Objects.requireNonNull(queryId);
      if (shape.has(Trait.SEVERAL_STATEMENTS)) {
        parts = children(ChildQueries.of(fresh.connection(), whole), 0);
        // As the physical driver has it: that of the first [S].
        queryId = parts.element().queryId();
      } else {
        parts = new ArrayDeque<>(List.of(new Part(whole, shape)));
      }
    }
    return parts.remove();
  }

  @Nullable String queryId() {
    return queryId;
  }

  // What the call itself gives

  /**
   * The count of {@code executeUpdate}.
   *
   * @throws SQLException where the statement has rows instead: the physical driver has its own
   *     words for that, so that it has to be asked again
   */
  long updateCount() throws SQLException {
    var part = first();
    var shape = part.shape();
    if (shape != null && (shape.kind() == Kind.QUERY || is(shape, FileVerb.REMOVE))) {
      throw new SQLException("The statement gives rows.");
    }
    return updateCount(part, fresh);
  }

  private static boolean is(Shape shape, FileVerb verb) {
    return shape.transfer() != null && shape.transfer().verb() == verb;
  }

  int intCount() throws SQLException {
    return (int) updateCount();
  }

  boolean hasResultSet() throws SQLException {
    return open(first(), fresh);
  }

  ResultSet resultSet() throws SQLException {
    return resultSet(first(), fresh);
  }

  /** For {@code executeAsyncQuery}. */
  ResultSet asyncResultSet() throws SQLException {
    var results = statement.results().adoptedQuery(fresh, String.valueOf(queryId));
    resultSet = results;
    parts = new ArrayDeque<>();
    return results;
  }

  /** Makes a result the current one; true if that is rows. */
  private boolean open(Part part, PhysicalSession on) throws SQLException {
    var told = part.shape() == null ? null : givesRows(part.shape());
    if (told == null ? ResultScan.givesCount(on.connection(), part.queryId()) : !told) {
      updateCount(part, on);
      return false;
    }
    resultSet(part, on);
    return true;
  }

  /**
   * Whether {@code execute} gives rows rather than a count [S]; null where only the result tells.
   */
  private static @Nullable Boolean givesRows(Shape shape) {
    return switch (shape.kind()) {
      case QUERY -> true;
      case WRITE, DDL, TEMP_DDL, USE, SESSION, TRANSACTION -> false;
      case FILE -> shape.transfer() == null ? null : Boolean.valueOf(!is(shape, FileVerb.UNLOAD));
      // What a script or procedure ran is told by its own result.
      case OPAQUE -> true;
    };
  }

  private long updateCount(Part part, PhysicalSession on) throws SQLException {
    updateCount = part.shape() != null && isNone(part.shape().kind()) ? 0 : rows(part, on);
    return updateCount;
  }

  /** Whether its count is 0 whatever it did [S]. */
  private static boolean isNone(Kind kind) {
    return kind != Kind.WRITE && kind != Kind.QUERY && kind != Kind.OPAQUE;
  }

  private long rows(Part part, PhysicalSession on) throws SQLException {
    return ran != null && part.queryId().equals(ran.queryId())
        ? count(on, ran)
        : ResultScan.updateCount(on.connection(), part.queryId());
  }

  /**
   * The count as the physical driver would have made it; the history's own where the result cannot
   * be read.
   */
  static long count(PhysicalSession fresh, Outcome.Ran ran) {
    try {
      return ResultScan.updateCount(fresh.connection(), ran.queryId());
    } catch (SQLException unreadable) {
      return ran.rows();
    }
  }

  private ResultSet resultSet(Part part, PhysicalSession on) throws SQLException {
    Statement physical = on.connection().createStatement();
    ResultSet rows;
    try {
      statement.limit(physical);
      rows = ResultScan.open(physical, part.queryId());
    } catch (SQLException | RuntimeException e) {
      physical.close();
      throw e;
    }
    var results = statement.results().adopted(on, physical, rows);
    resultSet = results;
    return results;
  }

  // What the statement tells of it later

  @Nullable ResultSet openResultSet() {
    return resultSet;
  }

  long countOrNone() {
    return updateCount;
  }

  int intCountOrNone() {
    return (int) updateCount;
  }

  /** {@code getMoreResults}: asks for a result by its id, which any session can. */
  boolean more(int current) throws SQLException {
    if (resultSet != null && current != Statement.KEEP_CURRENT_RESULT) {
      resultSet.close();
    }
    resultSet = null;
    updateCount = NONE;
    var left = parts;
    var next = left == null ? null : left.peek();
    if (left == null || next == null) {
      return false;
    }
    var connection = statement.owner();
    connection.logical().lastQueries().disturb();
    var on = connection.session();
    boolean rows;
    try {
      rows = open(next, on);
    } catch (SQLException e) {
      rows = open(next, connection.recover(on, e));
    }
    left.remove();
    // The physical driver says true also before a count that is not the last [R].
    return rows || !left.isEmpty();
  }
}
