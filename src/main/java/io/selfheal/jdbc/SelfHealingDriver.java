package io.selfheal.jdbc;

import io.selfheal.jdbc.driver.Connector;
import io.selfheal.jdbc.events.DriverTotals;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC driver for {@code jdbc:selfheal:snowflake:…}. It opens {@code jdbc:snowflake:…} with the
 * same rest and properties, less its own {@code selfheal.*} ones, by the snowflake-jdbc on the
 * class path. Registered by the service loader and by loading the class. Thread-safe.
 */
public final class SelfHealingDriver implements Driver {

  static {
    try {
      DriverManager.registerDriver(new SelfHealingDriver(), DriverTotals.ALL::driverDeregistered);
      DriverTotals.ALL.driverRegistered();
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** For the service loader, and for tools that make drivers by class name. */
  public SelfHealingDriver() {}

  /**
   * Connects.
   *
   * @param info properties of the physical driver and ours, copied; they win over the URL
   * @return null when the URL is another driver's, as JDBC has it
   * @throws SQLException the physical driver's own error, or one that names the wrong setting or
   *     the missing snowflake-jdbc
   */
  @Override
  public @Nullable Connection connect(String url, Properties info) throws SQLException {
    return acceptsURL(url) ? Connector.connect(url, info == null ? new Properties() : info) : null;
  }

  @Override
  public boolean acceptsURL(String url) {
    return Connector.accepts(url);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
    return acceptsURL(url)
        ? Connector.propertyInfo(url, info == null ? new Properties() : info)
        : new DriverPropertyInfo[0];
  }

  @Override
  public int getMajorVersion() {
    return 0;
  }

  @Override
  public int getMinorVersion() {
    return 1;
  }

  /** False, as the physical driver's is: Snowflake's SQL is not full SQL-92 entry level. */
  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("selfheal-jdbc logs through slf4j");
  }
}
