package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every look-up into the catalogue heals, and what it gave before an expiry stays readable. */
class MetaDataTest {

  private static SnowflakeEmulator emulator;
  private static Connection plain;
  private Connection connection;

  @BeforeAll
  static void makeObjects() throws SQLException {
    emulator = SnowflakeEmulator.start();
    plain = DriverManager.getConnection(emulator.url());
    HealingFixture.update(plain, "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR)");
    HealingFixture.update(plain, "CREATE TABLE other (id INT, t_id INT)");
    HealingFixture.update(plain, "CREATE VIEW v AS SELECT id FROM t");
  }

  @AfterAll
  static void stop() throws SQLException {
    plain.close();
    emulator.close();
  }

  @BeforeEach
  void connect() throws SQLException {
    connection = DriverManager.getConnection(emulator.healingUrl());
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
  }

  private void expire() {
    emulator.faults().expireSession(emulator.sessionIds().get(emulator.sessionIds().size() - 1));
  }

  private long generation() throws SQLException {
    return connection.unwrap(SelfHealingConnection.class).generation();
  }

  static Stream<Method> lookUps() {
    return Arrays.stream(DatabaseMetaData.class.getMethods())
        .filter(method -> method.getReturnType() == ResultSet.class)
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .sorted(Comparator.comparing(Method::toString));
  }

  @ParameterizedTest
  @MethodSource("lookUps")
  void shouldHealEveryLookUp(Method lookUp) throws Exception {
    long before = emulator.faults().statements();
    var expected = answer(lookUp, plain.getMetaData());
    boolean asks = emulator.faults().statements() > before;
    var metaData = connection.getMetaData();
    expire();
    assertThat(answer(lookUp, metaData)).isEqualTo(expected);
    assertThat(generation()).as("it asks the server: %s", asks).isEqualTo(asks ? 1 : 0);
  }

  @Test
  void shouldHaveHealedLookUpsThatAskTheServer() throws Exception {
    int asked = 0;
    for (var lookUp : lookUps().toList()) {
      long before = emulator.faults().statements();
      answer(lookUp, plain.getMetaData());
      asked += emulator.faults().statements() > before ? 1 : 0;
    }
    assertThat(asked).isGreaterThan(8);
  }

  /** The rows, or the error, in words. */
  private static String answer(Method lookUp, DatabaseMetaData metaData) throws Exception {
    try (var rows = (ResultSet) lookUp.invoke(metaData, arguments(lookUp))) {
      List<String> all = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        for (int i = 1; i <= columns; i++) {
          all.add(rows.getMetaData().getColumnLabel(i) + "=" + rows.getString(i));
        }
      }
      return all.toString();
    } catch (InvocationTargetException e) {
      var error = (SQLException) e.getCause();
      return error.getClass().getSimpleName() + " " + error.getErrorCode();
    }
  }

  /** Catalogue, schema, name, as often as there are names to be told. */
  private static Object[] arguments(Method lookUp) {
    var names = List.of("DEMO", "PUBLIC", "T");
    var types = lookUp.getParameterTypes();
    var arguments = new Object[types.length];
    int name = 0;
    for (int i = 0; i < types.length; i++) {
      if (types[i] == String.class) {
        arguments[i] = name < 6 && (name + 1) % 4 != 0 ? names.get(name % 3) : "%";
        name++;
      } else if (types[i] == int.class) {
        arguments[i] = DatabaseMetaData.bestRowSession;
      } else if (types[i] == boolean.class) {
        arguments[i] = false;
      }
    }
    return arguments;
  }

  @Test
  void shouldReadToItsEndWhatWasOpenedBefore() throws SQLException {
    try (var columns = connection.getMetaData().getColumns("DEMO", "PUBLIC", "T", "%")) {
      assertThat(columns.next()).isTrue();
      expire();
      HealingFixture.query(connection, "SELECT 1");
      try (var again = connection.getMetaData().getColumns("DEMO", "PUBLIC", "T", "%")) {
        assertThat(again.next()).isTrue();
      }
      assertThat(columns.getString("COLUMN_NAME")).isEqualTo("ID");
      assertThat(columns.next()).isTrue();
      assertThat(columns.getString("COLUMN_NAME")).isEqualTo("NAME");
      assertThat(columns.next()).isFalse();
    }
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldKeepWhatAStatementHasToldOfItself() throws SQLException {
    try (var prepared = connection.prepareStatement("SELECT id, name FROM t WHERE id = ?")) {
      var columns = prepared.getMetaData();
      var parameters = prepared.getParameterMetaData();
      expire();
      prepared.setInt(1, 1);
      prepared.executeQuery().close();
      assertThat(generation()).isEqualTo(1);
      assertThat(columns.getColumnCount()).isEqualTo(2);
      assertThat(columns.getColumnLabel(2)).isEqualTo("NAME");
      assertThat(parameters.getParameterCount()).isEqualTo(1);
      assertThat(prepared.getMetaData().getColumnLabel(1)).isEqualTo("ID");
      assertThat(prepared.getParameterMetaData().getParameterCount()).isEqualTo(1);
    }
  }
}
