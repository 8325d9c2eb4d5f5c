package io.selfheal.jdbc.programs;

import io.selfheal.jdbc.programs.Step.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Makes a program from a seed. Names are few, so that temporary tables stand before permanent ones
 * of the same name and go away from before them; every table has the columns id and n. Confined to
 * one thread.
 */
final class Generator {
  private static final List<String> NAMES = List.of("A", "A", "B", "C");
  private static final Way[] WRITES = {Way.UPDATE, Way.UPDATE, Way.EXECUTE, Way.PREPARED};

  private final SplittableRandom random;
  private final Model model = new Model();
  private final List<Step> steps = new ArrayList<>();
  private boolean stage;

  private Generator(long seed) {
    this.random = new SplittableRandom(seed);
  }

  static List<Step> program(long seed) {
    var generator = new Generator(seed);
    int length = 3 + generator.random.nextInt(9);
    // Half of the programs do without what needs a rebuild, so that the two halves tell apart.
    boolean sessionBound = generator.random.nextInt(5) > 0;
    while (generator.steps.size() < length) {
      generator.one(sessionBound);
    }
    generator.look();
    return List.copyOf(generator.steps);
  }

  private int below(int bound) {
    return random.nextInt(bound);
  }

  private boolean oneIn(int bound) {
    return random.nextInt(bound) == 0;
  }

  private void add(Step step) {
    steps.add(step);
    model.apply(step.effect());
  }

  private void add(Way way, String sql, Effect effect, Object... binds) {
    add(Step.of(way, sql, effect, binds));
  }

  private Way write() {
    return WRITES[below(WRITES.length)];
  }

  private String name() {
    var name = NAMES.get(below(NAMES.size()));
    return oneIn(6) ? Model.SCHEMAS.get(below(2)) + "." + name : name;
  }

  /** Most often one that is there. */
  private String table() {
    for (int i = 0; i < 4; i++) {
      var name = name();
      if (model.isTable(name)) {
        return name;
      }
    }
    return oneIn(8) ? "C" : "PUBLIC.BASE";
  }

  private String source() {
    if (oneIn(6) && model.isView("V")) {
      return "V";
    }
    return table();
  }

  private void one(boolean sessionBound) {
    int dice = below(100);
    if (dice < 16 && sessionBound) {
      temporary();
    } else if (dice < 24) {
      ddl();
    } else if (dice < 50) {
      dml();
    } else if (dice < 60) {
      query();
    } else if (dice < 68) {
      batch();
    } else if (dice < 76) {
      context(sessionBound);
    } else if (dice < 84) {
      transaction();
    } else if (dice < 91) {
      kept();
    } else if (dice < 96 && sessionBound) {
      upload();
    } else if (dice >= 97 && sessionBound) {
      rare();
    } else {
      query();
    }
  }

  private void temporary() {
    var name = name();
    var from = source();
    boolean replace = model.hasTemporary(name) && !oneIn(6);
    var create = (replace ? "CREATE OR REPLACE " : "CREATE ") + (oneIn(2) ? "TEMP" : "TEMPORARY");
    switch (below(7)) {
      case 0, 1 ->
          add(
              write(),
              create + " TABLE " + name + " (id INT, n INT)",
              new Effect.Table(name, true, replace, false, List.of(), false));
      case 2 ->
          add(
              Way.UPDATE,
              "CREATE TEMP TABLE IF NOT EXISTS " + name + " (id INT, n INT)",
              new Effect.Table(name, true, false, true, List.of(), false));
      case 3 ->
          add(
              write(),
              create + " TABLE " + name + " AS SELECT id, n FROM " + from,
              new Effect.Table(name, true, replace, false, List.of(from), false));
      case 4 ->
          add(
              Way.UPDATE,
              create + " TABLE " + name + (oneIn(2) ? " LIKE " : " CLONE ") + "PUBLIC.BASE",
              new Effect.Table(name, true, replace, false, List.of("PUBLIC.BASE"), false));
      case 5 ->
          add(
              Way.UPDATE,
              create + " TABLE " + name + " AS SELECT * FROM (VALUES (1, 10), (2, 20)) v (id, n)",
              new Effect.Table(name, true, replace, false, List.of(), false));
      default ->
          add(
              Way.EXECUTE,
              "CREATE OR REPLACE TEMP VIEW V AS SELECT id, n + 1 AS n FROM " + name,
              new Effect.View("V", true, List.of(name)));
    }
  }

