package io.selfheal.jdbc;

import static io.selfheal.jdbc.VendorTypes.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The results of a text of several statements, which the driver fetches one by one, by their ids.
 */
class SeveralStatementsTest extends HealingFixture {

  private static final String SEVERAL =
      "INSERT INTO t VALUES (1), (2);"
          + " SELECT status FROM orders ORDER BY status;"
          + " UPDATE t SET id = id + 10;"
          + " CREATE OR REPLACE TABLE made AS SELECT * FROM t;"
          + " SELECT COUNT(*) AS n FROM made;"
          + " DELETE FROM t WHERE id > 11";

  private static final int STATEMENTS = 6;

  @BeforeEach
  void makeTables() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE orders AS SELECT 'new' AS status UNION ALL SELECT 'paid'");
      update(plain, "CREATE TABLE t (id INT)");
    }
  }

  private Statement several() throws Exception {
    return several(connection);
  }

  private static Statement several(Connection on) throws Exception {
    var statement = on.createStatement();
    var view = statement.unwrap(VendorTypes.STATEMENT);
    call(VendorTypes.STATEMENT, view, "setParameter", "MULTI_STATEMENT_COUNT", 0);
    return statement;
  }

  private static Object queryId(Statement statement) throws Exception {
    return call(VendorTypes.STATEMENT, statement.unwrap(VendorTypes.STATEMENT), "getQueryID");
  }

  /** What the statement says of its current result. */
  private static String current(boolean more, Statement statement) throws SQLException {
    var text = new StringBuilder(more + " " + statement.getUpdateCount());
    try (var rows = statement.getResultSet()) {
      if (rows != null) {
        text.append(' ').append(rows.getMetaData().getColumnLabel(1));
        while (rows.next()) {
          text.append(' ').append(rows.getString(1));
        }
      }
    }
    return text.toString();
  }

  private interface Step {
    void before(int result) throws SQLException;
  }

  /** Everything that can be read, as JDBC's loop has it. */
  private static List<String> readAll(Statement statement, boolean first, Step step)
      throws SQLException {
    List<String> all = new ArrayList<>();
    all.add(current(first, statement));
    for (int i = 1; i <= STATEMENTS; i++) {
      step.before(i);
      all.add(current(statement.getMoreResults(), statement));
    }
    return all;
  }

  private List<String> expected() throws Exception {
    List<String> expected;
    try (var plain = DriverManager.getConnection(emulator.url());
        var statement = several(plain)) {
      expected = readAll(statement, statement.execute(SEVERAL), i -> {});
      update(plain, "DELETE FROM t");
    }
    assertThat(expected).hasSize(STATEMENTS + 1).contains("true -1 STATUS new paid");
    return expected;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void shouldFetchTheNextResultOnAnotherSession(int expiry) throws Exception {
    var expected = expected();
    try (var statement = several()) {
      var first = statement.execute(SEVERAL);
      var id = queryId(statement);
      var read =
          readAll(
              statement,
              first,
              i -> {
                if (i == expiry) {
                  emulator.faults().expireAllSessions();
                }
              });
      assertThat(read).isEqualTo(expected);
      assertThat(queryId(statement)).isEqualTo(id);
      // The last one is not fetched: there is none.
      assertThat(generation()).isEqualTo(expiry == STATEMENTS ? 0 : 1);
    }
    assertThat(emulator.table("T")).containsExactly(List.of("11"));
  }

  @ParameterizedTest
  @EnumSource(Expiry.class)
  void shouldFetchThemAllOverManyExpiries(Expiry how) throws Exception {
    var expected = expected();
    try (var statement = several()) {
      var first = statement.execute(SEVERAL);
      assertThat(readAll(statement, first, i -> emulator.faults().expireAllSessions(how)))
          .isEqualTo(expected);
    }
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldFetchThemAfterAnotherStatementHasHealed() throws Exception {
    var expected = expected();
    try (var statement = several()) {
      var first = statement.execute(SEVERAL);
      var read =
          readAll(
              statement,
              first,
              i -> {
                if (i == 2) {
                  emulator.faults().expireAllSessions();
                  query("SELECT 1");
                }
              });
      assertThat(read).isEqualTo(expected);
    }
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldFindTheRightExecutionOfTheText() throws Exception {
    var text = "SELECT COUNT(*) FROM t; SELECT COUNT(*) + 100 FROM t";
    try (var earlier = several();
        var statement = several();
        var later = several()) {
      earlier.execute(text);
      update("INSERT INTO t VALUES (1)");
      statement.execute(text);
      update("INSERT INTO t VALUES (2)");
      later.execute(text);
      emulator.faults().expireAllSessions();
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(current(true, statement)).endsWith(" 101");
      assertThat(earlier.getMoreResults()).isTrue();
      assertThat(current(true, earlier)).endsWith(" 100");
      assertThat(later.getMoreResults()).isTrue();
      assertThat(current(true, later)).endsWith(" 102");
    }
  }

  @Test
  void shouldKeepAnEarlierResultOpenIfAsked() throws Exception {
    try (var statement = several()) {
      statement.execute("SELECT 1; SELECT 2; SELECT 3");
      emulator.faults().expireAllSessions();
      assertThat(statement.getMoreResults()).isTrue();
      try (var two = statement.getResultSet()) {
        assertThat(statement.getMoreResults(Statement.KEEP_CURRENT_RESULT)).isTrue();
        assertThat(two.next()).isTrue();
        assertThat(two.getInt(1)).isEqualTo(2);
        assertThat(current(true, statement)).endsWith(" 3");
      }
      assertThat(statement.getMoreResults()).isFalse();
      assertThat(statement.getUpdateCount()).isEqualTo(-1);
    }
  }

  @Test
  void shouldGoOnAfterItHasToldOfALoss() throws Exception {
    try (var statement = several()) {
      statement.execute("SET x = 1; SELECT 2; SELECT 3");
      emulator.faults().expireAllSessions();
      assertThatThrownBy(statement::getMoreResults).isInstanceOf(ReplayRefusedException.class);
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(current(true, statement)).endsWith(" 2");
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(current(true, statement)).endsWith(" 3");
    }
  }

  @Test
  void shouldNotSkipAResultWhereNothingIsRepeated() throws Exception {
    reconnect("selfheal.replay=none");
    try (var statement = several()) {
      statement.execute("SELECT 1; SELECT 2; SELECT 3");
      emulator.faults().expireAllSessions();
      assertThatThrownBy(statement::getMoreResults)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isIn(390112, 390114));
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(current(true, statement)).endsWith(" 2");
    }
  }

  @Test
  void shouldRefuseWhatCannotBeFound() throws Exception {
    connection.close();
    connection = SelfHealing.wrap(unknown(), this::unknown);
    try (var statement = several()) {
      statement.execute("SELECT 1; SELECT 2");
      emulator.faults().expireAllSessions();
      assertThatThrownBy(statement::getMoreResults).isInstanceOf(ReplayRefusedException.class);
      statement.execute("SELECT 3; SELECT 4");
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(current(true, statement)).endsWith(" 4");
    }
  }

  private Class<? extends Statement> physicalStatement() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url());
        var one = plain.createStatement()) {
      return one.getClass();
    }
  }

  /** A connection that does not tell which session it is. */
  private Connection unknown() throws SQLException {
    var physical = DriverManager.getConnection(emulator.url());
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(physical, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void shouldGoOnWithTheSessionLongLoggedOut() throws Exception {
    try (var statement = several()) {
      statement.execute("SELECT 1; SELECT 2");
      emulator.faults().expireAllSessions();
      query("SELECT 9");
      // As the retirement does when its patience ends.
      statement.unwrap(physicalStatement()).close();
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(current(true, statement)).endsWith(" 2");
    }
  }

  /** What the call itself gave is taken over, and what comes after it. */
  @ParameterizedTest
  @EnumSource(
      value = ExpiryPoint.class,
      names = {"BEFORE", "WHILE_POLLING", "ANSWER_LOST", "AFTER"})
  void shouldTakeOverAllResults(ExpiryPoint point) throws Exception {
    var expected = expected();
    try (var statement = several()) {
      emulator.faults().expire(point, text(SEVERAL), Expiry.BOTH_TOKENS);
      var first = statement.execute(SEVERAL);
      assertThat(readAll(statement, first, i -> {})).isEqualTo(expected);
      assertThat(first(SEVERAL)).isEqualTo(queryId(statement));
    }
    assertThat(ran(SEVERAL)).as("one of them by the plain driver").isEqualTo(2);
    assertThat(emulator.table("T")).hasSize(1);
    if (point != ExpiryPoint.BEFORE) {
      assertThat(catchThrowable(() -> query("SELECT 1")))
          .isInstanceOf(ReplayRefusedException.class);
    }
  }

  @Test
  void shouldTakeOverForEveryKindOfCall() throws Exception {
    try (var statement = several()) {
      emulator.faults().loseAnswerAndExpire(text("INSERT INTO t VALUES (7); SELECT 5"));
      assertThat(statement.executeUpdate("INSERT INTO t VALUES (7); SELECT 5")).isEqualTo(1);
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(current(true, statement)).endsWith(" 5");
      assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(ReplayRefusedException.class);

      emulator.faults().loseAnswerAndExpire(text("SELECT 6; INSERT INTO t VALUES (8)"));
      try (var rows = statement.executeQuery("SELECT 6; INSERT INTO t VALUES (8)")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(6);
      }
      assertThat(statement.getMoreResults()).isFalse();
      assertThat(statement.getUpdateCount()).isEqualTo(1);
    }
    assertThat(emulator.table("T")).containsExactlyInAnyOrder(List.of("7"), List.of("8"));
  }

  /** The first statement of the text that ran. */
  private String first(String several) throws Exception {
    var whole =
        emulator.log().stream()
            .filter(one -> one.sql().equals(several) && one.queryId() != null)
            .reduce((one, other) -> other)
            .orElseThrow();
    try (var plain = DriverManager.getConnection(emulator.url())) {
      var method = plain.getClass().getMethod("getChildQueryIds", String.class);
      return ((String[]) method.invoke(plain, whole.queryId()))[0];
    }
  }
}
