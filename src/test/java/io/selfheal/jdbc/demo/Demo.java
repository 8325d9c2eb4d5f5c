package io.selfheal.jdbc.demo;

import static io.selfheal.jdbc.testkit.StatementMatch.where;

import io.selfheal.jdbc.SelfHealingConnection;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import io.selfheal.jdbc.testkit.StatementRecord;
import io.selfheal.jdbc.testkit.StatementRecord.Outcome;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * The main job, to be watched: a Snowflake session expires under a program, first on the plain
 * driver, then on ours. Everything here goes through the real snowflake-jdbc to an emulator on
 * 127.0.0.1. Ends with a status other than zero if anything did not happen as told.
 */
public final class Demo {

  private final SnowflakeEmulator emulator;
  private final Story story = new Story(System.out);

  private Demo(SnowflakeEmulator emulator) {
    this.emulator = emulator;
  }

  public static void main(String[] arguments) throws Exception {
    Story.quietLogs();
    boolean asTold;
    try (var emulator = SnowflakeEmulator.start()) {
      asTold = new Demo(emulator).run();
    }
    System.exit(asTold ? 0 : 1);
  }

  private boolean run() throws Exception {
    try (var connection = DriverManager.getConnection(emulator.url())) {
      story.title(
          "selfheal-jdbc over snowflake-jdbc %s, against a Snowflake emulator on 127.0.0.1:%d",
          connection.getMetaData().getDriverVersion(), emulator.port());
    }
    story.line("program  create a table, book three payments, read the balance");
    story.line("fault    the session's token expires before the second payment");
    plainDriver();
    selfHealingDriver();
    eightThreads();
    openObjects();
    secondExpiry();
    new NightlyBatch(emulator, story).play();
    new LostAnswers(emulator, story).play();
    return story.end();
  }

  private void plainDriver() throws SQLException {
    story.act("1", "the plain driver            jdbc:snowflake:");
    var before = Seen.of(emulator);
    expireBefore("INSERT INTO plain VALUES (2,");
    try (var connection = DriverManager.getConnection(emulator.url())) {
      program(connection, "plain");
      story.check(false, "the program should have failed");
    } catch (SQLException e) {
      story.check(e.getErrorCode() == 390114, "fails: %d %s", e.getErrorCode(), firstSentence(e));
    }
    story.check(emulator.table("plain").size() == 1, "1 of 3 payments booked, the program is dead");
    story.server(before.since(emulator));
  }

  private void selfHealingDriver() throws SQLException {
    story.act("2", "the same program, same fault  jdbc:selfheal:snowflake:");
    var before = Seen.of(emulator);
    expireBefore("INSERT INTO healed VALUES (2,");
    try (var connection = DriverManager.getConnection(emulator.healingUrl())) {
      var balance = program(connection, "healed");
      story.check(balance == 60, "goes on: 3 of 3 payments booked, balance %d", balance);
      story.check(
          generation(connection) == 1,
          "one new session took over (generation 0 -> %d)",
          generation(connection));
    }
    story.check(
        emulator.runs("INSERT INTO healed VALUES (2,") == 1,
        "the payment that met the dead session ran once");
    story.server(before.since(emulator));
  }

