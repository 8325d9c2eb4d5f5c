package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Makes the logical objects: the constructors of the generated classes, as handles that the
 * compiler turns into plain {@code new}. Each in a class of its own, so that the first connection
 * does not wait for all others' classes.
 */
public final class Proxies {

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private static final class OfConnection {
    static final MethodHandle NEW =
        Forwards.constructor(LOOKUP, HealingConnection.class, LogicalSession.class);
  }

  private static final class OfStatement {
    static final MethodHandle NEW = statement(HealingStatement.class, Statement.class);
  }

  private static final class OfPrepared {
    static final MethodHandle NEW =
        statement(HealingPreparedStatement.class, PreparedStatement.class);
  }

  private static final class OfCallable {
    static final MethodHandle NEW =
        statement(HealingCallableStatement.class, CallableStatement.class);
  }

  private static final class OfMetaData {
    static final MethodHandle NEW =
        Forwards.constructor(
            LOOKUP,
            HealingDatabaseMetaData.class,
            HealingConnection.class,
            PhysicalSession.class,
            DatabaseMetaData.class);
  }

  private static final class OfResults {
    static final MethodHandle NEW =
        Forwards.constructor(
            LOOKUP,
            HealingResultSet.class,
            HealingConnection.class,
            HealingStatement.class,
            ResultSet.class,
            Statement.class);
  }

  private static final class OfAsyncResults {
    static final MethodHandle NEW =
        Forwards.constructor(
            LOOKUP,
            HealingAsyncResultSet.class,
            HealingConnection.class,
            HealingStatement.class,
            PhysicalSession.class,
            ResultSet.class,
            HealingAsyncResultSet.Query.class);
  }

  private Proxies() {}

  /** The connection that an application gets. */
  public static Connection connection(LogicalSession session) {
    try {
      return (HealingConnection) OfConnection.NEW.invokeExact(session);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static HealingStatement statement(
      HealingConnection connection, Opener opener, PhysicalSession bound, Statement delegate) {
    try {
      return (HealingStatement)
          OfStatement.NEW.invokeExact(connection, opener, "", bound, delegate);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static HealingPreparedStatement prepared(
      HealingConnection connection,
      Opener opener,
      String sql,
      PhysicalSession bound,
      PreparedStatement delegate) {
    try {
      return (HealingPreparedStatement)
          OfPrepared.NEW.invokeExact(connection, opener, sql, bound, delegate);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static HealingCallableStatement callable(
      HealingConnection connection,
      Opener opener,
      String sql,
      PhysicalSession bound,
      CallableStatement delegate) {
    try {
      return (HealingCallableStatement)
          OfCallable.NEW.invokeExact(connection, opener, sql, bound, delegate);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static HealingDatabaseMetaData metaData(
      HealingConnection connection, PhysicalSession bound, DatabaseMetaData delegate) {
    try {
      return (HealingDatabaseMetaData) OfMetaData.NEW.invokeExact(connection, bound, delegate);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * A result set.
   *
   * @param statement the one it came from, null for metadata
   * @param owner a physical statement to close with it, null where the application has one to close
   */
  static HealingResultSet results(
      HealingConnection connection,
      @Nullable HealingStatement statement,
      ResultSet delegate,
      @Nullable Statement owner) {
    try {
      return (HealingResultSet) OfResults.NEW.invokeExact(connection, statement, delegate, owner);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * A result set that goes on by its query's id.
   *
   * @param statement the one it came from, null where it was asked for by the id
   */
  static HealingAsyncResultSet asyncResults(
      HealingConnection connection,
      @Nullable HealingStatement statement,
      PhysicalSession bound,
      ResultSet delegate,
      HealingAsyncResultSet.Query query) {
    try {
      return (HealingAsyncResultSet)
          OfAsyncResults.NEW.invokeExact(connection, statement, bound, delegate, query);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static MethodHandle statement(Class<?> base, Class<? extends Statement> delegate) {
    return Forwards.constructor(
        LOOKUP,
        base,
        HealingConnection.class,
        Opener.class,
        String.class,
        PhysicalSession.class,
        delegate);
  }

  /** The constructors only assign fields. */
  private static IllegalStateException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a proxy could not be made", e);
  }
}
