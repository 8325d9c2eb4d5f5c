package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The interfaces of snowflake-jdbc, by name: 3.x and 4.x have them in different packages. */
final class VendorTypes {

  private static final List<String> PACKAGES =
      List.of(
          "net.snowflake.client.api.connection.",
          "net.snowflake.client.api.statement.",
          "net.snowflake.client.api.resultset.",
          "net.snowflake.client.jdbc.");

  static final Class<?> CONNECTION = type("SnowflakeConnection");
  static final Class<?> STATEMENT = type("SnowflakeStatement");
  static final Class<?> PREPARED = type("SnowflakePreparedStatement");
  static final Class<?> RESULTS = type("SnowflakeResultSet");

  /** Has getStatus; in 3.x every result set has. */
  static final Class<?> ASYNC = found("SnowflakeAsyncResultSet").orElse(RESULTS);

  private VendorTypes() {}

  private static Class<?> type(String name) {
    return found(name).orElseThrow(() -> new AssertionError("no " + name));
  }

  private static Optional<Class<?>> found(String name) {
    for (var in : PACKAGES) {
      try {
        return Optional.of(Class.forName(in + name));
      } catch (ClassNotFoundException notThere) {
        // the other line of the driver
      }
    }
    return Optional.empty();
  }

  /** Calls a method of the vendor interface; what it throws comes out as it is. */
  static Object call(Class<?> type, Object view, String name, Object... arguments)
      throws Exception {
    assertThat(view).isInstanceOf(type);
    var method =
        Arrays.stream(type.getMethods())
            .filter(one -> one.getName().equals(name))
            .filter(one -> one.getParameterCount() == arguments.length)
            .findFirst()
            .orElseThrow(() -> new AssertionError(type + " has no " + name));
    try {
      return method.invoke(view, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
