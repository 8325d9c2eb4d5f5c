package io.selfheal.jdbc.snowflake;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The two getters of {@link Vendor} that are asked round each call, for the objects of one physical
 * connection. A call through a handle that is no constant costs several times a plain one; these
 * are made into classes that make a plain one, and each has a call site of its own here.
 * Thread-safe.
 */
public final class Ids {

  private interface Getter {
    @Nullable Object of(Object target) throws Throwable;
  }

  /**
   * By the class that has it. A map of our own, as a {@code ClassValue} would tie our class loader
   * to the driver's; and only for what our loader sees anyway, or it would keep theirs.
   */
  private static final Map<Class<?>, Getter> SESSION = new ConcurrentHashMap<>();

  private static final Map<Class<?>, Getter> QUERY = new ConcurrentHashMap<>();

  private record Of(Class<?> type, Getter getter, @Nullable Of next) {}

  private final Getter session;

  /** By the class of statements, of which there are few; whichever thread wrote it, it is right. */
  private Of query;

  public Ids(Connection connection) {
    session = getter(connection.getClass(), "getSessionID", SESSION);
    query = new Of(Statement.class, none -> null, null);
  }

  /** As {@link Vendor#sessionId}. */
  public @Nullable String session(Connection connection) {
    try {
      return (String) session.of(connection);
    } catch (Error e) {
      throw e;
    } catch (Throwable closedOrBroken) {
      return null;
    }
  }

  /** As {@link Vendor#queryId(Statement)}. */
  public @Nullable String query(Statement statement) {
    var type = statement.getClass();
    var known = query;
    var getter = known.type == type ? known.getter : queryGetter(type, known);
    try {
      return (String) getter.of(statement);
    } catch (Error e) {
      throw e;
    } catch (Throwable closedOrBroken) {
      return null;
    }
  }

  private Getter queryGetter(Class<?> type, Of all) {
    for (Of known = all; known != null; known = known.next) {
      if (known.type == type) {
        return known.getter;
      }
    }
    var getter = getter(type, "getQueryID", QUERY);
    query = new Of(type, getter, all);
    return getter;
  }

  private static Getter getter(Class<?> type, String name, Map<Class<?>, Getter> known) {
    var ready = known.get(type);
    if (ready != null) {
      return ready;
    }
    var handle = Vendor.getter(type, name);
    if (handle == null) {
      return none -> null;
    }
    if (!isSeen(type) || !isSeen(handle.type().parameterType(0))) {
      return indirect(handle);
    }
    var fresh = direct(handle);
    known.put(type, fresh);
    return fresh;
  }

  private static boolean isSeen(Class<?> type) {
    try {
      return Class.forName(type.getName(), false, Ids.class.getClassLoader()) == type;
    } catch (ClassNotFoundException inAnotherLoader) {
      return false;
    }
  }

  private static Getter direct(MethodHandle handle) {
    try {
      return (Getter)
          LambdaMetafactory.metafactory(
                  MethodHandles.lookup(),
                  "of",
                  MethodType.methodType(Getter.class),
                  MethodType.methodType(Object.class, Object.class),
                  handle,
                  handle.type())
              .getTarget()
              .invokeExact();
    } catch (Error e) {
      throw e;
    } catch (Throwable notReadable) {
      return indirect(handle); // on the module path ours does not read the driver's
    }
  }

  private static Getter indirect(MethodHandle handle) {
    var general = handle.asType(MethodType.methodType(Object.class, Object.class));
    return target -> (Object) general.invokeExact(target);
  }
}
