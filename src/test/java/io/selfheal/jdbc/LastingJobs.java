package io.selfheal.jdbc;

import static io.selfheal.jdbc.BulkJobs.CSV;
import static io.selfheal.jdbc.Job.ROWS;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Work with autocommit whose effects outlive the session: each statement is in doubt by itself. */
final class LastingJobs {

  private LastingJobs() {}

  static List<EveryPoint> all(Path folder) throws Exception {
    var file = Files.writeString(folder.resolve("lasting.csv"), ROWS);
    return List.of(
        EveryPoint.healed(Job.of("writes", LastingJobs::writes)),
        EveryPoint.healed(Job.of("DDL", LastingJobs::ddl)),
        EveryPoint.healed(Job.of("queries and context", LastingJobs::queries)),
        EveryPoint.healed(
            Job.of("permanent stage", tape -> permanentStage(tape, file))
                .with("CREATE OR REPLACE STAGE store")),
        EveryPoint.healed(
            Job.of("uploadStream to a permanent stage", LastingJobs::upload)
                .with("CREATE OR REPLACE STAGE store")),
        EveryPoint.healed(Job.of("array batches, lasting", LastingJobs::arrayBatches)),
        EveryPoint.healed(Job.of("text batch, lasting", LastingJobs::textBatch)));
  }

  private static void writes(Tape tape) throws Exception {
    tape.update("INSERT INTO target SELECT id + 10, n FROM target");
    tape.update("UPDATE target SET n = n + 1");
    tape.update("INSERT INTO target VALUES (5, 50)");
    // The same text once more: the first one's row must not be taken for this one's.
    tape.update("INSERT INTO target VALUES (5, 50)");
    tape.execute("DELETE FROM target WHERE id = 2");
    tape.query("INSERT INTO target VALUES (6, 60), (7, 70)");
    tape.prepared("INSERT INTO target VALUES (?, ?)", 8, 80);
    tape.prepared("UPDATE target SET n = n * ? WHERE id > ?", 2, 6);
    tape.update(
        "MERGE INTO target t USING (SELECT 1 AS id, 5 AS n UNION ALL SELECT 9, 90) s ON t.id = s.id"
            + " WHEN MATCHED THEN UPDATE SET n = t.n + s.n"
            + " WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n)");
    tape.update("INSERT INTO target SELECT COUNT(*), SUM(n) FROM target");
  }

  private static void ddl(Tape tape) throws Exception {
    tape.update("CREATE TABLE made AS SELECT id, n FROM target");
    tape.update("ALTER TABLE made ADD COLUMN more INT");
    tape.update("INSERT INTO made VALUES (4, 40, 400)");
    tape.update("CREATE TABLE copy CLONE made");
    tape.update("ALTER TABLE copy RENAME TO moved");
    tape.update("CREATE OR REPLACE TABLE made AS SELECT COUNT(*) AS c FROM moved");
    tape.update("TRUNCATE TABLE target");
    tape.update("CREATE TABLE IF NOT EXISTS made (id INT)");
    tape.update("CREATE VIEW seen AS SELECT id FROM moved");
    tape.query("SELECT id FROM seen ORDER BY 1");
    tape.update("CREATE SCHEMA aside");
    // Which is current now.
    tape.update("CREATE TABLE here (id INT)", "INSERT INTO here VALUES (1)");
    tape.update("USE SCHEMA public", "DROP VIEW seen", "DROP TABLE made");
    tape.update("DROP SCHEMA aside");
  }

  private static void queries(Tape tape) throws Exception {
    tape.query("SELECT id, n FROM target ORDER BY 1");
    tape.update("SET base = 10");
    tape.update("ALTER SESSION SET TIMEZONE = 'UTC'");
    tape.query("SELECT n - $base FROM target ORDER BY 1");
    tape.step(() -> tape.connection.isValid(20));
    try (var kept = tape.connection.prepareStatement("SELECT n FROM target WHERE id = ?")) {
      tape.execute(kept, 1);
      tape.step(() -> kept.getParameterMetaData().getParameterCount());
      tape.update("CREATE SCHEMA IF NOT EXISTS demo.aside");
      tape.step(
          () -> {
            tape.connection.setSchema("PUBLIC");
            return tape.connection.getSchema();
          });
      tape.execute(kept, 2);
    }
    tape.step(
        () -> {
          try (var found = tape.connection.getMetaData().getTables("DEMO", "PUBLIC", "T%", null)) {
            found.next();
            return found.getString("TABLE_NAME");
          }
        });
    tape.query("SELECT CURRENT_SCHEMA(), CURRENT_DATABASE()");
    tape.update("UNSET base", "DROP SCHEMA demo.aside");
  }

  private static void permanentStage(Tape tape, Path file) throws Exception {
    tape.execute("PUT 'file://" + file + "' @store AUTO_COMPRESS = FALSE");
    tape.query("SELECT $1, $2 FROM @store ORDER BY 1");
    tape.query("COPY INTO target FROM @store/lasting.csv" + CSV);
    // It is known to be loaded.
    tape.query("COPY INTO target FROM @store/lasting.csv" + CSV);
    tape.query("COPY INTO @store/out FROM target" + CSV);
    tape.update("COPY INTO target FROM @store/out" + CSV + " PURGE = TRUE");
    tape.execute("PUT 'file://" + file + "' @store/more AUTO_COMPRESS = FALSE");
    tape.query("REMOVE @store/lasting.csv");
  }

  private static void upload(Tape tape) throws Exception {
    tape.upload("@store", "a.csv", ROWS);
    tape.update("COPY INTO target FROM @store" + CSV);
    tape.upload("@store", "b.csv", "4,40\n");
    tape.update("COPY INTO target FROM @store" + CSV);
  }

  private static void arrayBatches(Tape tape) throws Exception {
    try (var insert = tape.connection.prepareStatement("INSERT INTO target VALUES (?, ?)")) {
      for (int round = 0; round < 3; round++) {
        tape.batch(insert, new Object[] {3, round}, new Object[] {4, 4}, new Object[] {5, 5});
      }
    }
    tape.query("SELECT COUNT(*), SUM(n) FROM target");
  }

  private static void textBatch(Tape tape) throws Exception {
    tape.batch(
        "UPDATE target SET n = n * 2 WHERE id = 1",
        "INSERT INTO target SELECT id + 10, n FROM target",
        "INSERT INTO target VALUES (3, 30)",
        "INSERT INTO target VALUES (3, 30)",
        "DELETE FROM target WHERE id = 2");
    tape.query("SELECT COUNT(*), SUM(n) FROM target");
  }
}
