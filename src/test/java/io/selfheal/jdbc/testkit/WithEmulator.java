package io.selfheal.jdbc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.InvocationTargetException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests of the emulator through the real snowflake-jdbc; of its wire half only, with a stub instead
 * of a database, unless told otherwise.
 */
abstract class WithEmulator {
  static final String INSERT = "INSERT INTO t VALUES (7)";

  SnowflakeEmulator emulator;
  Connection connection;

  @BeforeEach
  void startEmulator() throws SQLException {
    emulator = newEmulator();
    connection = DriverManager.getConnection(emulator.url());
  }

  @AfterEach
  void stopEmulator() {
    emulator.faults().clear();
    try {
      connection.close();
    } catch (SQLException e) {
      // A logout from a session that is dead may fail: with a direct 390114 it does [R].
      assertThat(e.getErrorCode()).isEqualTo(390114);
    }
    emulator.close();
  }

  SnowflakeEmulator newEmulator() {
    return SnowflakeEmulator.start(0, StubEngine::new);
  }

  int update(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  int select(String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  /** The vendor code of the SQLException that the call must end in. */
  static int codeOf(ThrowingCallable call) {
    var e = catchThrowableOfType(SQLException.class, call);
    assertThat((Throwable) e).isNotNull();
    return e.getErrorCode();
  }

  /** Calls a vendor method by name, as the packages differ between the driver's lines 3 and 4. */
  static Object vendor(Object target, String method, Object... arguments) throws SQLException {
    var found =
        Arrays.stream(target.getClass().getMethods())
            .filter(
                one -> one.getName().equals(method) && one.getParameterCount() == arguments.length)
            .findFirst()
            .orElseThrow();
    try {
      found.setAccessible(true);
      return found.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof SQLException cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
