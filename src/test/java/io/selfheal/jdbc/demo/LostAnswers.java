package io.selfheal.jdbc.demo;

import static io.selfheal.jdbc.testkit.StatementMatch.where;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * An INSERT and a COMMIT that ran although the driver says that the session has expired: "reconnect
 * and retry" does both again; a driver that looks them up does not.
 */
final class LostAnswers {

  private static final String INSERT = "INSERT INTO payments VALUES (7, 50)";

  private final SnowflakeEmulator emulator;
  private final Story story;

  LostAnswers(SnowflakeEmulator emulator, Story story) {
    this.emulator = emulator;
    this.story = story;
  }

  /** A piece of work that an application does again as a whole when it failed. */
  private interface Work {
    void on(Connection connection) throws SQLException;
  }

  void play() throws SQLException {
    story.act("7", "the last act: an INSERT and a COMMIT in doubt");
    story.line(
        "program  book payment 7 of 50; move 30 from account 1 to account 2, in a transaction");
    story.line("fault    INSERT and COMMIT run to their end, but their answer is 390114");
    reconnectAndRetry();
    selfHealing();
  }

  private void reconnectAndRetry() throws SQLException {
    prepare();
    doAgainAfterFailing("INSERT", LostAnswers::book);
    doAgainAfterFailing("COMMIT", LostAnswers::transfer);
    story.check(
        emulator.table("payments").equals(List.of(List.of("7", "50"), List.of("7", "50"))),
        "\"reconnect and retry\": no error, and payment 7 is booked twice");
    story.check(
        emulator.table("accounts").equals(List.of(List.of("1", "40"), List.of("2", "60"))),
        "\"reconnect and retry\": no error, and 60 were moved instead of 30");
  }

  private void doAgainAfterFailing(String where, Work work) throws SQLException {
    try (var first = DriverManager.getConnection(emulator.url())) {
      work.on(first);
      story.check(false, "the work should have failed");
    } catch (SQLException e) {
      story.check(
          e.getErrorCode() == 390114, "plain driver: %d at the %s", e.getErrorCode(), where);
    }
    try (var second = DriverManager.getConnection(emulator.url())) {
      work.on(second);
    }
  }

  private void selfHealing() throws SQLException {
    prepare();
    var before = Demo.Seen.of(emulator);
    try (var connection = DriverManager.getConnection(emulator.healingUrl())) {
      book(connection);
      transfer(connection);
      story.check(true, "jdbc:selfheal: the same program ends without an error");
      story.check(
          emulator.table("payments").equals(List.of(List.of("7", "50"))),
          "the INSERT was found in the old session's history: payment 7 is booked once");
      story.check(
          emulator.table("accounts").equals(List.of(List.of("1", "70"), List.of("2", "30"))),
          "the old transaction was found committed, and not run again: 30 were moved");
      story.check(
          !connection.getAutoCommit(),
          "the connection is as it was, ready for the next transaction");
    }
    story.server(before.since(emulator));
  }

  private void prepare() throws SQLException {
    try (var connection = DriverManager.getConnection(emulator.url());
        var statement = connection.createStatement()) {
      statement.execute("CREATE OR REPLACE TABLE payments (id INT, amount INT)");
      statement.execute("CREATE OR REPLACE TABLE accounts (id INT, balance INT)");
      statement.execute("INSERT INTO accounts VALUES (1, 100), (2, 0)");
    }
    emulator.faults().expireWhilePolling(where(INSERT::equals));
    emulator.faults().loseAnswerAndExpire(where("commit"::equalsIgnoreCase));
  }

  private static void book(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.executeUpdate(INSERT);
    }
  }

  private static void transfer(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE accounts SET balance = balance - 30 WHERE id = 1");
      statement.executeUpdate("UPDATE accounts SET balance = balance + 30 WHERE id = 2");
    }
    connection.commit();
  }
}
