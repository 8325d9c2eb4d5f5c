package io.selfheal.jdbc;

import static io.selfheal.jdbc.BulkJobs.CSV;
import static io.selfheal.jdbc.Job.MERGE;
import static io.selfheal.jdbc.Job.ROWS;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Transactions by JDBC and by text, and all the ways in which they end. */
final class TransactionJobs {

  private TransactionJobs() {}

  static List<EveryPoint> all(Path folder) throws Exception {
    var file = Files.writeString(folder.resolve("transaction.csv"), ROWS);
    return List.of(
        EveryPoint.healed(Job.of("JDBC transactions", TransactionJobs::jdbc)),
        EveryPoint.healed(Job.of("a read decides", TransactionJobs::readDecides)),
        EveryPoint.healed(Job.of("implicit commits", TransactionJobs::implicitCommits)),
        EveryPoint.healed(Job.of("batches in a transaction", TransactionJobs::batches)),
        EveryPoint.healed(
            Job.of("text transactions and a temp table", TransactionJobs::texts).shadowed()),
        EveryPoint.healed(Job.of("temp tables made in a transaction", TransactionJobs::tempTables)),
        EveryPoint.healed(
            Job.of("COPY and MERGE in a transaction", tape -> loads(tape, file)).shadowed()));
  }

  private static void jdbc(Tape tape) throws Exception {
    tape.autoCommit(false);
    tape.query("SELECT n FROM target ORDER BY 1");
    tape.update("UPDATE target SET n = n - 5 WHERE id = 1");
    tape.update("UPDATE target SET n = n + 5 WHERE id = 2");
    tape.commit();
    tape.update("DELETE FROM target", "INSERT INTO target VALUES (9, 9)");
    tape.query("SELECT COUNT(*) FROM target");
    tape.rollback();
    tape.commit();
    tape.update("INSERT INTO target VALUES (3, 30)");
    // Which commits.
    tape.autoCommit(true);
    tape.update("INSERT INTO target VALUES (4, 40)");
    tape.query("SELECT SUM(n) FROM target");
  }

  private static void readDecides(Tape tape) throws Exception {
    tape.autoCommit(false);
    tape.update("INSERT INTO target VALUES (3, 30)");
    int sum = Integer.parseInt(tape.query("SELECT SUM(n) FROM target").get(0));
    if (sum > 50) {
      tape.prepared("UPDATE target SET n = n + ? WHERE id = 1", sum);
    } else {
      tape.update("DELETE FROM target");
    }
    tape.commit();
    if (tape.query("SELECT id FROM target WHERE n > 50").isEmpty()) {
      tape.rollback();
    } else {
      tape.update("INSERT INTO target SELECT 4, MAX(n) FROM target");
      tape.rollback();
    }
    tape.query("SELECT id, n FROM target ORDER BY 1");
    tape.commit();
  }

  private static void implicitCommits(Tape tape) throws Exception {
    tape.autoCommit(false);
    tape.update("INSERT INTO target VALUES (3, 30)");
    tape.update("CREATE TABLE made (id INT)");
    tape.update("INSERT INTO made VALUES (1)");
    tape.rollback();
    tape.query("SELECT COUNT(*) FROM made");
    tape.update("INSERT INTO made VALUES (2)");
    tape.update("ALTER SESSION SET AUTOCOMMIT = TRUE");
    tape.update("BEGIN", "UPDATE target SET n = n + 1", "DROP TABLE made", "ROLLBACK");
    tape.update("START TRANSACTION", "UPDATE target SET n = n + 1", "ROLLBACK WORK");
    tape.query("SELECT SUM(n) FROM target");
  }

  private static void batches(Tape tape) throws Exception {
    tape.autoCommit(false);
    try (var insert = tape.connection.prepareStatement("INSERT INTO target VALUES (?, ?)")) {
      tape.batch(insert, new Object[] {3, 30}, new Object[] {4, 40});
      tape.batch(
          "UPDATE target SET n = n + 1",
          "INSERT INTO target VALUES (5, 50)",
          "DELETE FROM target WHERE id = 2");
      tape.batch(insert, new Object[] {3, 31}, new Object[] {4, 41});
      tape.commit();
      tape.batch(insert, new Object[] {6, 60}, new Object[] {7, 70});
      tape.batch("DELETE FROM target", "INSERT INTO target VALUES (8, 80)");
      tape.rollback();
    }
    tape.query("SELECT COUNT(*), SUM(n) FROM target");
    tape.commit();
  }

  private static void texts(Tape tape) throws Exception {
    tape.update(BulkJobs.STAGING);
    tape.update("BEGIN TRANSACTION", "INSERT INTO staging VALUES (7, 70)");
    tape.query("SELECT COUNT(*) FROM target");
    tape.update("INSERT INTO target SELECT id, n FROM staging", "COMMIT");
    tape.update("BEGIN", "DELETE FROM staging", "UPDATE target SET n = 0", "ROLLBACK");
    tape.query("SELECT n FROM staging");
    tape.update("START TRANSACTION NAME two", "UPDATE staging SET n = n + 1", MERGE);
    tape.query(BulkJobs.ALL);
    tape.update("COMMIT WORK", MERGE, "DROP TABLE staging");
  }

  private static void tempTables(Tape tape) throws Exception {
    tape.autoCommit(false);
    tape.update("INSERT INTO target VALUES (3, 30)");
    tape.update("CREATE TEMPORARY TABLE staging AS SELECT 3 AS id, 30 AS n");
    tape.update("INSERT INTO staging VALUES (4, 40)");
    tape.rollback();
    tape.query(BulkJobs.ALL);
    tape.update("INSERT INTO staging VALUES (5, 50)", MERGE);
    tape.commit();
    tape.update("DELETE FROM staging WHERE id = 3");
    tape.query(BulkJobs.ALL);
    tape.rollback();
    tape.update(MERGE);
    tape.commit();
    tape.update("DROP TABLE staging");
    tape.autoCommit(true);
  }

  private static void loads(Tape tape, Path file) throws Exception {
    tape.update("CREATE TEMPORARY STAGE box", BulkJobs.STAGING);
    tape.execute("PUT 'file://" + file + "' @box AUTO_COMPRESS = FALSE");
    tape.autoCommit(false);
    tape.query("COPY INTO staging FROM @box" + CSV);
    tape.update(MERGE);
    tape.query("SELECT id, n FROM target ORDER BY 1, 2");
    tape.commit();
    tape.update(MERGE);
    tape.rollback();
    tape.autoCommit(true);
  }
}
