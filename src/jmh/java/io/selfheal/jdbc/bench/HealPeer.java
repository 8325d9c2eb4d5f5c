package io.selfheal.jdbc.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * How a call is brought past the end of its session. Each has one connection, which it keeps for as
 * long as it can.
 */
abstract class HealPeer {

  private static final int EXPIRED = 390114;

  final String title;
  final SnowflakeEmulator emulator;
  final HealKind kind;

  /** The one that it uses now. */
  Connection connection;

  private HealPeer(String title, SnowflakeEmulator emulator, HealKind kind) {
    this.title = title;
    this.emulator = emulator;
    this.kind = kind;
  }

  /** Sees to a living session that holds what it should. */
  abstract void prepare() throws SQLException;

  /** Ends that session, and no other. */
  void expire() throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT CURRENT_SESSION()")) {
      rows.next();
      emulator.faults().expireSession(rows.getLong(1));
    }
  }

  /** The call, whose session is dead; what the application gets. */
  abstract String call() throws SQLException;

  abstract void close() throws SQLException;

  /** What nobody can do without, each part by itself: see {@link ByHand#parts}. */
  static final class ByHand extends HealPeer {

    /** Nanoseconds of the last call: refused, login, statements, the call again. */
    final long[] parts = new long[4];

    ByHand(SnowflakeEmulator emulator, HealKind kind) {
      super("by hand", emulator, kind);
    }

    @Override
    void prepare() throws SQLException {
      connection = DriverManager.getConnection(emulator.url());
      kind.work(connection);
    }

    @Override
    String call() throws SQLException {
      long start = System.nanoTime();
      try {
        return kind.call(connection);
      } catch (SQLException e) {
        only(EXPIRED, e);
      }
      long refused = System.nanoTime();
      var schema = kind.schema.isEmpty() ? "PUBLIC" : kind.schema;
      var fresh =
          DriverManager.getConnection(emulator.url().replace("schema=PUBLIC", "schema=" + schema));
      long login = System.nanoTime();
      kind.byHand(fresh);
      long statements = System.nanoTime();
      var answer = kind.call(fresh);
      long end = System.nanoTime();
      parts[0] = refused - start;
      parts[1] = login - refused;
      parts[2] = statements - login;
      parts[3] = end - statements;
      connection.close();
      connection = fresh;
      return answer;
    }

    @Override
    void close() throws SQLException {
      connection.close();
    }
  }

  /** Nothing in the application: the call just returns. */
  static final class SelfHeal extends HealPeer {
    SelfHeal(SnowflakeEmulator emulator, HealKind kind) throws SQLException {
      super("selfheal-jdbc", emulator, kind);
      connection = DriverManager.getConnection(emulator.healingUrl("selfheal.maxHealsPerMinute=0"));
      kind.work(connection);
    }

    @Override
    void prepare() throws SQLException {
      kind.call(connection);
    }

    @Override
    String call() throws SQLException {
      return kind.call(connection);
    }

    @Override
    void close() throws SQLException {
      connection.close();
    }
  }

  /** The application catches the error, evicts the connection, borrows another, and repeats. */
  static final class Hikari extends HealPeer {
    private final HikariDataSource pool = new HikariDataSource();

    Hikari(SnowflakeEmulator emulator, HealKind kind) {
      super("HikariCP, evict and borrow again", emulator, kind);
      pool.setJdbcUrl(emulator.url());
      pool.setMaximumPoolSize(1);
    }

    @Override
    void prepare() throws SQLException {
      if (connection != null) {
        pool.evictConnection(connection);
        connection.close();
      }
      connection = pool.getConnection();
      kind.work(connection);
    }

    @Override
    String call() throws SQLException {
      try {
        return kind.call(connection);
      } catch (SQLException e) {
        only(EXPIRED, e);
        pool.evictConnection(connection);
        connection.close();
        connection = pool.getConnection();
        return kind.call(connection);
      }
    }

    @Override
    void close() throws SQLException {
      connection.close();
      pool.close();
    }
  }

  /** The application catches the error, logs in anew, and repeats. */
  static final class Retry extends HealPeer {
    Retry(SnowflakeEmulator emulator, HealKind kind) {
      super("plain retry wrapper", emulator, kind);
    }

    @Override
    void prepare() throws SQLException {
      if (connection != null) {
        connection.close();
      }
      connection = DriverManager.getConnection(emulator.url());
      kind.work(connection);
    }

    @Override
    String call() throws SQLException {
      try {
        return kind.call(connection);
      } catch (SQLException e) {
        only(EXPIRED, e);
        connection.close();
        connection = DriverManager.getConnection(emulator.url());
        return kind.call(connection);
      }
    }

    @Override
    void close() throws SQLException {
      connection.close();
    }
  }

  private static void only(int code, SQLException e) throws SQLException {
    if (e.getErrorCode() != code) {
      throw e;
    }
  }
}
