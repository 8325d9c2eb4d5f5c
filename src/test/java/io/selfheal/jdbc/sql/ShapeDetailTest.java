package io.selfheal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.sql.Detail.FileVerb;
import io.selfheal.jdbc.sql.Detail.ObjectType;
import io.selfheal.jdbc.sql.Detail.TransactionVerb;
import io.selfheal.jdbc.sql.Detail.UseWhat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a shape tells beyond its kind. */
class ShapeDetailTest {

  private static ObjectName name(String... parts) {
    return new ObjectName(List.of(parts));
  }

  @Test
  void shouldReadTargetsOfWrites() {
    assertThat(Shape.of("insert into db..\"t x\" values (1)").writes())
        .containsExactly(name("DB", "PUBLIC", "t x"));
    assertThat(Shape.of("INSERT INTO TABLE t SELECT 1").writes()).containsExactly(name("T"));
    assertThat(
            Shape.of("INSERT ALL WHEN (SELECT 1 INTO) THEN INTO a INTO b.c (x) VALUES (1) SELECT 1")
                .writes())
        .containsExactly(name("A"), name("B", "C"));
    assertThat(Shape.of("MERGE INTO identifier('a.\"b\"') t USING s ON 1=1").writes())
        .containsExactly(name("A", "b"));
    assertThat(Shape.of("UPDATE IDENTIFIER($tab) SET a = 1").writes())
        .containsExactly(new Target.Variable("TAB"));
    assertThat(Shape.of("DELETE FROM IDENTIFIER('a' || $b)").writes())
        .containsExactly(new Target.Unknown());
  }

  @Test
  void shouldCountPlaceholdersForNamesByBind() {
    Shape shape =
        Shape.of("COPY INTO /* ? */ identifier(?) (\"a?\") FROM @s/x? ON_ERROR = ? -- ?\n");
    assertThat(shape.writes()).containsExactly(new Target.Bound(1));
    assertThat(shape.binds()).isEqualTo(2);
    Shape later = Shape.of("INSERT ALL WHEN ? > '?' THEN INTO identifier(?) SELECT $$?$$, ?");
    assertThat(later.writes()).containsExactly(new Target.Bound(2));
    assertThat(later.binds()).isEqualTo(3);
    assertThat(Shape.of("SELECT ? FROM identifier(?), TABLE(?)").nameBinds()).containsExactly(2, 3);
    assertThat(Shape.of("SELECT * FROM identifier(? || 'x')").has(Trait.UNKNOWN_NAMES)).isTrue();
  }

  @Test
  void shouldReadCreatedAndDroppedNames() {
    assertThat(Shape.of("create temp table a.b(x int)").creates()).containsExactly(name("A", "B"));
    assertThat(Shape.of("CREATE SCOPED TEMP STAGE identifier(?)").creates())
        .containsExactly(new Target.Bound(1));
    Shape drop = Shape.of("DROP VIEW IF EXISTS v CASCADE");
    assertThat(drop.drops()).containsExactly(name("V"));
    assertThat(drop.objectType()).isEqualTo(ObjectType.VIEW);
    assertThat(drop.has(Trait.IF_EXISTS)).isTrue();
    assertThat(Shape.of("DROP FUNCTION f(int, varchar)").drops()).containsExactly(name("F"));
    assertThat(Shape.of("CREATE OR REPLACE TABLE t LIKE u").has(Trait.REPLACES)).isTrue();
    assertThat(Shape.of("CREATE TABLE IF NOT EXISTS t (a int)").has(Trait.IF_NOT_EXISTS)).isTrue();
  }

