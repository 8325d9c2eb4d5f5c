package io.selfheal.jdbc;

import io.selfheal.jdbc.driver.Connector;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Healing for a connection that the caller opens in its own way, of any JDBC driver. Thread-safe.
 */
public final class SelfHealing {

  private SelfHealing() {}

  /** As {@link #wrap(Connection, ConnectionFactory, Properties)}, with the default settings. */
  public static Connection wrap(
      @Nullable Connection connection, @Nullable ConnectionFactory factory) throws SQLException {
    return wrap(connection, factory, new Properties());
  }

  /**
   * Wraps a connection, so that an expired session is replaced by one from the factory.
   *
   * @param connection the connection to start with; null to have the factory open it. The returned
   *     connection closes it.
   * @param factory opens its successors; null means: never heal, {@code connection} itself is
   *     returned and every error reaches the caller untouched
   * @param settings {@code selfheal.*} properties, copied; others are ignored
   * @throws IllegalArgumentException when there is neither a connection nor a factory
   * @throws SQLException for a setting that is unknown or wrong, or when the factory cannot open
   *     the first connection
   */
  public static Connection wrap(
      @Nullable Connection connection, @Nullable ConnectionFactory factory, Properties settings)
      throws SQLException {
    return Connector.wrap(connection, factory, settings);
  }
}