  private void ddl() {
    var name = name();
    switch (below(6)) {
      case 0, 1 -> {
        boolean sure = oneIn(2);
        add(write(), "DROP TABLE " + (sure ? "IF EXISTS " : "") + name, new Effect.Drop(name));
      }
      case 2 -> {
        boolean replace = oneIn(2);
        var from = source();
        add(
            write(),
            "CREATE "
                + (replace ? "OR REPLACE TABLE " : "TABLE ")
                + name
                + " AS SELECT id, n FROM "
                + from,
            new Effect.Table(name, false, replace, false, List.of(from), false));
      }
      case 3 -> {
        if (oneIn(3)) {
          add(
              Way.UPDATE,
              "ALTER TABLE " + name + " ADD COLUMN IF NOT EXISTS m INT",
              new Effect.Alter(name));
          return;
        }
        var to = NAMES.get(below(NAMES.size()));
        add(Way.UPDATE, "ALTER TABLE " + name + " RENAME TO " + to, new Effect.Rename(name, to));
      }
      case 4 -> add(Way.UPDATE, "ALTER TABLE A SWAP WITH B", new Effect.Swap("A", "B"));
      default ->
          add(
              Way.UPDATE,
              "CREATE TABLE IF NOT EXISTS " + name + " (id INT, n INT)",
              new Effect.Table(name, false, false, true, List.of(), false));
    }
  }

  private void dml() {
    var to = table();
    var from = source();
    int key = 1 + below(4);
    switch (below(11)) {
      case 0, 1 ->
          add(
              write(),
              "INSERT INTO " + to + " VALUES (" + key + ", " + below(50) + ")",
              Effect.write(to));
      case 2 ->
          add(
              Way.PREPARED,
              "INSERT INTO " + to + " (id, n) VALUES (?, ?)",
              Effect.write(to),
              key,
              below(50));
      case 3, 4 ->
          add(
              write(),
              "INSERT INTO " + to + " SELECT id, MAX(n) FROM " + from + " GROUP BY id",
              Effect.write(to, from));
      case 9 ->
          add(
              Way.PREPARED,
              oneIn(3)
                  ? "TRUNCATE TABLE IDENTIFIER(?)"
                  : "INSERT INTO IDENTIFIER(?) SELECT id, n FROM " + from + " WHERE id = 1",
              Effect.write(to, from),
              to);
      case 10 ->
          add(
              write(),
              "INSERT INTO " + to + " SELECT id, PUBLIC.F(n) FROM " + from + " WHERE id = " + key,
              new Effect.Write(List.of(to), List.of(from), true));
      case 5 ->
          add(write(), "UPDATE " + to + " SET n = n + 1 WHERE id <= " + key, Effect.write(to));
      case 6 -> add(write(), "DELETE FROM " + to + " WHERE id = " + key, Effect.write(to));
      case 7 ->
          add(
              Way.UPDATE,
              "MERGE INTO "
                  + to
                  + " t USING (SELECT id, MAX(n) AS n FROM "
                  + from
                  + " GROUP BY id) s ON t.id = s.id"
                  + " WHEN MATCHED THEN UPDATE SET n = t.n + s.n"
                  + " WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n)",
              Effect.write(to, from));
      default ->
          add(
              Way.UPDATE,
              oneIn(2)
                  ? "TRUNCATE TABLE " + to
                  : "INSERT OVERWRITE INTO " + to + " SELECT id, n FROM " + from,
              Effect.write(to, from));
    }
  }

  private void query() {
    var from = source();
    add(
        oneIn(3) ? Way.PREPARED : Way.QUERY,
        "SELECT id, n FROM " + from + " ORDER BY id, n",
        Effect.NONE);
  }

  private void batch() {
    var to = table();
    if (oneIn(2)) {
      var rows = new ArrayList<>();
      for (int i = 0; i <= below(4); i++) {
        rows.add(List.of(1 + below(4), below(50)));
      }
      add(
          new Step(
              Way.ARRAY_BATCH, "INSERT INTO " + to + " VALUES (?, ?)", rows, Effect.write(to)));
      return;
    }
    var also = table();
    var texts =
        List.of(
            "INSERT INTO " + to + " VALUES (" + below(5) + ", 5)",
            "UPDATE " + also + " SET n = n * 2 WHERE id = 1",
            "DELETE FROM " + to + " WHERE id > 3");
    add(
        Way.TEXT_BATCH,
        String.join("; ", texts.subList(0, 1 + below(3))),
        new Effect.Write(List.of(to, also), List.of(), false));
  }

  private void context(boolean sessionBound) {
    switch (below(sessionBound ? 6 : 3)) {
      case 0 -> {
        var schema = Model.SCHEMAS.get(below(2));
        add(Way.UPDATE, "USE SCHEMA " + schema, new Effect.UseSchema(schema));
      }
      case 1 -> {
        var schema = Model.SCHEMAS.get(below(2));
        add(Way.SET_SCHEMA, schema, new Effect.UseSchema(schema));
      }
      case 2 -> add(Way.QUERY, "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()", Effect.NONE);
      case 3 ->
          add(
              Way.UPDATE,
              oneIn(2) ? "SET v = " + below(9) : "SET v = (SELECT COUNT(*) FROM " + table() + ")",
              Effect.NONE);
      case 4 -> {
        var to = table();
        add(
            Way.UPDATE,
            oneIn(2)
                ? "INSERT INTO " + to + " VALUES ($v, 7)"
                : "UPDATE " + to + " SET n = n + $v WHERE id > $v",
            Effect.write(to));
      }
      default -> {
        add(
            Way.UPDATE,
            "ALTER SESSION SET WEEK_START = " + (1 + below(7)) + ", QUERY_TAG = 'tag'",
            Effect.NONE);
        add(Way.QUERY, "SHOW PARAMETERS LIKE 'WEEK_START'", Effect.NONE);
      }
    }
  }

