package io.selfheal.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A small program as an application would write it: what is there before, what it does, and the
 * questions whose answers show afterwards what it did to what outlives it.
 */
record Job(String name, List<String> setup, Work work, List<String> looks) {

  interface Work {
    void on(Tape tape) throws Exception;
  }

  static final List<String> TABLES =
      List.of(
          "CREATE OR REPLACE TABLE target (id INT, n INT)",
          "INSERT INTO target VALUES (1, 10), (2, 20)",
          "DROP TABLE IF EXISTS staging",
          "DROP STAGE IF EXISTS box");

  /** What stands behind temporary objects of the same name, and must never be touched. */
  private static final String[] SHADOWS = {
    "CREATE OR REPLACE TABLE staging AS SELECT 99 AS id, 999 AS n",
    "CREATE OR REPLACE STAGE box",
    "COPY INTO @box/old FROM (SELECT 97, 97)"
  };

  /** Not idempotent: a second run shows. */
  static final String MERGE =
      "MERGE INTO target t USING staging s ON t.id = s.id"
          + " WHEN MATCHED THEN UPDATE SET n = t.n + s.n"
          + " WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n)";

  static final String ROWS = "1,5\n3,30\n";

  static Job of(String name, Work work) {
    return new Job(name, TABLES, work, List.of("SELECT id, n FROM target ORDER BY 1, 2"));
  }

  /** The same with more before it. */
  Job with(String... more) {
    return new Job(name, plus(setup, more), work, looks);
  }

  Job looking(String... more) {
    return new Job(name, setup, work, plus(looks, more));
  }

  /** The same with a permanent table and stage behind the temporary ones. */
  Job shadowed() {
    return new Job(
        name + ", shadowed",
        plus(setup, SHADOWS),
        work,
        plus(looks, "SELECT id, n FROM staging ORDER BY 1, 2", "SELECT $1, $2 FROM @box"));
  }

  private static List<String> plus(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(Arrays.asList(more));
    return all;
  }

  void prepare(Connection admin) throws SQLException {
    for (var sql : setup) {
      HealingFixture.update(admin, sql);
    }
  }

  List<List<String>> look(Connection admin) throws SQLException {
    List<List<String>> all = new ArrayList<>();
    for (var sql : looks) {
      try (var statement = admin.createStatement();
          var rows = statement.executeQuery(sql)) {
        all.add(Tape.rows(rows));
      } catch (SQLException noSuchTable) {
        all.add(List.of("error " + noSuchTable.getErrorCode()));
      }
    }
    return all;
  }

  @Override
  public String toString() {
    return name;
  }
}
