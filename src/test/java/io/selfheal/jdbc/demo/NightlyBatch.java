package io.selfheal.jdbc.demo;

import static io.selfheal.jdbc.testkit.StatementMatch.where;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import io.selfheal.jdbc.testkit.StatementRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * A batch whose staging table and upload live in the session that dies: "reconnect and retry" meets
 * a permanent table of the same name and goes wrong without a word; a rebuilt session does not.
 */
final class NightlyBatch {

  private static final String MERGE =
      "MERGE INTO prices p USING staging s ON p.id = s.id"
          + " WHEN MATCHED THEN UPDATE SET price = s.price"
          + " WHEN NOT MATCHED THEN INSERT (id, price) VALUES (s.id, s.price)";

  private static final List<List<String>> RIGHT =
      List.of(List.of("1", "11"), List.of("2", "22"), List.of("3", "33"));

  private final SnowflakeEmulator emulator;
  private final Story story;

  NightlyBatch(SnowflakeEmulator emulator, Story story) {
    this.emulator = emulator;
    this.story = story;
  }

  void play() throws SQLException, IOException {
    story.act("6", "the nightly batch: a staging table, an upload, a MERGE");
    story.line("program  CREATE TEMPORARY TABLE staging, PUT prices.csv, COPY, MERGE INTO prices");
    story.line(
        "fault    the session expires before the MERGE: table, file and rows are gone with it");
    story.line("trap     a permanent table is called staging too; it holds last year's prices");
    var file = Files.createTempFile("prices", ".csv");
    try {
      Files.writeString(file, "2,22\n3,33\n");
      reconnectAndRetry(file);
      selfHealing(file);
    } finally {
      Files.delete(file);
    }
  }

  private void reconnectAndRetry(Path file) throws SQLException {
    prepare();
    try (var first = DriverManager.getConnection(emulator.url())) {
      try {
        batch(first, file);
        story.check(false, "the batch should have failed");
      } catch (SQLException e) {
        story.check(e.getErrorCode() == 390114, "plain driver: %d at the MERGE", e.getErrorCode());
      }
    }
    try (var second = DriverManager.getConnection(emulator.url());
        var statement = second.createStatement()) {
      int rows = statement.executeUpdate(MERGE);
      story.check(
          rows == 1 && !emulator.table("prices").equals(RIGHT),
          "\"reconnect and retry\": no error, and the prices are last year's now: %s",
          emulator.table("prices"));
    }
  }

  private void selfHealing(Path file) throws SQLException {
    prepare();
    var before = Demo.Seen.of(emulator);
    int log = emulator.log().size();
    try (var connection = DriverManager.getConnection(emulator.healingUrl())) {
      int rows = batch(connection, file);
      story.check(rows == 2, "jdbc:selfheal: the same program goes on, %d rows merged", rows);
    }
    var ran = emulator.log().subList(log, emulator.log().size());
    story.check(
        ran(ran, "CREATE TEMPORARY TABLE") == 2 && ran(ran, "PUT") == 2 && ran(ran, "COPY") == 2,
        "rebuilt on the new session, in order: the table, the file on its stage, its rows");
    story.check(ran(ran, "MERGE") == 1, "then the MERGE, which ran once");
    story.check(
        emulator.table("prices").equals(RIGHT),
        "the prices are right: %s",
        emulator.table("prices"));
    story.check(
        emulator.table("staging").equals(List.of(List.of("2", "2"))),
        "the permanent table behind the name was not touched");
    story.server(before.since(emulator));
  }

  private void prepare() throws SQLException {
    try (var connection = DriverManager.getConnection(emulator.url());
        var statement = connection.createStatement()) {
      statement.execute("CREATE OR REPLACE TABLE prices AS SELECT 1 AS id, 11 AS price");
      statement.execute("INSERT INTO prices VALUES (2, 20)");
      statement.execute("CREATE OR REPLACE TABLE staging AS SELECT 2 AS id, 2 AS price");
    }
    emulator.faults().expireBefore(where(MERGE::equals));
  }

  private static int batch(Connection connection, Path file) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("CREATE TEMPORARY TABLE staging (id INT, price INT)");
      statement.execute("PUT 'file://" + file + "' @%staging");
      statement.execute("COPY INTO staging FILE_FORMAT = (TYPE = CSV) PURGE = TRUE");
      int rows = statement.executeUpdate(MERGE);
      statement.execute("DROP TABLE staging");
      return rows;
    }
  }

  private static long ran(List<StatementRecord> log, String start) {
    return log.stream()
        .filter(one -> one.outcome() == StatementRecord.Outcome.RAN)
        .filter(one -> one.sql().regionMatches(true, 0, start, 0, start.length()))
        .count();
  }
}
