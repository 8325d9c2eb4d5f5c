package io.selfheal.jdbc;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.slf4j.LoggerFactory;

/**
 * A class loader as a web application has one, with its own copy of what it is given. At its end it
 * takes its drivers back, as servers do.
 */
final class IsolatedLoader extends URLClassLoader {

  IsolatedLoader(ClassLoader parent, URL... urls) {
    super(urls, parent);
  }

  static URL[] ours() {
    return new URL[] {location(SelfHealing.class), location(LoggerFactory.class)};
  }

  /** Both lines of snowflake-jdbc have a driver of this name. */
  static URL snowflake() {
    try {
      return location(Class.forName("net.snowflake.client.jdbc.SnowflakeDriver"));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  static URL location(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  Driver driver() throws ReflectiveOperationException {
    return instance("io.selfheal.jdbc.SelfHealingDriver");
  }

  Driver instance(String name) throws ReflectiveOperationException {
    return (Driver) Class.forName(name, true, this).getConstructor().newInstance();
  }

  /** Its own copy of a class of the tests. */
  Class<?> define(Class<?> type) throws IOException {
    var name = type.getName();
    try (var code =
        type.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
      var bytes = code.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  /** The jars stay open: snowflake-jdbc has threads that go on loading classes for a while. */
  @Override
  public void close() throws IOException {
    try {
      // DriverManager lets only classes of the loader itself take a driver back.
      var constructor = define(Deregistration.class).getDeclaredConstructor();
      constructor.setAccessible(true);
      ((Runnable) constructor.newInstance()).run();
    } catch (ReflectiveOperationException e) {
      throw new IOException(e);
    }
  }

  /** Runs in an isolated loader. */
  static final class Deregistration implements Runnable {
    @Override
    public void run() {
      DriverManager.drivers()
          .filter(driver -> driver.getClass().getClassLoader() == getClass().getClassLoader())
          .forEach(Deregistration::deregister);
    }

    private static void deregister(Driver driver) {
      try {
        DriverManager.deregisterDriver(driver);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
