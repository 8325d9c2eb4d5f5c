package io.selfheal.jdbc;

import static io.selfheal.jdbc.VendorTypes.call;
import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What unwrap gives: logical objects, views that heal, and physical objects. */
class UnwrapTest extends HealingFixture {

  // JDBC types: the logical object

  @Test
  void shouldGiveTheLogicalObjectForJdbcTypes() throws SQLException {
    try (var statement = connection.createStatement();
        var prepared = connection.prepareStatement("SELECT 42");
        var callable = connection.prepareCall("SELECT 42");
        var rows = prepared.executeQuery()) {
      gives(connection, Connection.class, SelfHealingConnection.class, Wrapper.class, Object.class);
      gives(statement, Statement.class, Wrapper.class, AutoCloseable.class);
      gives(prepared, Statement.class, PreparedStatement.class, Wrapper.class);
      gives(callable, Statement.class, PreparedStatement.class, java.sql.CallableStatement.class);
      gives(connection.getMetaData(), DatabaseMetaData.class, Wrapper.class);
      gives(rows, ResultSet.class, Wrapper.class);
    }
  }

  private static void gives(Wrapper logical, Class<?>... types) throws SQLException {
    for (var type : types) {
      assertThat(logical.isWrapperFor(type)).isTrue();
      assertThat((Object) logical.unwrap(type)).isSameAs(logical);
    }
  }

  // Physical classes: the physical object

