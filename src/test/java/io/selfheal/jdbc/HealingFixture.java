package io.selfheal.jdbc;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import io.selfheal.jdbc.testkit.StatementMatch;
import io.selfheal.jdbc.testkit.StatementRecord;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An emulator, and a healing connection to it through the real snowflake-jdbc. */
abstract class HealingFixture {

  SnowflakeEmulator emulator;
  Connection connection;

  @BeforeEach
  void connect() throws SQLException {
    emulator = SnowflakeEmulator.start();
    connection = DriverManager.getConnection(emulator.healingUrl());
  }

  @AfterEach
  void disconnect() throws SQLException {
    emulator.faults().clear();
    connection.close();
    emulator.close();
  }

  int update(String sql) throws SQLException {
    return update(connection, sql);
  }

  static int update(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  /** Something whose effects on the session nobody can tell, so that its loss has to be told. */
  void taint() throws SQLException {
    taint(connection);
  }

  static void taint(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("EXECUTE IMMEDIATE 'SELECT 1'");
      // Otherwise the next text could be one that it has run.
      statement.execute("SELECT 1");
    }
  }

  /** The first column of all rows, as text. */
  List<String> query(String sql) throws SQLException {
    return query(connection, sql);
  }

  static List<String> query(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  /** A connection with further settings; the fixture's own is closed. */
  void reconnect(String settings) throws SQLException {
    connection.close();
    connection = DriverManager.getConnection(emulator.healingUrl(settings));
  }

  /** What an execution of that text came to, per request that really ran. */
  long ran(String sql) {
    return emulator.log().stream()
        .filter(one -> one.sql().equals(sql) && one.outcome() == StatementRecord.Outcome.RAN)
        .count();
  }

  /** How often that text was sent. */
  long sent(String sql) {
    return emulator.log().stream()
        .filter(one -> one.sql().equals(sql) && one.outcome() != StatementRecord.Outcome.DESCRIBED)
        .count();
  }

  static StatementMatch text(String sql) {
    return StatementMatch.where(sql::equals);
  }

  /** Runs on a thread of its own. */
  static <T> CompletableFuture<T> async(Callable<T> call) {
    var result = new CompletableFuture<T>();
    var thread =
        new Thread(
            () -> {
              try {
                result.complete(call.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "test-caller");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  /** The result, or the error itself that the call ended in. */
  static Object end(CompletableFuture<?> future) throws Exception {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  static final Duration SOON = Duration.ofSeconds(10);

  long generation() throws SQLException {
    return connection.unwrap(SelfHealingConnection.class).generation();
  }
}