  private void transaction() {
    if (!model.inTransaction()) {
      if (oneIn(2)) {
        add(Way.AUTOCOMMIT_OFF, "", new Effect.Autocommit(false));
      } else {
        add(Way.UPDATE, oneIn(2) ? "BEGIN" : "START TRANSACTION NAME work", new Effect.Begin());
      }
      dml();
      if (oneIn(2)) {
        query();
      }
      return;
    }
    boolean commit = !oneIn(4);
    if (model.autocommit()) {
      add(Way.UPDATE, commit ? "COMMIT" : "ROLLBACK", new Effect.End());
    } else if (oneIn(3)) {
      add(Way.AUTOCOMMIT_ON, "", new Effect.Autocommit(true));
    } else {
      add(commit ? Way.COMMIT : Way.ROLLBACK, "", new Effect.End());
    }
  }

  /** The same statements again, over steps that change what their names stand for. */
  private void kept() {
    if (oneIn(2)) {
      add(
          Way.KEPT,
          "INSERT INTO A (id, n) VALUES (?, ?)",
          Effect.write("A"),
          1 + below(4),
          below(50));
    } else {
      add(Way.KEPT, "SELECT id, n FROM A WHERE n > ? ORDER BY id, n", Effect.NONE, below(30));
    }
  }

  private void upload() {
    if (!stage) {
      stage = true;
      add(Way.UPDATE, "CREATE OR REPLACE TEMP STAGE PUBLIC.ST", new Effect.OtherDdl());
    }
    switch (below(3)) {
      case 0 -> add(Way.UPLOAD_STREAM, "PUBLIC.ST", Effect.NONE, "s" + below(2) + ".csv", lines());
      case 1 -> add(Way.EXECUTE, "PUT ${" + lines() + "} @PUBLIC.ST", Effect.NONE);
      default -> {
        add(Way.EXECUTE, "PUT ${" + lines() + "} @PUBLIC.ST OVERWRITE = TRUE", Effect.NONE);
        var to = table();
        add(
            Way.QUERY,
            "COPY INTO "
                + to
                + " FROM "
                + (oneIn(4) ? "(SELECT $1, $2 FROM @PUBLIC.ST)" : "@PUBLIC.ST")
                + " FILE_FORMAT = ("
                + format()
                + ")"
                + (oneIn(2) ? " PURGE = TRUE" : ""),
            Effect.write(to));
        if (oneIn(2)) {
          add(Way.QUERY, "LIST @PUBLIC.ST", Effect.NONE);
        }
      }
    }
  }

  private String format() {
    if (oneIn(3)) {
      add(
          Way.UPDATE,
          "CREATE OR REPLACE TEMP FILE FORMAT PUBLIC.CSV1 TYPE = CSV SKIP_HEADER = 1",
          new Effect.OtherDdl());
      return "FORMAT_NAME = 'PUBLIC.CSV1'";
    }
    return "TYPE = CSV";
  }

  private String lines() {
    return String.join(
        "|", IntStream.rangeClosed(0, below(3)).mapToObj(i -> i + "," + below(50)).toList());
  }

  private void rare() {
    switch (below(6)) {
      case 4 ->
          add(
              Way.UPDATE,
              "CREATE OR REPLACE TEMP FUNCTION PUBLIC.F(x INT) RETURNS INT AS 'x + "
                  + below(9)
                  + "'",
              new Effect.OtherDdl());
      case 5 -> add(Way.UPDATE, "UNSET v", Effect.NONE);
      case 0 -> add(Way.CHECKPOINT, "", new Effect.Checkpoint());
      case 1 -> {
        query();
        add(
            Way.QUERY,
            "SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) ORDER BY 1, 2",
            new Effect.History());
      }
      case 2 ->
          add(
              Way.EXECUTE,
              "EXECUTE IMMEDIATE 'INSERT INTO PUBLIC.BASE VALUES (9, 9)'",
              new Effect.Opaque(List.of("PUBLIC.BASE")));
      default ->
          add(
              Way.UPDATE,
              "CREATE OR REPLACE TEMP TABLE C AS SELECT id, n FROM PUBLIC.BASE WHERE RANDOM() IS NOT NULL",
              new Effect.Table("C", true, true, false, List.of("PUBLIC.BASE"), true));
    }
  }

  /** What is left of it all. */
  private void look() {
    for (var name : List.of("A", "B")) {
      add(Way.QUERY, "SELECT id, n FROM " + name + " ORDER BY id, n", Effect.NONE);
    }
  }
}
