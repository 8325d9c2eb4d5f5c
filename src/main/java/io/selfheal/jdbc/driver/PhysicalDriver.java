package io.selfheal.jdbc.driver;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds snowflake-jdbc, wherever class loaders have put it. */
final class PhysicalDriver {

  /** By name, as a fat jar's merge may have lost the services file: 4.x, then 3.x. */
  private static final List<String> NAMES =
      List.of(
          "net.snowflake.client.api.driver.SnowflakeDriver",
          "net.snowflake.client.jdbc.SnowflakeDriver");

  private PhysicalDriver() {}

  /**
   * The driver for the URL.
   *
   * @throws SQLException naming the Maven coordinates when there is none
   */
  static Driver find(String physicalUrl) throws SQLException {
    var found = candidates();
    // The account may be in the properties, which acceptsURL does not see: then it is for connect
    // to say what is wrong.
    return found.stream()
        .filter(driver -> accepts(driver, physicalUrl))
        .findFirst()
        .or(() -> found.stream().findFirst())
        .or(() -> DriverManager.drivers().filter(any -> accepts(any, physicalUrl)).findFirst())
        .orElseThrow(
            () ->
                new SQLException(
                    "snowflake-jdbc was not found. Add net.snowflake:snowflake-jdbc (3.28 or later, or 4.x) to the class path, beside"
                        + " io.selfheal:selfheal-jdbc.",
                    "08001"));
  }

  private static List<Driver> candidates() {
    List<Driver> found = new ArrayList<>();
    for (var loader : ClassLoaders.all()) {
      for (var name : NAMES) {
        load(loader, name).ifPresent(found::add);
      }
    }
    if (found.isEmpty()) {
      // Under another name, which a later release may give it.
      ClassLoaders.all().forEach(loader -> services(loader, found));
    }
    return found;
  }

  private static Optional<Driver> load(ClassLoader loader, String name) {
    try {
      return Optional.of(
          Class.forName(name, true, loader)
              .asSubclass(Driver.class)
              .getConstructor()
              .newInstance());
    } catch (ReflectiveOperationException | ClassCastException | LinkageError notHere) {
      return Optional.empty();
    }
  }

  private static void services(ClassLoader loader, List<Driver> found) {
    var drivers = ServiceLoader.load(Driver.class, loader).iterator();
    // A broken driver of somebody else's must not keep us from ours; the bound is against an
    // iterator that never moves on.
    for (int broken = 0; broken < 100; ) {
      try {
        if (!drivers.hasNext()) {
          return;
        }
        var driver = drivers.next();
        if (driver.getClass().getName().startsWith("net.snowflake.")) {
          found.add(driver);
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        broken++;
      }
    }
  }

  private static boolean accepts(Driver driver, String url) {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException e) {
      return false;
    }
  }
}
