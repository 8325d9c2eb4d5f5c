package io.selfheal.jdbc.programs;

import io.selfheal.jdbc.programs.Step.Way;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Programs that once failed, at their shortest. They are written out, as a seed means another
 * program whenever the generator changes.
 */
final class Regressions {
  private Regressions() {}

  static Map<String, List<Line>> all() {
    var all = new LinkedHashMap<String, List<Line>>();
    all.put(
        "uncommitted work is not committed by its replay",
        List.of(
            line(Way.UPDATE, "BEGIN", new Effect.Begin()),
            line(
                Way.UPDATE,
                "CREATE TEMPORARY TABLE C CLONE PUBLIC.BASE",
                table("C", "PUBLIC.BASE")),
            line(Way.UPDATE, "BEGIN", new Effect.Begin()),
            line(Way.PREPARED, "INSERT INTO A (id, n) VALUES (?, ?)", Effect.write("A"), 3, 17),
            look("A").with(ExpiryPoint.AFTER),
            look("A")));
    all.put(
        "a write runs once where temporary DDL may have ended the transaction",
        List.of(
            line(Way.UPDATE, "BEGIN", new Effect.Begin()),
            line(
                Way.UPDATE,
                "CREATE OR REPLACE TEMPORARY TABLE C CLONE PUBLIC.BASE",
                table("C", "PUBLIC.BASE")),
            line(
                    Way.UPDATE,
                    "INSERT INTO B SELECT id, MAX(n) FROM B GROUP BY id",
                    Effect.write("B", "B"))
                .with(ExpiryPoint.WHILE_POLLING)));
    all.put("a COPY that ran purges the rebuilt stage", copies(" PURGE = TRUE", true));
    all.put("a file that was loaded is not loaded again", copies("", false));
    all.put(
        "a DROP that ran takes its table along",
        List.of(
            line(Way.UPDATE, "CREATE TEMP TABLE A (id INT, n INT)", table("A")),
            line(Way.PREPARED, "DROP TABLE IF EXISTS A", new Effect.Drop("A"))
                .with(ExpiryPoint.WHILE_POLLING),
            look("A")));
    all.put(
        "a table made from the one it hides",
        List.of(
            line(Way.UPDATE, "CREATE TEMP TABLE A AS SELECT id, n FROM A", table("A", "A")),
            line(
                    Way.UPDATE,
                    "INSERT INTO B SELECT id, MAX(n) FROM A GROUP BY id",
                    Effect.write("B", "A"))
                .with(ExpiryPoint.AFTER),
            look("A")));
    all.put(
        "a source that was hidden later",
        List.of(
            line(Way.UPDATE, "CREATE TEMP TABLE B AS SELECT id, n FROM A", table("B", "A")),
            line(Way.UPDATE, "CREATE TEMP TABLE A (id INT, n INT)", table("A")),
            look("B").with(ExpiryPoint.BEFORE)));
    all.put(
        "a write in doubt after an upload",
        List.of(
            line(Way.UPDATE, "CREATE OR REPLACE TEMP STAGE PUBLIC.ST", new Effect.OtherDdl()),
            line(Way.UPLOAD_STREAM, "PUBLIC.ST", Effect.NONE, "s0.csv", "0,1|1,47"),
            line(Way.UPDATE, "UPDATE A SET n = n + 1 WHERE id <= 2", Effect.write("A"))
                .with(ExpiryPoint.WHILE_POLLING)));
    all.put(
        "a write in doubt after an upload that failed",
        List.of(
            line(Way.UPLOAD_STREAM, "PUBLIC.ST", Effect.NONE, "s0.csv", "0,1|1,47"),
            line(Way.UPDATE, "UPDATE A SET n = n + 1 WHERE id <= 2", Effect.write("A"))
                .with(ExpiryPoint.BEFORE)));
    all.put(
        "a PUT without autocommit opens no transaction",
        List.of(
            line(Way.AUTOCOMMIT_OFF, "", new Effect.Autocommit(false)),
            line(Way.UPDATE, "CREATE OR REPLACE TEMP STAGE PUBLIC.ST", new Effect.OtherDdl()),
            line(Way.EXECUTE, "PUT ${0,39|1,45} @PUBLIC.ST", Effect.NONE).with(ExpiryPoint.AFTER),
            line(Way.UPDATE, "INSERT INTO A VALUES (2, 0)", Effect.write("A"))));
    all.put(
        "an EXECUTE IMMEDIATE that is taken over gives rows",
        List.of(
            line(
                    Way.EXECUTE,
                    "EXECUTE IMMEDIATE 'INSERT INTO PUBLIC.BASE VALUES (9, 9)'",
                    new Effect.Opaque(List.of("PUBLIC.BASE")))
                .with(ExpiryPoint.WHILE_POLLING)));
    return all;
  }

  /** A COPY, the end of the session in it or behind it, and the same COPY once more. */
  private static List<Line> copies(String option, boolean inDoubt) {
    var copy =
        line(
            Way.QUERY,
            "COPY INTO A FROM @PUBLIC.ST FILE_FORMAT = (TYPE = CSV)" + option,
            Effect.write("A"));
    return List.of(
        line(Way.UPDATE, "CREATE OR REPLACE TEMP STAGE PUBLIC.ST", new Effect.OtherDdl()),
        line(Way.EXECUTE, "PUT ${0,39|1,47} @PUBLIC.ST", Effect.NONE),
        copy.with(inDoubt ? ExpiryPoint.WHILE_POLLING : ExpiryPoint.AFTER),
        copy,
        line(Way.QUERY, "LIST @PUBLIC.ST", Effect.NONE));
  }

  private static Effect table(String name, String... sources) {
    return new Effect.Table(name, true, false, false, List.of(sources), false);
  }

  private static Line look(String name) {
    return line(Way.QUERY, "SELECT id, n FROM " + name + " ORDER BY id, n", Effect.NONE);
  }

  private static Line line(Way way, String sql, Effect effect, Object... binds) {
    return new Line(Step.of(way, sql, effect, binds), null);
  }
}
