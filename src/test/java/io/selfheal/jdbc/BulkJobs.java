package io.selfheal.jdbc;

import static io.selfheal.jdbc.Job.MERGE;
import static io.selfheal.jdbc.Job.ROWS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A temporary staging table, filled in each of the ways there are, and merged from. */
final class BulkJobs {

  static final String STAGING = "CREATE TEMPORARY TABLE staging (id INT, n INT)";
  static final String ALL = "SELECT id, n FROM staging ORDER BY 1, 2";
  static final String CSV = " FILE_FORMAT = (TYPE = CSV)";

  private BulkJobs() {}

  static List<Job> all(Path folder) throws IOException {
    var rows = Files.writeString(folder.resolve("rows.csv"), ROWS);
    var more = Files.writeString(folder.resolve("more.csv"), "4,40\n");
    return List.of(
        Job.of("PUT to a temp stage, purge", tape -> putAndPurge(tape, rows)),
        Job.of("PUT to the table's stage", tape -> putToTableStage(tape, rows)),
        Job.of("two files, one by one", tape -> twoFiles(tape, rows, more)),
        Job.of("uploadStream to a temp stage", BulkJobs::upload),
        Job.of("uploadStream to the table's stage, purge", BulkJobs::uploadToTableStage),
        Job.of("prepared batches", BulkJobs::batches),
        Job.of("text batch", BulkJobs::texts),
        Job.of("one cursor for everything", tape -> oneCursor(tape, rows)));
  }

  private static void putAndPurge(Tape tape, Path file) throws Exception {
    tape.update("CREATE TEMPORARY STAGE box", STAGING);
    tape.execute("PUT 'file://" + file + "' @box");
    tape.query("COPY INTO staging FROM @box" + CSV + " PURGE = TRUE");
    tape.query("LIST @box");
    tape.query(ALL);
    tape.update(MERGE, "DROP TABLE staging", "DROP STAGE box");
  }

  private static void putToTableStage(Tape tape, Path file) throws Exception {
    tape.update(STAGING);
    tape.query("PUT 'file://" + file + "' @%staging/in AUTO_COMPRESS = FALSE");
    tape.update("COPY INTO staging FROM @%staging/in" + CSV);
    // The same files again: they are known to be loaded.
    tape.query("COPY INTO staging FROM @%staging/in" + CSV);
    tape.update(MERGE, "DROP TABLE staging");
  }

  private static void twoFiles(Tape tape, Path first, Path second) throws Exception {
    tape.update("CREATE TEMP STAGE box" + CSV, STAGING);
    tape.execute("PUT file://" + first + " @box");
    tape.execute("COPY INTO staging FROM @box PURGE = TRUE");
    tape.update("UPDATE staging SET n = n + 1 WHERE id = 1");
    tape.execute("PUT file://" + second + " @box");
    tape.execute("COPY INTO staging FROM @box PURGE = TRUE");
    tape.update("DELETE FROM staging WHERE id = 3", MERGE, "TRUNCATE TABLE staging", MERGE);
  }

  private static void upload(Tape tape) throws Exception {
    tape.update("CREATE OR REPLACE TEMPORARY STAGE box", STAGING);
    tape.upload("@box", "rows.csv", ROWS);
    tape.query("COPY INTO staging FROM @box" + CSV);
    tape.query("REMOVE @box");
    tape.query(ALL);
    tape.update(MERGE, "DROP TABLE IF EXISTS staging");
  }

  private static void uploadToTableStage(Tape tape) throws Exception {
    tape.update(STAGING);
    tape.upload("@%staging", "rows.csv", ROWS);
    tape.query("COPY INTO staging" + CSV + " PURGE = TRUE");
    tape.update(MERGE, "DROP TABLE staging");
  }

  private static void batches(Tape tape) throws Exception {
    tape.update(STAGING);
    try (var insert = tape.connection.prepareStatement("INSERT INTO staging VALUES (?, ?)")) {
      tape.batch(insert, new Object[] {1, 5}, new Object[] {3, 30});
      tape.batch(insert, new Object[] {4, 40}, new Object[] {4, 41});
    }
    tape.query(ALL);
    tape.update("DELETE FROM staging WHERE n = 41", MERGE, "DROP TABLE staging");
  }

  private static void texts(Tape tape) throws Exception {
    tape.batch(
        STAGING,
        "INSERT INTO staging VALUES (1, 5)",
        "INSERT INTO staging VALUES (3, 29)",
        "UPDATE staging SET n = n + 1 WHERE id = 3",
        MERGE,
        "DROP TABLE staging");
  }

  /**
   * The flow that this project grew out of: everything goes through objects that were opened at the
   * start, so that they have to follow to the new session too.
   */
  private static void oneCursor(Tape tape, Path file) throws Exception {
    try (var cursor = tape.connection.createStatement();
        var insert = tape.connection.prepareStatement("INSERT INTO staging SELECT ?, ?")) {
      tape.execute(cursor, "CREATE OR REPLACE TEMPORARY TABLE staging (id INT, n INT)");
      tape.execute(cursor, "PUT 'file://" + file + "' @%staging OVERWRITE = TRUE");
      tape.execute(cursor, "COPY INTO staging" + CSV + " PURGE = TRUE");
      tape.execute(insert, 4, 40);
      tape.execute(insert, 5, 40);
      tape.execute(cursor, MERGE);
      tape.execute(cursor, "SELECT COUNT(*), SUM(n) FROM staging");
      tape.execute(cursor, "DROP TABLE staging");
    }
  }
}
