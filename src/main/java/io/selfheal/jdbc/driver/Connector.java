package io.selfheal.jdbc.driver;

import io.selfheal.jdbc.ConnectionFactory;
import io.selfheal.jdbc.proxy.Proxies;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.Login;
import java.sql.Connection;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** From what a caller has (a URL, or a connection and a factory) to a connection that heals. */
public final class Connector {

  private Connector() {}

  /** Whether the URL is ours. */
  public static boolean accepts(@Nullable String url) {
    return Urls.ours(url);
  }

  /**
   * Connects by our URL.
   *
   * @throws SQLException the physical driver's own, or naming the setting that is wrong
   */
  public static Connection connect(String url, Properties info) throws SQLException {
    var target = Urls.parse(url, info);
    var options = Options.parse(target.settings());
    var driver = PhysicalDriver.find(target.url());
    var login = new DriverLogin(driver, target, options);
    var first = login.open(null, options.healTimeout());
    return options.enabled() ? heal(first, login, options) : first;
  }

  /**
   * Wraps a connection of the caller's.
   *
   * @param connection null to have the factory open the first one too
   * @param factory null to never heal
   */
  public static Connection wrap(
      @Nullable Connection connection, @Nullable ConnectionFactory factory, Properties settings)
      throws SQLException {
    var options = Options.parse(Urls.settings(settings));
    if (factory == null) {
      if (connection == null) {
        throw new IllegalArgumentException(
            "SelfHealing.wrap needs a connection to wrap, or a ConnectionFactory to open one, or both.");
      }
      return connection;
    }
    var login = new FactoryLogin(factory);
    var first = connection;
    if (first == null) {
      first = login.open(null, options.healTimeout());
      if (first == null || first.isClosed()) {
        throw new SQLException("The connection factory returned no open connection.", "08001");
      }
    }
    return options.enabled() ? heal(first, login, options) : first;
  }

  /** Our properties, then the physical driver's. */
  public static DriverPropertyInfo[] propertyInfo(String url, Properties info) throws SQLException {
    var target = Urls.parse(url, info);
    List<DriverPropertyInfo> all = new ArrayList<>();
    for (var setting : Setting.values()) {
      var value =
          target.settings().entrySet().stream()
              .filter(given -> given.getKey().equalsIgnoreCase(setting.key()))
              .map(java.util.Map.Entry::getValue)
              .findFirst();
      var property = new DriverPropertyInfo(setting.key(), value.orElse(setting.defaultValue()));
      property.description = setting.description();
      if (!setting.choices().isEmpty()) {
        property.choices = setting.choices().toArray(String[]::new);
      }
      all.add(property);
    }
    all.addAll(
        Arrays.asList(
            PhysicalDriver.find(target.url()).getPropertyInfo(target.url(), target.properties())));
    return all.toArray(DriverPropertyInfo[]::new);
  }

  private static Connection heal(Connection first, Login login, Options options)
      throws SQLException {
    try {
      return Proxies.connection(new LogicalSession(first, login, options));
    } catch (SQLException | RuntimeException e) {
      first.close();
      throw e;
    }
  }
}
