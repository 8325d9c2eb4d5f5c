package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What JDBC promises of the objects that an application holds, for every kind of proxy. */
class ContractTest extends HealingFixture {

  private enum Kind {
    STATEMENT,
    PREPARED,
    CALLABLE;

    Statement open(Connection connection) throws SQLException {
      return open(connection, "SELECT 42");
    }

    Statement open(Connection connection, String sql) throws SQLException {
      return switch (this) {
        case STATEMENT -> connection.createStatement();
        case PREPARED -> connection.prepareStatement(sql);
        case CALLABLE -> connection.prepareCall(sql);
      };
    }

    ResultSet query(Statement statement) throws SQLException {
      return statement instanceof PreparedStatement prepared
          ? prepared.executeQuery()
          : statement.executeQuery("SELECT 42");
    }

    boolean execute(Statement statement) throws SQLException {
      return execute(statement, "SELECT 42");
    }

    boolean execute(Statement statement, String sql) throws SQLException {
      return statement instanceof PreparedStatement prepared
          ? prepared.execute()
          : statement.execute(sql);
    }
  }

  // Back links

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldLinkBackFromStatements(Kind kind) throws SQLException {
    try (var statement = kind.open(connection)) {
      assertThat(statement.getConnection()).isSameAs(connection);
      for (int heals = 0; heals < 2; heals++) {
        var rows = kind.query(statement);
        assertThat(rows.getStatement()).isSameAs(statement);
        assertThat(statement.getResultSet()).isSameAs(rows);
        assertThat(statement.getResultSet()).isSameAs(rows);
        assertThat(statement.getGeneratedKeys().getStatement()).isSameAs(statement);
        assertThat(statement.getResultSet()).isSameAs(rows);

        assertThat(kind.execute(statement)).isTrue();
        assertThat(statement.getResultSet()).isNotSameAs(rows).isSameAs(statement.getResultSet());
        assertThat(statement.getResultSet().getStatement()).isSameAs(statement);
        assertThat(statement.getConnection()).isSameAs(connection);
        emulator.faults().expireAllSessions();
      }
      assertThat(generation()).isEqualTo(1);
    }
  }

  @Test
  void shouldLinkBackFromEveryWayToMakeAStatement() throws SQLException {
    int type = ResultSet.TYPE_FORWARD_ONLY;
    int concurrency = ResultSet.CONCUR_READ_ONLY;
    int holdability = ResultSet.CLOSE_CURSORS_AT_COMMIT;
    for (var statement :
        List.of(
            connection.createStatement(type, concurrency),
            connection.createStatement(type, concurrency, holdability),
            connection.prepareStatement("SELECT 1", type, concurrency),
            connection.prepareStatement("SELECT 1", type, concurrency, holdability),
            connection.prepareStatement("SELECT 1", Statement.NO_GENERATED_KEYS),
            connection.prepareCall("SELECT 1", type, concurrency),
            connection.prepareCall("SELECT 1", type, concurrency, holdability))) {
      assertThat(statement.getConnection()).isSameAs(connection);
      assertThat(statement.unwrap(Statement.class)).isSameAs(statement);
      statement.close();
    }
  }

  @Test
  void shouldLinkBackFromMetadata() throws SQLException {
    var metaData = connection.getMetaData();
    assertThat(metaData.getConnection()).isSameAs(connection);
    assertThat(connection.getMetaData()).isSameAs(metaData);
    try (var tables = metaData.getTables(null, null, "%", null)) {
      // Physical result sets of metadata have a statement, but it is not the application's.
      assertThat(tables.getStatement()).isNull();
    }
    emulator.faults().expireAllSessions();
    try (var tables = metaData.getTables(null, null, "%", null)) {
      assertThat(tables.getStatement()).isNull();
    }
    assertThat(generation()).isEqualTo(1);
    assertThat(metaData.getConnection()).isSameAs(connection);
    assertThat(connection.getMetaData()).isSameAs(metaData);
  }