  @Test
  void shouldGiveThePhysicalObjectForItsClass() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url());
        var plainStatement = plain.createStatement();
        var plainPrepared = plain.prepareStatement("SELECT 42");
        var plainRows = plainPrepared.executeQuery();
        var statement = connection.createStatement();
        var prepared = connection.prepareStatement("SELECT 42");
        var rows = prepared.executeQuery()) {
      physical(connection, plain.getClass());
      physical(statement, plainStatement.getClass());
      physical(prepared, plainPrepared.getClass());
      physical(rows, plainRows.getClass());
      physical(connection.getMetaData(), plain.getMetaData().getClass());

      emulator.faults().expireAllSessions();
      var before = connection.unwrap(plain.getClass());
      query("SELECT 1");
      assertThat((Object) connection.unwrap(plain.getClass())).isNotSameAs(before);
    }
  }

  private static void physical(Wrapper logical, Class<?> type) throws SQLException {
    assertThat(type.getName()).startsWith("net.snowflake.");
    assertThat(logical.isWrapperFor(type)).isTrue();
    assertThat((Object) logical.unwrap(type)).isExactlyInstanceOf(type);
  }

  // Neither

  @Test
  void shouldRefuseWhatIsNotThere() throws SQLException {
    try (var statement = connection.createStatement();
        var prepared = connection.prepareStatement("SELECT 42");
        var rows = prepared.executeQuery()) {
      for (var logical : List.of(connection, statement, prepared, connection.getMetaData(), rows)) {
        for (var type : List.of(String.class, Runnable.class, javax.sql.DataSource.class)) {
          var wrapper = (Wrapper) logical;
          assertThat(wrapper.isWrapperFor(type)).isFalse();
          assertThatThrownBy(() -> wrapper.unwrap(type)).isInstanceOf(SQLException.class);
        }
      }
      assertThat(statement.isWrapperFor(PreparedStatement.class)).isFalse();
      assertThatThrownBy(() -> statement.unwrap(PreparedStatement.class))
          .isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> connection.unwrap(Statement.class)).isInstanceOf(SQLException.class);
    }
  }

  // Views

  @Test
  void shouldGiveAViewForInterfacesOfThePhysicalObject() throws Exception {
    try (var statement = connection.createStatement();
        var prepared = connection.prepareStatement("SELECT 42");
        var rows = prepared.executeQuery()) {
      view(connection, VendorTypes.CONNECTION);
      view(statement, VendorTypes.STATEMENT);
      view(prepared, VendorTypes.STATEMENT);
      view(prepared, VendorTypes.PREPARED);
      view(rows, VendorTypes.RESULTS);

      var asConnection = (Connection) connection.unwrap(VendorTypes.CONNECTION);
      assertThat(asConnection.getMetaData()).isSameAs(connection.getMetaData());
      assertThat(asConnection.unwrap(SelfHealingConnection.class)).isSameAs(connection);
      assertThat(asConnection.unwrap(Connection.class)).isSameAs(connection);
      assertThat(asConnection.createStatement().getConnection()).isSameAs(connection);
      assertThat(((Statement) statement.unwrap(VendorTypes.STATEMENT)).getConnection())
          .isSameAs(connection);
      assertThat(((ResultSet) rows.unwrap(VendorTypes.RESULTS)).getStatement()).isSameAs(prepared);
      asConnection.close();
      assertThat(connection.isClosed()).isTrue();
    }
  }

  private static void view(Wrapper logical, Class<?> type) throws SQLException {
    assertThat(logical.isWrapperFor(type)).isTrue();
    Object view = logical.unwrap(type);
    assertThat(view).isInstanceOf(type).isNotSameAs(logical);
    assertThat(Proxy.isProxyClass(view.getClass())).isTrue();
    // As with all JDBC objects, equal is the same.
    assertThat(view.equals(view)).isTrue();
    assertThat(view.equals(logical)).isEqualTo(logical.equals(view)).isFalse();
    Object other = logical.unwrap(type);
    assertThat(view.equals(other)).isEqualTo(other.equals(view)).isFalse();
    int hash = view.hashCode();
    assertThat(view.hashCode()).isEqualTo(hash);
    assertThat(view).hasToString(logical.toString());
  }

  @Test
  void shouldFollowTheSessionThroughAViewOfTheConnection() throws Exception {
    Object view = connection.unwrap(VendorTypes.CONNECTION);
    var before = call(VendorTypes.CONNECTION, view, "getSessionID");
    assertThat(before).isEqualTo(query("SELECT CURRENT_SESSION()").get(0));
    emulator.faults().expireAllSessions();
    query("SELECT 1");
    var after = call(VendorTypes.CONNECTION, view, "getSessionID");
    assertThat(after).isNotEqualTo(before).isEqualTo(query("SELECT CURRENT_SESSION()").get(0));
  }

  @Test
  void shouldReadTheResultOfALostSessionThroughAView() throws Exception {
    var view = connection.unwrap(VendorTypes.CONNECTION);
    String id;
    try (var statement = connection.createStatement()) {
      statement.executeQuery("SELECT 42").close();
      id =
          (String)
              call(VendorTypes.STATEMENT, statement.unwrap(VendorTypes.STATEMENT), "getQueryID");
    }
    emulator.faults().expireAllSessions();
    query("SELECT 1");
    try (var rows = (ResultSet) call(VendorTypes.CONNECTION, view, "createResultSet", id)) {
      assertThat(rows.getClass().getName()).startsWith("io.selfheal.jdbc.");
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(42);
    }
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldGiveTheQueryIdOfTheLastExecutionThroughAView() throws Exception {
    try (var statement = connection.createStatement()) {
      var view = statement.unwrap(VendorTypes.STATEMENT);
      emulator.faults().expireAllSessions();
      statement.executeQuery("SELECT 42");
      var id = call(VendorTypes.STATEMENT, view, "getQueryID");
      assertThat(id).isNotNull().isEqualTo(query("SELECT LAST_QUERY_ID()").get(0));
    }
  }

  @Test
  void shouldGiveTheQueryIdOfAnAdoptedExecutionThroughAView() throws Exception {
    update("CREATE TABLE ledger (id INT)");
    try (var statement = connection.createStatement()) {
      emulator.faults().loseAnswerAndExpire(matching("INSERT INTO ledger"));
      assertThat(statement.executeUpdate("INSERT INTO ledger VALUES (1)")).isEqualTo(1);
      var id = call(VendorTypes.STATEMENT, statement.unwrap(VendorTypes.STATEMENT), "getQueryID");
      assertThat(emulator.runs("INSERT INTO ledger")).isEqualTo(1);
      var ran =
          query(
              "SELECT QUERY_ID FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(SESSION_ID => "
                  + emulator.sessionIds().get(0)
                  + ")) WHERE QUERY_TEXT LIKE 'INSERT%'");
      assertThat(ran).containsExactly((String) id);
    }
  }

  @Test
  void shouldRunAsyncQueriesThroughAViewThatHeals() throws Exception {
    try (var statement = connection.createStatement();
        var prepared = connection.prepareStatement("SELECT 43")) {
      emulator.faults().expireAllSessions();
      var view = statement.unwrap(VendorTypes.STATEMENT);
      assertThat(async(VendorTypes.STATEMENT, view, statement, "SELECT 42")).isEqualTo(42);
      emulator.faults().expireAllSessions();
      var preparedView = prepared.unwrap(VendorTypes.PREPARED);
      assertThat(async(VendorTypes.PREPARED, preparedView, prepared)).isEqualTo(43);
    }
    assertThat(generation()).isEqualTo(2);
  }

  private static int async(Class<?> type, Object view, Statement from, Object... arguments)
      throws Exception {
    try (var rows = (ResultSet) call(type, view, "executeAsyncQuery", arguments)) {
      assertThat(rows.getStatement()).isSameAs(from);
      assertThat(rows.isWrapperFor(VendorTypes.RESULTS)).isTrue();
      assertThat(call(VendorTypes.RESULTS, rows.unwrap(VendorTypes.RESULTS), "getQueryID"))
          .isNotNull();
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  @Test
  void shouldKeepParametersOfAStatementOverAMove() throws Exception {
    try (var statement = connection.createStatement()) {
      var view = statement.unwrap(VendorTypes.STATEMENT);
      call(VendorTypes.STATEMENT, view, "setParameter", "QUERY_TAG", "first");
      call(VendorTypes.STATEMENT, view, "setParameter", "QUERY_TAG", "second");
      statement.setQueryTimeout(77);
      emulator.faults().expireAllSessions();
      statement.executeQuery("SELECT 42");
      assertThat(statement.getQueryTimeout()).isEqualTo(77);
      assertThat(
              query(
                  "SELECT QUERY_TAG FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(SESSION_ID => "
                      + emulator.sessionIds().get(1)
                      + ")) WHERE QUERY_TEXT = 'SELECT 42'"))
          .containsExactly("second");
    }
  }

  @Test
  void shouldKeepValuesBoundThroughAView() throws Exception {
    update("CREATE TABLE ledger (id INT, amount NUMBER(38, 0))");
    try (var prepared = connection.prepareStatement("INSERT INTO ledger VALUES (?, ?)")) {
      var view = prepared.unwrap(VendorTypes.PREPARED);
      prepared.setInt(1, 1);
      prepared.setInt(2, 5);
      call(VendorTypes.PREPARED, view, "setBigInteger", 2, new BigInteger("10"));
      emulator.faults().expireAllSessions();
      assertThat(prepared.executeUpdate()).isEqualTo(1);

      for (int i = 2; i <= 3; i++) {
        prepared.setInt(1, i);
        call(VendorTypes.PREPARED, view, "setBigInteger", 2, BigInteger.valueOf(10L * i));
        prepared.addBatch();
      }
      emulator.faults().expireAllSessions();
      assertThat(prepared.executeBatch()).containsExactly(1, 1);

      call(VendorTypes.PREPARED, view, "setBigInteger", 2, BigInteger.ZERO);
      prepared.setInt(1, 4);
      prepared.setInt(2, 40);
      emulator.faults().expireAllSessions();
      assertThat(prepared.executeUpdate()).isEqualTo(1);
    }
    assertThat(query("SELECT amount FROM ledger ORDER BY id"))
        .containsExactly("10", "20", "30", "40");
    assertThat(generation()).isEqualTo(3);
  }

  @Test
  void shouldUploadThroughAViewOnAFreshSession() throws Exception {
    update("CREATE STAGE box");
    emulator.faults().expireAllSessions();
    query("SELECT 1");
    upload("1\n2\n");
    assertThat(query("LIST @box")).hasSize(1);
  }

  @Test
  void shouldHealOrRefuseAnUploadThroughAView() throws Exception {
    update("CREATE STAGE box");
    emulator.faults().expireAllSessions();
    var thrown = catchThrowable(() -> upload("1\n2\n"));
    assertThat(generation()).isEqualTo(1);
    if (thrown != null) {
      assertThat(thrown).isInstanceOf(ReplayRefusedException.class);
      upload("1\n2\n");
    }
    assertThat(query("LIST @box")).hasSize(1);
  }

  private void upload(String text) throws Exception {
    InputStream content = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    Object view = connection.unwrap(VendorTypes.CONNECTION);
    if (VendorTypes.CONNECTION.getName().contains(".api.")) {
      call(VendorTypes.CONNECTION, view, "uploadStream", "@box", "numbers.csv", content);
    } else {
      call(VendorTypes.CONNECTION, view, "uploadStream", "@box", "", content, "numbers.csv", false);
    }
  }

  @Test
  void shouldLetErrorsThroughAViewAsTheyAre() throws Exception {
    emulator.faults().fail(matching("SELECT 13").always(), 1003, "42000", "syntax error");
    try (var statement = connection.createStatement()) {
      var asStatement = statement.unwrap(VendorTypes.STATEMENT);
      List<Throwable> thrown = new ArrayList<>();
      thrown.add(catchThrowable(() -> ((Statement) asStatement).executeQuery("SELECT 13")));
      var asConnection = connection.unwrap(VendorTypes.CONNECTION);
      connection.close();
      thrown.add(catchThrowable(() -> ((Connection) asConnection).createStatement()));
      thrown.add(
          catchThrowable(() -> call(VendorTypes.CONNECTION, asConnection, "createResultSet", "x")));
      thrown.add(
          catchThrowable(
              () -> call(VendorTypes.STATEMENT, asStatement, "executeAsyncQuery", "SELECT 1")));
      assertThat(thrown)
          .allSatisfy(
              one -> {
                assertThat(one).isInstanceOf(SQLException.class);
                assertThat(one.getClass().getName()).startsWith("net.snowflake.");
              });
    }
  }
}
