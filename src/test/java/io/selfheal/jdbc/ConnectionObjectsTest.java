package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a connection makes and is set to, over an expiry. */
class ConnectionObjectsTest extends HealingFixture {

  private static final int FORWARD = ResultSet.TYPE_FORWARD_ONLY;
  private static final int READ = ResultSet.CONCUR_READ_ONLY;
  private static final int CLOSE = ResultSet.CLOSE_CURSORS_AT_COMMIT;

  @Test
  void shouldKeepTheTypesOfItsStatements() throws SQLException {
    try (var two = connection.createStatement(FORWARD, READ);
        var three = connection.createStatement(FORWARD, READ, CLOSE);
        var prepared = connection.prepareStatement("SELECT ?", FORWARD, READ, CLOSE)) {
      for (var statement : List.of(two, three, prepared)) {
        emulator.faults().expireAllSessions();
        if (statement == prepared) {
          prepared.setInt(1, 1);
          prepared.executeQuery().close();
        } else {
          statement.executeQuery("SELECT 1").close();
        }
        assertThat(statement.getResultSetType()).isEqualTo(FORWARD);
        assertThat(statement.getResultSetConcurrency()).isEqualTo(READ);
        assertThat(statement.getResultSetHoldability()).isEqualTo(CLOSE);
      }
    }
    assertThat(generation()).isEqualTo(3);
    assertThatThrownBy(() -> connection.createStatement(ResultSet.TYPE_SCROLL_SENSITIVE, READ))
        .isInstanceOf(SQLFeatureNotSupportedException.class);
  }

  @Test
  void shouldTakeObjectsThatWereMadeBefore() throws SQLException {
    update("CREATE TABLE t (text VARCHAR)");
    var clob = connection.createClob();
    clob.setString(1, "long text");
    try (var insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      insert.setClob(1, clob);
      emulator.faults().expireAllSessions();
      assertThat(insert.executeUpdate()).isEqualTo(1);
      emulator.faults().expireAllSessions();
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
    assertThat(query("SELECT text FROM t")).containsExactly("long text", "long text");

    var array = connection.createArrayOf("INTEGER", new Integer[] {1, 2});
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat((Object[]) array.getArray()).containsExactly(1, 2);
    try (var select = connection.prepareStatement("SELECT ?")) {
      select.setArray(1, array);
      emulator.faults().expireAllSessions();
      try (var rows = select.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(1)).contains("1", "2");
      }
    }
    assertThat((Object[]) connection.createArrayOf("INTEGER", new Integer[] {3}).getArray())
        .containsExactly(3);
  }

  private interface Call {
    Object on(Connection connection) throws SQLException;
  }

  @Test
  void shouldAnswerWithoutTheServerAsThePhysicalOneDoes() throws SQLException {
    connection.setNetworkTimeout(Runnable::run, 12_345);
    var local =
        Map.<String, Call>of(
            "nativeSQL", one -> one.nativeSQL("SELECT {d '2020-01-01'}"),
            "getTypeMap", Connection::getTypeMap,
            "getHoldability", Connection::getHoldability,
            "isReadOnly", Connection::isReadOnly,
            "getTransactionIsolation", Connection::getTransactionIsolation,
            "setSavepoint", Connection::setSavepoint,
            "createStruct", one -> one.createStruct("x", new Object[0]),
            "createBlob", Connection::createBlob,
            "createNClob", Connection::createNClob,
            "createSQLXML", Connection::createSQLXML);
    try (var plain = DriverManager.getConnection(emulator.url())) {
      emulator.faults().expireAllSessions();
      for (var one : local.entrySet()) {
        assertThat(answer(one.getValue(), connection))
            .as(one.getKey())
            .isEqualTo(answer(one.getValue(), plain));
      }
    }
    assertThat(generation()).isZero();
    query("SELECT 1");
    assertThat(connection.getNetworkTimeout()).isEqualTo(12_345);
    connection.setNetworkTimeout(Runnable::run, 0);
    emulator.faults().expireAllSessions();
    query("SELECT 1");
    assertThat(connection.getNetworkTimeout()).isZero();
  }

  private static Object answer(Call call, Connection on) {
    try {
      return call.on(on);
    } catch (SQLException e) {
      return e.getClass().getName() + " " + e.getErrorCode();
    }
  }
}
