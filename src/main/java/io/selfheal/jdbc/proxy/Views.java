package io.selfheal.jdbc.proxy;

import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Wrapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code unwrap} gives. For an interface of the physical object's it is a view that heals as
 * well; vendor interfaces change with every driver release, so they are met at run time, by {@link
 * Proxy}, which is never on a hot path.
 */
final class Views {

  private Views() {}

  /** One logical object behind a view. */
  interface Target {

    /** The JDBC object that the application holds. */
    Wrapper logical();

    /** The physical object of the moment. */
    Wrapper physical() throws SQLException;

    /** Calls a vendor method. {@link VendorCall#on} makes the call on a physical object. */
    @Nullable Object call(VendorCall call) throws Throwable;
  }

  /**
   * A call of a method that JDBC does not have.
   *
   * @param type the vendor interface that was asked for
   */
  record VendorCall(Class<?> type, Method method, List<@Nullable Object> arguments) {

    boolean is(String name, int parameters) {
      return method.getName().equals(name) && method.getParameterCount() == parameters;
    }

    /** The first argument. */
    @Nullable Object argument() {
      return arguments.isEmpty() ? null : arguments.get(0);
    }

    /** The same with another stream in its place. */
    VendorCall withStream(InputStream stream) {
      List<@Nullable Object> replaced = new ArrayList<>();
      for (var argument : arguments) {
        replaced.add(argument instanceof InputStream ? stream : argument);
      }
      return new VendorCall(type, method, replaced);
    }

    /** The stream that it reads; null where it reads none. */
    @Nullable InputStream stream() {
      for (var argument : arguments) {
        if (argument instanceof InputStream stream) {
          return stream;
        }
      }
      return null;
    }

    /** A download, whose first argument is the stage. */
    boolean givesStream() {
      return method.getReturnType() == InputStream.class;
    }

    /** With maps as they are now, for the caller may go on using them. */
    VendorCall copied() {
      List<@Nullable Object> copies = new ArrayList<>();
      for (var argument : arguments) {
        copies.add(argument instanceof Map<?, ?> map ? new LinkedHashMap<>(map) : argument);
      }
      return new VendorCall(type, method, copies);
    }

    @Nullable Object on(Wrapper physical) throws SQLException {
      var target = type.isInstance(physical) ? physical : physical.unwrap(type);
      return invoke(method, target, arguments.toArray());
    }
  }

  static <T> T unwrap(Class<T> type, Wrapper logical, Target target) throws SQLException {
    if (type.isInstance(logical)) {
      return type.cast(logical);
    }
    var physical = target.physical();
    if (type.isInterface() && wraps(type, physical)) {
      return type.cast(view(type, target));
    }
    // A class of the physical driver's: outside the healing, as documented. It words the refusal
    // itself where there is no such thing.
    return type.isInstance(physical) ? type.cast(physical) : physical.unwrap(type);
  }

  static boolean wraps(Class<?> type, Wrapper logical, Wrapper physical) throws SQLException {
    return type.isInstance(logical) || wraps(type, physical);
  }

  private static boolean wraps(Class<?> type, Wrapper physical) throws SQLException {
    try {
      return type.isInstance(physical) || physical.isWrapperFor(type);
    } catch (SQLFeatureNotSupportedException e) {
      // Snowflake's metadata answers every such question so.
      return false;
    }
  }

  private static Object view(Class<?> type, Target target) throws SQLException {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    interfaces.add(type);
    for (var jdbc : jdbcInterfaces(target.logical().getClass())) {
      interfaces.add(jdbc);
    }
    return Proxy.newProxyInstance(
        type.getClassLoader(), interfaces.toArray(Class<?>[]::new), handler(type, target));
  }

  private static InvocationHandler handler(Class<?> type, Target target) {
    return (proxy, method, arguments) -> {
      if (method.getDeclaringClass() == Object.class) {
        return switch (method.getName()) {
          case "equals" -> arguments[0] == proxy;
          case "hashCode" -> System.identityHashCode(proxy);
          default -> target.logical().toString();
        };
      }
      if (method.getDeclaringClass().isInstance(target.logical())) {
        return invoke(method, target.logical(), arguments);
      }
      return target.call(
          new VendorCall(type, method, arguments == null ? List.of() : Arrays.asList(arguments)));
    };
  }

  /** The java.sql interfaces of a logical object; a view is one of those too. */
  private static Set<Class<?>> jdbcInterfaces(Class<?> type) {
    Set<Class<?>> found = new LinkedHashSet<>();
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (var direct : c.getInterfaces()) {
        if (direct.getName().startsWith("java.sql.")) {
          found.add(direct);
        } else {
          found.addAll(jdbcInterfaces(direct));
        }
      }
    }
    return found;
  }

  /**
   * Exceptions come out as they are: no UndeclaredThrowableException, no InvocationTargetException.
   */
  private static @Nullable Object invoke(
      Method method, Object target, @Nullable Object @Nullable [] arguments) throws SQLException {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw Views.<RuntimeException>sneak(e.getCause() == null ? e : e.getCause());
    } catch (IllegalAccessException e) {
      throw new SQLException(
          "The method " + method.getName() + " is not accessible through a healing view.", e);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> RuntimeException sneak(Throwable e) throws X {
    throw (X) e;
  }
}