  @Test
  void shouldFollowRenamesAndSwaps() {
    Shape rename = Shape.of("ALTER TABLE IF EXISTS a RENAME TO b.c");
    assertThat(rename.drops()).containsExactly(name("A"));
    assertThat(rename.creates()).containsExactly(name("B", "C"));
    assertThat(rename.has(Trait.RENAMES)).isTrue();
    Shape swap = Shape.of("ALTER TABLE a SWAP WITH b");
    assertThat(swap.alters()).containsExactly(name("A"), name("B"));
    assertThat(swap.has(Trait.SWAPS)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "USE DATABASE d, DATABASE, d",
    "use schema a.\"b c\", SCHEMA, a.\"b c\"",
    "USE ROLE IDENTIFIER($r), ROLE, IDENTIFIER($r)",
    "USE WAREHOUSE w;, WAREHOUSE, w",
    "USE a . b, IMPLIED, a . b",
    "USE a, IMPLIED, a",
    "USE schema, IMPLIED, schema",
    "USE SECONDARY ROLES ALL, SECONDARY_ROLES, ALL",
  })
  void shouldSayWhatUseSets(String sql, UseWhat what, String text) {
    Shape shape = Shape.of(sql);
    assertThat(shape.kind()).isEqualTo(Kind.USE);
    assertThat(shape.use()).isNotNull();
    assertThat(shape.use().what()).isEqualTo(what);
    assertThat(shape.use().text()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "BEGIN, BEGIN",
    "begin ; , BEGIN",
    "BEGIN /* x */ TRANSACTION, BEGIN",
    "BEGIN WORK NAME t, BEGIN",
    "BEGIN NAME t4, BEGIN",
    "START TRANSACTION NAME spark_tx_1, BEGIN",
    "COMMIT, COMMIT",
    "commit work;, COMMIT",
    "ROLLBACK -- x, ROLLBACK",
  })
  void shouldSayWhatTransactionsDo(String sql, TransactionVerb verb) {
    assertThat(Shape.of(sql).kind()).isEqualTo(Kind.TRANSACTION);
    assertThat(Shape.of(sql).transactionVerb()).isEqualTo(verb);
  }

  @Test
  void shouldListSessionParameters() {
    Shape set = Shape.of("ALTER SESSION SET timezone = 'A, b' Week_Start=1, AUTOCOMMIT = FALSE");
    assertThat(set.parameters()).isNotNull();
    assertThat(set.parameters().values())
        .isEqualTo(Map.of("TIMEZONE", "'A, b'", "WEEK_START", "1", "AUTOCOMMIT", "FALSE"));
    assertThat(set.has(Trait.AUTOCOMMIT)).isTrue();
    Shape unset = Shape.of("ALTER SESSION UNSET a, b");
    assertThat(unset.parameters().unset()).isTrue();
    assertThat(unset.parameters().values()).containsOnlyKeys("A", "B");
    assertThat(unset.has(Trait.AUTOCOMMIT)).isFalse();
    assertThat(Shape.of("SET (a, \"b\") = (1, 2)").variables().names()).containsExactly("A", "b");
  }

  @Test
  void shouldTellWhatFilesMove() {
    String sql = "PUT 'file:///tmp/a b.csv' @db.s.\"St/g\"/p/q AUTO_COMPRESS=FALSE";
    Detail.Transfer put = Shape.of(sql).transfer();
    assertThat(put).isNotNull();
    assertThat(put.verb()).isEqualTo(FileVerb.PUT);
    assertThat(put.local()).isEqualTo("/tmp/a b.csv");
    assertThat(sql.substring(put.localFrom(), put.localTo())).isEqualTo("'file:///tmp/a b.csv'");
    assertThat(put.stage())
        .isEqualTo(new StageRef(StageRef.Type.NAMED, name("DB", "S", "St/g"), "p/q"));
    Detail.Transfer get = Shape.of("get @s.%t/x file:///tmp//y").transfer();
    assertThat(get.stage()).isEqualTo(new StageRef(StageRef.Type.TABLE, name("S", "T"), "x"));
    assertThat(get.local()).isEqualTo("/tmp//y");
    assertThat(Shape.of("COPY INTO 's3://b/p' FROM t").transfer().stage().type())
        .isEqualTo(StageRef.Type.EXTERNAL);
    assertThat(Shape.of("COPY INTO t FROM @~/a purge=true").has(Trait.PURGES_FILES)).isTrue();
    assertThat(Shape.of("COPY INTO t FROM '@s/a'").stages())
        .containsExactly(new StageRef(StageRef.Type.NAMED, name("S"), "a"));
    assertThat(Shape.of("INSERT INTO t VALUES ('@bob', '@eve')").stages()).isEmpty();
  }

