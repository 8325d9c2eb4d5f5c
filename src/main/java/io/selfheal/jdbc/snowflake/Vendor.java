package io.selfheal.jdbc.snowflake;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's own methods, found by name on whatever interface declares them, because 3.x and 4.x
 * put them into different packages. All are local in the physical driver: no request is sent [S].
 * Thread-safe.
 */
public final class Vendor {

  private static final ClassValue<Optional<MethodHandle>> SESSION_ID = getter("getSessionID");
  private static final ClassValue<Optional<MethodHandle>> ROLE = getter("getRole");
  private static final ClassValue<Optional<MethodHandle>> WAREHOUSE = getter("getWarehouse");
  private static final ClassValue<Optional<MethodHandle>> QUERY_ID = getter("getQueryID");
  private static final ClassValue<Optional<MethodHandle>> SET_PARAMETER =
      method("setParameter", MethodType.methodType(void.class, String.class, Object.class));

  private Vendor() {}

  /**
   * The server's number of the session, or null when the connection is not Snowflake's or is
   * closed.
   */
  public static @Nullable String sessionId(Connection connection) {
    return call(SESSION_ID, connection);
  }

  /** The current role; null where the driver (3.x) cannot tell. */
  public static @Nullable String role(Connection connection) {
    return call(ROLE, connection);
  }

  /** The current warehouse; null where the driver (3.x) cannot tell. */
  public static @Nullable String warehouse(Connection connection) {
    return call(WAREHOUSE, connection);
  }

  /** The query id of the statement's last execution, or null. */
  public static @Nullable String queryId(Statement statement) {
    return call(QUERY_ID, statement);
  }

  /**
   * Sets a parameter for the statement's executions to come.
   *
   * @return false when the statement is not Snowflake's
   */
  public static boolean setParameter(Statement statement, String name, Object value)
      throws SQLException {
    var handle = SET_PARAMETER.get(statement.getClass());
    if (handle.isEmpty()) {
      return false;
    }
    try {
      handle.get().invokeExact((Object) statement, name, value);
      return true;
    } catch (SQLException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static @Nullable String call(ClassValue<Optional<MethodHandle>> getter, Object target) {
    var handle = getter.get(target.getClass());
    if (handle.isEmpty()) {
      return null;
    }
    try {
      return (String) handle.get().invokeExact(target);
    } catch (Error e) {
      throw e;
    } catch (Throwable closedOrBroken) {
      // A getter of a closed object throws; for every caller that is the same as not knowing.
      return null;
    }
  }

  private static ClassValue<Optional<MethodHandle>> getter(String name) {
    return method(name, MethodType.methodType(String.class));
  }

  private static ClassValue<Optional<MethodHandle>> method(String name, MethodType declared) {
    return new ClassValue<>() {
      @Override
      protected Optional<MethodHandle> computeValue(Class<?> type) {
        return find(type, name, declared);
      }
    };
  }

  /**
   * Public methods of public interfaces only: the implementing classes may be hidden in a module.
   */
  private static Optional<MethodHandle> find(Class<?> type, String name, MethodType declared) {
    var queue = new ArrayDeque<Class<?>>();
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      queue.add(c);
    }
    while (!queue.isEmpty()) {
      var candidate = queue.remove();
      for (var above : candidate.getInterfaces()) {
        queue.add(above);
      }
      if (candidate.isInterface()) {
        try {
          var handle = MethodHandles.publicLookup().findVirtual(candidate, name, declared);
          return Optional.of(handle.asType(declared.insertParameterTypes(0, Object.class)));
        } catch (NoSuchMethodException | IllegalAccessException notThisOne) {
          // keep looking
        }
      }
    }
    return Optional.empty();
  }
}