  @Test
  void shouldGiveThePhysicalUrl() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      assertThat(connection.getMetaData().getURL())
          .isEqualTo(plain.getMetaData().getURL())
          .startsWith("jdbc:snowflake:");
    }
  }

  // Identity

  @Test
  void shouldBeEqualToItselfOnly() throws SQLException {
    try (var other = DriverManager.getConnection(emulator.healingUrl())) {
      var first = objects(connection);
      var second = objects(other);
      for (var object : first) {
        int hash = object.hashCode();
        assertThat(object.equals(object)).isTrue();
        assertThat(second).noneMatch(object::equals);
        assertThat(first.stream().filter(object::equals)).hasSize(1);
        assertThat(object.toString()).isNotNull();
        emulator.faults().expireAllSessions();
        query("SELECT 1");
        assertThat(object.hashCode()).isEqualTo(hash);
      }
    }
  }

  private static List<Object> objects(Connection connection) throws SQLException {
    var statement = connection.createStatement();
    var prepared = connection.prepareStatement("SELECT 42");
    return List.of(
        connection,
        statement,
        prepared,
        connection.prepareCall("SELECT 42"),
        connection.getMetaData(),
        statement.executeQuery("SELECT 42"),
        prepared.executeQuery());
  }

  // The end

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldTellTheTruthAboutClosedStatements(Kind kind) throws SQLException {
    var statement = kind.open(connection);
    var rows = kind.query(statement);
    assertThat(statement.isClosed()).isFalse();
    assertThat(rows.isClosed()).isFalse();
    rows.close();
    rows.close();
    assertThat(rows.isClosed()).isTrue();
    assertThat(statement.isClosed()).isFalse();

    var open = kind.query(statement);
    statement.close();
    statement.close();
    assertThat(statement.isClosed()).isTrue();
    assertThat(open.isClosed()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldTellTheTruthAboutClosedStatementsOfALostSession(Kind kind) throws SQLException {
    try (var statement = kind.open(connection)) {
      var before = kind.query(statement);
      emulator.faults().expireAllSessions();
      query("SELECT 1");
      assertThat(statement.isClosed()).isFalse();
      assertThat(before.isClosed()).isFalse();
      var after = kind.query(statement);
      assertThat(before.isClosed()).isFalse();
      assertThat(before.next()).isTrue();
      statement.close();
      assertThat(statement.isClosed()).isTrue();
      assertThat(before.isClosed()).isTrue();
      assertThat(after.isClosed()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKeepEarlierResultSetsOpenOverAMove(Kind kind) throws SQLException {
    try (var statement = kind.open(connection)) {
      var first = kind.query(statement);
      var second = kind.query(statement);
      var open = !first.isClosed();
      second.close();
      emulator.faults().expireAllSessions();
      assertThat(kind.query(statement).next()).isTrue();
      assertThat(first.isClosed()).isEqualTo(!open);
      if (open) {
        assertThat(first.next()).isTrue();
        assertThat(first.getInt(1)).isEqualTo(42);
      }
    }
  }

  @Test
  void shouldTellTheTruthAboutAClosedConnection() throws SQLException {
    var statement = connection.createStatement();
    var rows = statement.executeQuery("SELECT 42");
    assertThat(connection.isClosed()).isFalse();
    assertThat(connection.isValid(5)).isTrue();
    connection.close();
    connection.close();
    assertThat(connection.isClosed()).isTrue();
    assertThat(connection.isValid(5)).isFalse();
    assertThat(statement.isClosed()).isTrue();
    assertThat(rows.isClosed()).isTrue();
    assertThat(emulator.openSessions()).isZero();
  }

  @ParameterizedTest
  @EnumSource(io.selfheal.jdbc.testkit.Expiry.class)
  void shouldCloseAnExpiredConnectionWithoutAnError(io.selfheal.jdbc.testkit.Expiry how)
      throws SQLException {
    emulator.faults().expireAllSessions(how);
    assertThatCode(connection::close).doesNotThrowAnyException();
    assertThat(connection.isClosed()).isTrue();
    assertThat(emulator.logins()).isEqualTo(1);
  }

  @Test
  void shouldGiveThePhysicalErrorsOfAClosedConnection() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      plain.close();
      connection.close();
      sameErrors(Connection.class, plain, connection);
    }
    assertThat(emulator.logins()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGiveThePhysicalErrorsOfAClosedStatement(Kind kind) throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url());
        var physical = kind.open(plain);
        var statement = kind.open(connection)) {
      kind.query(physical);
      kind.query(statement);
      physical.close();
      statement.close();
      sameErrors(type(kind), physical, statement);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGiveThePhysicalErrorsOfAStatementClosedAfterAnAdoption(Kind kind) throws SQLException {
    update("CREATE TABLE ledger (id INT)");
    var insert = "INSERT INTO ledger VALUES (1)";
    try (var plain = DriverManager.getConnection(emulator.url());
        var physical = kind.open(plain, insert);
        var statement = kind.open(connection, insert)) {
      emulator.faults().loseAnswerAndExpire(matching("INSERT INTO ledger"));
      kind.execute(statement, insert);
      assertThat(statement.getUpdateCount()).isEqualTo(1);
      assertThat(connection.unwrap(SelfHealingConnection.class).statistics().adopted())
          .isEqualTo(1);
      physical.close();
      statement.close();
      assertThat(differences(type(kind), physical, statement, Set.of("getParameterMetaData")))
          .as("which the physical driver asks the server for, closed or not")
          .isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGiveThePhysicalErrorsOfAClosedResultSet(Kind kind) throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url());
        var physical = kind.query(kind.open(plain));
        var rows = kind.query(kind.open(connection))) {
      physical.close();
      rows.close();
      sameErrors(ResultSet.class, physical, rows);
    }
  }

  @Test
  void shouldGiveThePhysicalErrorsOfMetadataOfAClosedConnection() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      var physical = plain.getMetaData();
      var metaData = connection.getMetaData();
      plain.close();
      connection.close();
      assertThatThrownBy(() -> metaData.getTables(null, null, "%", null))
          .isInstanceOfSatisfying(
              SQLException.class,
              e ->
                  assertThat(e.getErrorCode())
                      .isEqualTo(
                          ((SQLException)
                                  catchThrowable(() -> physical.getTables(null, null, "%", null)))
                              .getErrorCode()));
    }
  }

  private static Class<? extends Statement> type(Kind kind) {
    return switch (kind) {
      case STATEMENT -> Statement.class;
      case PREPARED -> PreparedStatement.class;
      case CALLABLE -> CallableStatement.class;
    };
  }

  private static void sameErrors(Class<?> type, Object physical, Object logical) {
    assertThat(differences(type, physical, logical, Set.of())).isEmpty();
  }

  /** Calls every method without arguments on both, and compares what they throw. */
  private static List<String> differences(
      Class<?> type, Object physical, Object logical, Set<String> but) {
    List<String> differences = new ArrayList<>();
    for (var method : questions(type)) {
      var expected = text(catchThrowable(() -> call(method, physical)));
      var actual = text(catchThrowable(() -> call(method, logical)));
      if (!actual.equals(expected) && !but.contains(method.getName())) {
        differences.add(method.getName() + ": " + actual + " instead of " + expected);
      }
    }
    return differences;
  }

  private static String text(Throwable thrown) {
    return thrown instanceof SQLException sql
        ? sql + ", code " + sql.getErrorCode() + ", state " + sql.getSQLState()
        : String.valueOf(thrown);
  }

  // No physical object comes out

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldLetNoPhysicalObjectOut(boolean healed) throws SQLException {
    if (healed) {
      emulator.faults().expireAllSessions();
      query("SELECT 1");
    }
    givesOnlyOurs(Connection.class, connection);
    givesOnlyOurs(DatabaseMetaData.class, connection.getMetaData());
    for (var kind : Kind.values()) {
      try (var statement = kind.open(connection);
          var rows = kind.query(statement)) {
        givesOnlyOurs(type(kind), statement);
        givesOnlyOurs(ResultSet.class, rows);
      }
    }
    var metaData = connection.getMetaData();
    try (var tables = metaData.getTables(null, null, "%", null);
        var columns = metaData.getColumns(null, null, "%", null);
        var keys = metaData.getPrimaryKeys(null, null, "%");
        var schemas = metaData.getSchemas(null, "%")) {
      for (var rows : List.of(tables, columns, keys, schemas)) {
        givesOnlyOurs(ResultSet.class, rows);
      }
    }
  }

  /**
   * Calls every method without arguments that gives a JDBC object through which one could get back
   * to a session.
   */
  private static void givesOnlyOurs(Class<?> type, Object logical) {
    for (var method : questions(type)) {
      try {
        var given = call(method, logical);
        if (Stream.of(Connection.class, Statement.class, ResultSet.class, DatabaseMetaData.class)
            .anyMatch(jdbc -> jdbc.isInstance(given))) {
          assertThat(given.getClass().getName()).as("%s", method).startsWith("io.selfheal.jdbc.");
        }
      } catch (SQLException notThere) {
        assertThat(notThere.getErrorCode()).as("%s", method).isNotEqualTo(390114);
      }
    }
  }

  /** The methods without arguments, less those that end or change something. */
  private static List<Method> questions(Class<?> type) {
    var others =
        Set.of(
            "close",
            "abort",
            "closeOnCompletion",
            "executeQuery",
            "execute",
            "next",
            "getMoreResults");
    return Arrays.stream(type.getMethods())
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> !others.contains(method.getName()))
        .toList();
  }

  private static Object call(Method method, Object target) throws SQLException {
    try {
      return method.invoke(target);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof SQLException sql) {
        throw sql;
      }
      throw new AssertionError(method + " threw " + e.getCause(), e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  // Errors

  @Test
  void shouldLetErrorsThroughAsTheyAre() throws SQLException {
    emulator.faults().fail(matching("SELECT 13").always(), 1003, "42000", "syntax error");
    try (var statement = connection.createStatement();
        var prepared = connection.prepareStatement("SELECT 13");
        var callable = connection.prepareCall("SELECT 13")) {
      List<ThrowingCallable> calls =
          List.of(
              () -> statement.executeQuery("SELECT 13"),
              () -> statement.execute("SELECT 13"),
              () -> statement.executeUpdate("SELECT 13"),
              prepared::executeQuery,
              prepared::execute,
              callable::executeQuery,
              () -> connection.setSchema("NO_SUCH_SCHEMA"),
              () -> connection.createStatement(-1, -1));
      for (int i = 0; i < calls.size(); i++) {
        var thrown = catchThrowable(calls.get(i));
        assertThat(thrown).as("call %s", i).isInstanceOf(SQLException.class);
        assertThat(thrown.getStackTrace()[0].getClassName()).doesNotStartWith("io.selfheal.");
        assertThat(thrown.getSuppressed()).isEmpty();
      }
    }
    assertThat(generation()).isZero();
  }

  @Test
  void shouldNotLoseAPreparedBatchToAnUnsupportedCall() throws SQLException {
    update("CREATE TABLE ledger (id INT)");
    try (var plain = DriverManager.getConnection(emulator.url());
        var physical = plain.prepareStatement("INSERT INTO ledger VALUES (?)");
        var prepared = connection.prepareStatement("INSERT INTO ledger VALUES (?)")) {
      prepared.setInt(1, 1);
      prepared.addBatch();
      var expected = (SQLException) catchThrowable(() -> physical.addBatch("SELECT 1"));
      assertThatThrownBy(() -> prepared.addBatch("SELECT 1"))
          .hasSameClassAs(expected)
          .hasMessage(expected.getMessage());
      assertThat(prepared.executeBatch()).containsExactly(1);
    }
    assertThat(query("SELECT id FROM ledger")).containsExactly("1");
  }
}