  @Test
  void shouldSeeWhatDependsOnTheSession() {
    assertThat(Shape.of("SELECT * FROM TABLE(result_scan(last_query_id()))").historyDependent())
        .isTrue();
    assertThat(Shape.of("DESC RESULT 'x'").historyDependent()).isTrue();
    assertThat(Shape.of("SELECT 'LAST_QUERY_ID()', x -- RESULT_SCAN").historyDependent()).isFalse();
    assertThat(Shape.of("SELECT $v").mentionsVariable()).isTrue();
    assertThat(Shape.of("SELECT '$v', $1, $$ $v $$, a$b FROM t").mentionsVariable()).isFalse();
    assertThat(Shape.of("SHOW VARIABLES").mentionsVariable()).isTrue();
    assertThat(Shape.of("CREATE SCHEMA IF NOT EXISTS s").movesContext()).isTrue();
    assertThat(Shape.of("CREATE DATABASE ROLE s").movesContext()).isFalse();
    assertThat(Shape.of("INSERT INTO t SELECT uuid_string()").has(Trait.VOLATILE)).isTrue();
    assertThat(Shape.of("SELECT * FROM t FOR UPDATE").has(Trait.LOCKS_ROWS)).isTrue();
  }

  @Test
  void shouldReadHints() {
    assertThat(Shape.of("SELECT 1 /* selfheal: no-replay */").hints())
        .containsExactly(Hint.NO_REPLAY);
    assertThat(Shape.of("/*SelfHeal:CHECKPOINT*/ SELECT 1").has(Hint.CHECKPOINT)).isTrue();
    assertThat(Shape.of("SELECT '/* selfheal: no-replay */'").hints()).isEmpty();
    assertThat(Shape.of("PUT file:///tmp/x @s/* selfheal: no-replay */").hints()).isEmpty();
  }

  @Test
  void shouldKnowWhichNamesAreMentioned() {
    Shape shape =
        Shape.of("SELECT a.\"b \"\"c\" FROM x JOIN TABLE('db.\"low\"') -- hidden\n, @st/p, 'v 1'");
    for (String mentioned : List.of("A", "b \"c", "X", "DB", "low", "LOW", "ST")) {
      assertThat(shape.mentions(mentioned)).as(mentioned).isTrue();
    }
    for (String absent : List.of("a", "HIDDEN", "P", "V", "V 1", "C")) {
      assertThat(shape.mentions(absent)).as(absent).isFalse();
    }
    assertThat(Shape.of("SELECT 'open").mentions("ANYTHING")).isTrue();
  }

  @Test
  void shouldPartStatements() {
    assertThat(Shape.statements("SELECT ';'; /* ; */ DELETE FROM t;; -- end ;"))
        .containsExactly("SELECT ';'", " /* ; */ DELETE FROM t");
    assertThat(Shape.statements("BEGIN; SELECT 1; COMMIT"))
        .containsExactly("BEGIN", " SELECT 1", " COMMIT");
    for (String whole :
        List.of(";", "SELECT 1", "BEGIN SELECT 1; END;", "SELECT 1; DECLARE x INT; BEGIN y; END")) {
      assertThat(Shape.statements(whole)).containsExactly(whole);
    }
    assertThat(Shape.statements("COMMIT; BEGIN")).containsExactly("COMMIT", " BEGIN");
    Shape several = Shape.of("CREATE TEMP TABLE a (x int); INSERT INTO b VALUES (1)");
    assertThat(several.has(Trait.SEVERAL_STATEMENTS)).isTrue();
    assertThat(several.creates()).containsExactly(name("A"));
    assertThat(several.writes()).containsExactly(name("B"));
  }

  @Test
  void shouldFindTableStagesOutsideOfQuotes() {
    assertThat(StageRef.parse("@\"a.%b\"/x").name()).isEqualTo(name("a.%b"));
    assertThat(StageRef.parse("@d.s.%\"t/u\"/x"))
        .isEqualTo(new StageRef(StageRef.Type.TABLE, name("D", "S", "t/u"), "x"));
    assertThat(StageRef.parse("@\"open").type()).isEqualTo(StageRef.Type.EXTERNAL);
  }

  @Test
  void shouldQualifyAndParseNames() {
    assertThat(name("T").qualify("D", "S")).isEqualTo(name("D", "S", "T"));
    assertThat(name("S", "T").qualify("D", "X")).isEqualTo(name("D", "S", "T"));
    assertThat(name("T").qualify(null, "S")).isEqualTo(name("S", "T"));
    assertThat(ObjectName.parse(" db . \"a.\"\"b\" ")).isEqualTo(name("DB", "a.\"b"));
    assertThat(ObjectName.parse("a..b")).isEqualTo(name("A", "PUBLIC", "B"));
    assertThat(ObjectName.parse("a b")).isNull();
    assertThat(ObjectName.parse("\"a")).isNull();
    assertThat(ObjectName.parse("a.")).isNull();
    assertThat(ObjectName.parse("")).isNull();
    assertThat(ObjectName.parse("\"")).isNull();
  }
}
