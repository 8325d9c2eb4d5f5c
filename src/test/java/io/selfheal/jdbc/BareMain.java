package io.selfheal.jdbc;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A heal in a process whose run-time image may lack what is optional; prints what it came to. */
final class BareMain {

  private BareMain() {}

  public static void main(String[] args) throws SQLException {
    var layer = ModuleLayer.boot();
    var dead = new SQLException("Authentication token has expired.", "XX000", 390114);
    try (var connection = SelfHealing.wrap(connection(dead), () -> connection(null));
        var statement = connection.createStatement()) {
      System.out.println(
          (statement.executeUpdate("USE WAREHOUSE w") + " on generation ")
              + connection.getClientInfo("selfheal.generation")
              + (layer.findModule("jdk.jfr").isPresent() ? ", jdk.jfr" : "")
              + (layer.findModule("java.management").isPresent() ? ", java.management" : ""));
    }
  }

  /** As little of a driver as will do. */
  private static Connection connection(SQLException error) {
    return stub(
        Connection.class,
        (name) ->
            switch (name) {
              case "createStatement" -> stub(Statement.class, (method) -> answer(method, error));
              case "getAutoCommit" -> true;
              default -> answer(name, null);
            });
  }

  private static Object answer(String method, SQLException error) throws SQLException {
    if (method.startsWith("execute")) {
      if (error != null) {
        throw error;
      }
      return 7;
    }
    return method.startsWith("is") ? Boolean.FALSE : null;
  }

  private interface Answers {
    Object to(String method) throws SQLException;
  }

  private static <T> T stub(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            BareMain.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answers.to(method.getName())));
  }
}