  private void eightThreads() throws Exception {
    story.act("3", "eight threads meet one dead session");
    try (var connection = DriverManager.getConnection(emulator.healingUrl())) {
      var before = Seen.of(emulator);
      emulator.faults().expireAllSessions();
      var barrier = new CyclicBarrier(8);
      List<Callable<String>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tasks.add(
            () -> {
              barrier.await();
              return one(connection, "SELECT CURRENT_SESSION()");
            });
      }
      var threads = Executors.newFixedThreadPool(8);
      List<String> sessions = new ArrayList<>();
      for (var answer : threads.invokeAll(tasks)) {
        sessions.add(answer.get());
      }
      threads.shutdown();
      story.check(sessions.size() == 8, "8 threads got their answer");
      story.check(sessions.stream().distinct().count() == 1, "all from the same new session");
      var seen = before.since(emulator);
      story.check(seen.logins() == 1, "the server saw %d login for the eight", seen.logins());
    }
  }

  private void openObjects() throws SQLException {
    story.act("4", "what the program held in its hands");
    try (var connection = DriverManager.getConnection(emulator.healingUrl());
        var insert = connection.prepareStatement("INSERT INTO healed VALUES (?, ?)");
        var select = connection.createStatement();
        var rows = select.executeQuery("SELECT amount FROM healed ORDER BY id")) {
      insert.setInt(1, 4);
      insert.setInt(2, 40);
      rows.next();
      emulator.faults().expireAllSessions();
      story.check(
          insert.executeUpdate() == 1,
          "a prepared statement kept its values and ran on the new session");
      int read = 1;
      while (rows.next()) {
        read++;
      }
      story.check(
          read == 3, "a result set opened before the expiry was read to its end (%d rows)", read);
      story.check(
          insert.getConnection() == connection,
          "ps.getConnection() is still the program's connection");
    }
  }

  private void secondExpiry() throws SQLException {
    story.act("5", "a second expiry in the same call is not hidden");
    var query = "SELECT MAX(amount) FROM healed";
    emulator.faults().expireBefore(where(query::equals).times(2));
    try (var connection = DriverManager.getConnection(emulator.healingUrl())) {
      try {
        one(connection, query);
        story.check(false, "the call should have failed");
      } catch (SQLException e) {
        story.check(
            e.getErrorCode() == 390114 && e.getClass().getName().startsWith("net.snowflake."),
            "the physical driver's own %d reaches the program, after one retry",
            e.getErrorCode());
      }
      story.check(
          one(connection, query).equals("40"),
          "the next call works again (generation %d)",
          generation(connection));
    }
  }

  /** What an application would do, with no line about sessions in it. */
  private static int program(Connection connection, String table) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE " + table + " (id INT, amount INT)");
      for (int i = 1; i <= 3; i++) {
        statement.executeUpdate("INSERT INTO " + table + " VALUES (" + i + ", " + 10 * i + ")");
      }
      try (var rows = statement.executeQuery("SELECT SUM(amount) FROM " + table)) {
        rows.next();
        return rows.getInt(1);
      }
    }
  }

  private void expireBefore(String start) {
    emulator.faults().expireBefore(where(sql -> sql.startsWith(start)));
  }

  private static String one(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static long generation(Connection connection) throws SQLException {
    return connection.unwrap(SelfHealingConnection.class).generation();
  }

  private static String firstSentence(SQLException e) {
    var message = String.valueOf(e.getMessage());
    int end = message.indexOf('.');
    return end < 0 ? message : message.substring(0, end + 1);
  }

  /** What the server counted up to a moment. */
  record Seen(int logins, long ran, long lookUps, long refused) {

    static Seen of(SnowflakeEmulator emulator) {
      return new Seen(
          emulator.logins(),
          count(emulator, one -> one.outcome() == Outcome.RAN && !isLookUp(one)),
          count(emulator, one -> one.outcome() == Outcome.RAN && isLookUp(one)),
          count(emulator, one -> one.outcome() == Outcome.REFUSED_EXPIRED));
    }

    Seen since(SnowflakeEmulator emulator) {
      var now = of(emulator);
      return new Seen(
          now.logins - logins, now.ran - ran, now.lookUps - lookUps, now.refused - refused);
    }

    /** Our own question to the query history: did that write run? */
    private static boolean isLookUp(StatementRecord one) {
      return one.sql().contains("QUERY_HISTORY_BY_SESSION");
    }

    private static long count(SnowflakeEmulator emulator, Predicate<StatementRecord> which) {
      return emulator.log().stream().filter(which).count();
    }
  }
}
