package io.selfheal.jdbc.snowflake;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's own methods, found by name on whatever interface declares them, because 3.x and 4.x
 * put them into different packages. The getters are local in the physical driver: no request is
 * sent [S]. Thread-safe.
 */
public final class Vendor {

  private static final ClassValue<Optional<MethodHandle>> SESSION_ID = getter("getSessionID");
  private static final ClassValue<Optional<MethodHandle>> ROLE = getter("getRole");
  private static final ClassValue<Optional<MethodHandle>> WAREHOUSE = getter("getWarehouse");
  private static final ClassValue<Optional<MethodHandle>> QUERY_ID = getter("getQueryID");
  private static final ClassValue<Optional<MethodHandle>> SET_PARAMETER =
      method(
          "setParameter",
          MethodType.methodType(void.class, String.class, Object.class),
          MethodType.methodType(void.class, Object.class, String.class, Object.class));
  private static final ClassValue<Optional<MethodHandle>> BATCH_QUERY_IDS =
      getter("getBatchQueryIDs", List.class);
  private static final ClassValue<Optional<MethodHandle>> ERRORS_QUERY_ID = getter("getQueryId");
  private static final ClassValue<Optional<MethodHandle>> RESULT_SET =
      method(
          "createResultSet",
          MethodType.methodType(ResultSet.class, String.class),
          MethodType.methodType(Object.class, Object.class, String.class));
  private static final ClassValue<Optional<MethodHandle>> CHILD_QUERY_IDS =
      method(
          "getChildQueryIds",
          MethodType.methodType(String[].class, String.class),
          MethodType.methodType(Object.class, Object.class, String.class));

  /** Where there is no id an error has "unknown" in its place [R]. */
  private static final Pattern QUERY_ID_TEXT = Pattern.compile("[0-9A-Fa-f-]{36}");

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

  /** The id of the query that an error is about; null where it is not known. */
  public static @Nullable String queryId(SQLException error) {
    var id = call(ERRORS_QUERY_ID, error);
    return id != null && QUERY_ID_TEXT.matcher(id).matches() ? id : null;
  }

  /**
   * The ids of the rows of the statement's last batch that ran, in their order; empty where it was
   * sent as one [S].
   */
  public static List<String> batchQueryIds(Statement statement) {
    var ids = (List<?>) ask(BATCH_QUERY_IDS, statement);
    return ids == null ? List.of() : ids.stream().map(String::valueOf).toList();
  }

  /** The id of the query whose result it is, or null. */
  public static @Nullable String queryId(ResultSet results) {
    return call(QUERY_ID, results);
  }

  /**
   * The result set of a query of the user's, on that session; nothing is sent before it is asked
   * something [S].
   */
  public static ResultSet createResultSet(Connection connection, String queryId)
      throws SQLException {
    return (ResultSet) byId(RESULT_SET, connection, queryId);
  }

  /**
   * The ids of the statements that a text of several was run as, or that id alone. Asks the server.
   */
  static String[] childQueryIds(Connection connection, String queryId) throws SQLException {
    return (String[]) byId(CHILD_QUERY_IDS, connection, queryId);
  }

  private static Object byId(
      ClassValue<Optional<MethodHandle>> method, Connection connection, String queryId)
      throws SQLException {
    var handle = method.get(connection.getClass());
    if (handle.isEmpty()) {
      throw new SQLFeatureNotSupportedException(
          "The physical driver's " + connection.getClass().getName() + " cannot look up a query.");
    }
    try {
      return (Object) handle.get().invokeExact((Object) connection, queryId);
    } catch (SQLException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** A getter of a text by its declared type; null where there is none. */
  static @Nullable MethodHandle getter(Class<?> type, String name) {
    return find(type, name, MethodType.methodType(String.class)).orElse(null);
  }

  private static @Nullable String call(ClassValue<Optional<MethodHandle>> getter, Object target) {
    return (String) ask(getter, target);
  }

  private static @Nullable Object ask(ClassValue<Optional<MethodHandle>> getter, Object target) {
    var handle = getter.get(target.getClass());
    if (handle.isEmpty()) {
      return null;
    }
    try {
      return (Object) handle.get().invokeExact(target);
    } catch (Error e) {
      throw e;
    } catch (Throwable closedOrBroken) {
      // A getter of a closed object throws; for every caller that is the same as not knowing.
      return null;
    }
  }

  private static ClassValue<Optional<MethodHandle>> getter(String name) {
    return getter(name, String.class);
  }

  private static ClassValue<Optional<MethodHandle>> getter(String name, Class<?> gives) {
    return method(
        name, MethodType.methodType(gives), MethodType.methodType(Object.class, Object.class));
  }

  /**
   * A method by its declared type.
   *
   * @param invoked the exact type that the handle is invoked with
   */
  private static ClassValue<Optional<MethodHandle>> method(
      String name, MethodType declared, MethodType invoked) {
    return new ClassValue<>() {
      @Override
      protected Optional<MethodHandle> computeValue(Class<?> type) {
        return find(type, name, declared).map(handle -> handle.asType(invoked));
      }
    };
  }

  /**
   * Public methods of what is public: the implementing classes may be hidden in a module, and 3.x
   * has some methods on no interface.
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
      try {
        return Optional.of(MethodHandles.publicLookup().findVirtual(candidate, name, declared));
      } catch (NoSuchMethodException | IllegalAccessException notThisOne) {
        // keep looking
      }
    }
    return Optional.empty();
  }
}
