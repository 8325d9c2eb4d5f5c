package io.selfheal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a text reads, and whether running it again must give the same. */
class ShapeReadsTest {

  private static String reads(String sql) {
    return text(Shape.of(sql).reads());
  }

  private static String text(List<Target> targets) {
    return targets.stream().map(ShapeReadsTest::text).collect(Collectors.joining(" "));
  }

  private static String text(Target target) {
    if (target instanceof ObjectName name) {
      return String.join(".", name.parts());
    } else if (target instanceof Target.Bound bound) {
      return "?" + bound.index();
    } else if (target instanceof Target.Variable variable) {
      return "$" + variable.name();
    }
    return "unknown";
  }

  /** Behind ## stands what is read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1 ##",
        "SELECT a FROM t ## T",
        "SELECT * FROM a, b c, d.e AS f, \"g h\"..j ## A B D.E g h.PUBLIC.J",
        "SELECT * FROM a x JOIN b USING (k) LEFT JOIN c ON a.x = c.x, d ## A B C D",
        "SELECT * FROM a JOIN b ON CASE WHEN a.x THEN 1 END = 1, c ## A B C",
        "SELECT * FROM (a JOIN (b CROSS JOIN c) ON 1=1), (d) ## A B C D",
        "SELECT a, b FROM t ORDER BY x, y ## T",
        "SELECT x FROM t GROUP BY x, y HAVING x IN (1, y) ## T",
        "SELECT x FROM t WHERE x = (SELECT max(y) FROM u) AND z IN (SELECT q FROM t) ## T U",
        "SELECT f(SELECT a FROM b) FROM c UNION ALL SELECT d, e FROM f ## B C F",
        "SELECT x FROM t EXCEPT (SELECT y FROM u) MINUS SELECT z, v FROM w ## T U W",
        "SELECT EXTRACT(year FROM d), TRIM(BOTH 'x' FROM e), SUBSTRING(f FROM 2 FOR 1) FROM t ## T",
        "SELECT EXTRACT(year FROM (SELECT max(d) FROM u)) FROM t ## U T",
        "SELECT a IS DISTINCT FROM b, a IS NOT DISTINCT FROM c FROM t ## T",
        "SELECT DISTINCT a.from, b FROM t ## T",
        "SELECT 'FROM x', \"from\", $$ FROM y $$ -- FROM z\n FROM t /* , u */ ## T",
        "SELECT * FROM @s/a, t ## T",
        "SELECT $1 FROM @s (file_format => 'f', pattern => 'x') ##",
        "SELECT * FROM IDENTIFIER('a.b'), IDENTIFIER(?), IDENTIFIER($v), IDENTIFIER(?||'x')"
            + " ## A.B ?1 $V unknown",
        "SELECT * FROM TABLE('a.b'), TABLE(?), TABLE($v) ## A.B ?1 $V",
        "SELECT f.value FROM t, LATERAL FLATTEN(input => t.x) f, TABLE(SPLIT_TO_TABLE(t.y, ',')), u"
            + " ## T U",
        "SELECT * FROM t, LATERAL (SELECT * FROM u WHERE u.a = t.a) ## T U",
        "SELECT * FROM (VALUES (1, a), (2, NULL)) AS v (x, y), w ## W",
        "SELECT * FROM VALUES (1, a), (b, 2) v, w ## W",
        "SELECT * FROM t PIVOT (sum(x) FOR m IN (SELECT n FROM u)) AS p (a, b), w ## T U W",
        "SELECT * FROM t AT (OFFSET => -60) x, u SAMPLE (10) ## T U",
        "SELECT a FROM t START WITH a = 1 CONNECT BY b = PRIOR a, c = PRIOR d ## T",
        "SELECT * FROM t AS start, u ## T U",
        "VALUES (1, a), (2, b) ##",
        "WITH c AS (SELECT * FROM t) SELECT * FROM c ## T",
        "WITH c (x) AS (SELECT 1), d AS (SELECT * FROM c, e) SELECT * FROM c, d, C, db.c ## E DB.C",
        "WITH t AS (SELECT * FROM t) SELECT * FROM t ## T",
        "WITH RECURSIVE r AS (SELECT 1 FROM r UNION ALL SELECT * FROM r) SELECT * FROM r ## R",
        "WITH RECURSIVE q AS (SELECT a FROM s UNION ALL SELECT a FROM q) SELECT * FROM q ## S",
        "WITH recursive AS (SELECT 1) SELECT * FROM recursive ##",
        "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM b ## B",
        "SELECT * FROM c, (WITH c AS (SELECT 1) SELECT * FROM c) ## C",
        "SELECT * FROM (WITH c AS (SELECT 1) SELECT * FROM c) x, c ## C",
        "WITH c AS (SELECT 1) SELECT * FROM (SELECT * FROM (SELECT * FROM c)), \"c\" ## c",
        "WITH c AS (SELECT 1) SELECT * FROM IDENTIFIER('c') ## C",
        "INSERT INTO t VALUES (1, 'FROM x') ##",
        "INSERT INTO t (a, b) SELECT a, b FROM t, u ## T U",
        "INSERT INTO t WITH c AS (SELECT * FROM u) SELECT * FROM c ## U",
        "INSERT OVERWRITE INTO IDENTIFIER(?) (a) SELECT * FROM IDENTIFIER(?) ## ?2",
        "INSERT ALL WHEN a THEN INTO x (b) VALUES (c) ELSE INTO y SELECT * FROM z, w ## Z W",
        "UPDATE t SET a = 1, b = (SELECT max(c) FROM u) WHERE d ## U",
        "UPDATE t SET a = u.a, b = 2 FROM u, v JOIN w ON 1=1 WHERE t.k = u.k ## U V W",
        "DELETE FROM t WHERE a IN (SELECT b FROM u) ## U",
        "DELETE FROM t x USING u, (SELECT * FROM v) y WHERE 1 = 1 ## U V",
        "MERGE INTO t USING u x ON t.a = x.a WHEN MATCHED THEN UPDATE SET a = 1, b = 2"
            + " WHEN NOT MATCHED THEN INSERT (a, b) VALUES (x.a, 2) ## U",
        "MERGE INTO t USING (SELECT * FROM u JOIN v USING (k)) s ON (1=1) WHEN MATCHED THEN DELETE"
            + " ## U V",
        "MERGE INTO t USING IDENTIFIER(?) ON 1=1 WHEN MATCHED THEN DELETE ## ?1",
        "COPY INTO t (a) FROM @s/x FILES = ('a', 'b') PURGE = TRUE ##",
        "COPY INTO t FROM (SELECT $1, x.$2 FROM @s x) FILE_FORMAT = (TYPE = CSV) ##",
        "COPY INTO @s FROM t ## T",
        "COPY INTO @s FROM (SELECT * FROM t JOIN u ON 1=1) ## T U",
        "CREATE TEMP TABLE t (a int, b varchar(10) REFERENCES u (c)) ##",
        "CREATE TABLE t AS SELECT * FROM u, v ## U V",
        "CREATE TEMP TABLE t (a, b) AS (WITH c AS (SELECT * FROM d) SELECT * FROM c) ## D",
        "CREATE TEMPORARY TABLE \"A\".\"L\" LIKE \"A\".\"T\" ## A.T",
        "CREATE SCOPED TEMP READ ONLY TABLE t2 CLONE t1 ## T1",
        "CREATE TABLE t CLONE IDENTIFIER($x) COPY GRANTS ## $X",
        "CREATE VIEW v (a COMMENT 'x', b) AS SELECT * FROM t WHERE x LIKE y ## T",
        "CREATE TEMP VIEW v AS WITH c AS (SELECT * FROM t) SELECT * FROM c, u ## T U",
        "CREATE TABLE t (a int) WITH JOIN POLICY p ALLOWED JOIN KEYS (a) ##",
        "CREATE TEMP FUNCTION f(a int) RETURNS INT AS 'SELECT max(x) FROM t' ##",
        "SET v = (SELECT max(a) FROM t) ## T",
        "SELECT 1 FROM a ->> SELECT * FROM $1, b ## A B",
        "DROP TABLE t ##",
        "REVOKE SELECT ON t FROM ROLE r ##",
        "TRUNCATE TABLE t ##",
        "PUT file:///tmp/x @s ##",
      })
  void shouldListWhatIsRead(String example) {
    int split = example.indexOf("##");
    String expected = example.substring(split + 2).strip();
    assertThat(reads(example.substring(0, split))).isEqualTo(expected);
  }

  @Test
  void shouldNotCountTheTargetUnlessItIsASource() {
    Shape shape = Shape.of("DELETE FROM t USING t x WHERE x.a = t.a");
    assertThat(text(shape.writes())).isEqualTo("T");
    assertThat(text(shape.reads())).isEqualTo("T");
    assertThat(Shape.of("DELETE FROM t WHERE a = 1").reads()).isEmpty();
  }

  @Test
  void shouldListFileFormats() {
    assertThat(
            text(
                Shape.of("COPY INTO t FROM @s FILE_FORMAT = (FORMAT_NAME = 'db.\"f\"')").formats()))
        .isEqualTo("DB.f");
    assertThat(
            text(
                Shape.of("SELECT $1 FROM @s (FILE_FORMAT => my_format, PATTERN => 'x')").formats()))
        .isEqualTo("MY_FORMAT");
    assertThat(text(Shape.of("COPY INTO t FROM @s FILE_FORMAT = (FORMAT_NAME = ?)").formats()))
        .isEqualTo("?1");
    assertThat(Shape.of("COPY INTO t FROM @s FILE_FORMAT = (TYPE = CSV)").formats()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t VALUES (1, 'x', TO_DATE('2020-01-01')), (?, ?, ?)",
        "insert into db.s.t(a, \"b\") select x, count(*) from u join v using (k) where y in (1, 2)"
            + " group by x having sum(z) > 1 order by 1",
        "INSERT INTO t WITH c (a, b) AS (SELECT 1, 2) SELECT * FROM c",
        "INSERT ALL WHEN a > 1 THEN INTO x (b) VALUES (c) ELSE INTO y (d) VALUES (e) SELECT * FROM z",
        "INSERT INTO t SELECT * FROM VALUES (1, 2), (3, 4) AS v (a, b)",
        "INSERT INTO t SELECT a FROM (SELECT 1) v (a)",
        "INSERT INTO t SELECT UPPER(a), a::varchar(10), CAST(b AS DECIMAL(10, 2)), left(c, 2),"
            + " IFF(d IS NULL, 1, 2), COALESCE(e, 0), x:y.z[0]::string FROM u",
        "INSERT INTO t SELECT PARSE_JSON(?), OBJECT_CONSTRUCT('a', 1), TRY_TO_NUMBER(x, 10, 2)",
        "INSERT INTO t SELECT SUM(x) OVER (PARTITION BY a ORDER BY b), RANK() OVER (ORDER BY b) FROM u",
        "INSERT INTO t SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x) FROM u",
        "INSERT INTO t SELECT f.value FROM u, LATERAL FLATTEN(input => u.x, outer => true) f",
        "INSERT INTO t SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_DATABASE()",
        "INSERT INTO t SELECT 'x' FROM TABLE(GENERATOR(ROWCOUNT => 10))",
        "INSERT INTO t SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(-1)))",
        "CREATE TEMP TABLE t AS SELECT * FROM u LIMIT 0",
        "CREATE TEMP TABLE t AS SELECT TOP 0 * FROM u",
        "CREATE TEMP TABLE t AS SELECT * FROM u WHERE NOT EXISTS (SELECT 1 FROM v)",
        "CREATE OR REPLACE TEMPORARY TABLE db.s.t AS (SELECT a, b FROM u UNION (SELECT c, d FROM v))",
        "CREATE TEMP TABLE IF NOT EXISTS a.\"b\" (id NUMBER(38,0) NOT NULL DEFAULT 0, x VARCHAR(10)"
            + " COLLATE 'en', y TIMESTAMP_NTZ(9), z VECTOR(FLOAT, 3), limit INT, top INT, identity"
            + " int, offset DECIMAL(1,0), PRIMARY KEY (id), CONSTRAINT u UNIQUE (x), FOREIGN KEY (y)"
            + " REFERENCES db.s.o (p)) CLUSTER BY (id, TO_DATE(y)) DATA_RETENTION_TIME_IN_DAYS = 0",
        "CREATE TEMP TABLE identifier(?) (\"A\" NUMBER, \"B\" TEXT)",
        "CREATE TEMP TABLE t LIKE u",
        "CREATE TEMP TABLE t CLONE u",
        "CREATE TEMP VIEW v (a, b) AS SELECT 1, 2",
        "CREATE TEMP STAGE s FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '|' NULL_IF = ('a', 'b'))",
        "CREATE TEMP FILE FORMAT f TYPE = CSV SKIP_HEADER = 1",
        "CREATE TEMP FUNCTION f(a int) RETURNS TABLE (b int) AS $$ SELECT random() $$",
        "CREATE TEMP PROCEDURE p() RETURNS INT AS BEGIN RETURN g(1); END;",
        "COPY INTO t FROM @s",
        "COPY INTO identifier(?) /* c */ (\"A\", \"B\") FROM (SELECT $1:\"A\",$1:\"B\" FROM"
            + " '@\"stage\"') FILE_FORMAT=(TYPE=PARQUET) PURGE=TRUE ON_ERROR=?",
        "COPY INTO t FROM (SELECT $1, t.$2, METADATA$FILENAME FROM @s t) FILES = ('a') FORCE = TRUE",
        "MERGE INTO t USING (SELECT * FROM u) s ON (t.a = s.a) WHEN MATCHED AND s.b THEN UPDATE SET"
            + " c = s.c WHEN NOT MATCHED THEN INSERT (a, c) VALUES (s.a, s.c)",
        "UPDATE t SET a = a + 1, b = (SELECT max(c) FROM u) WHERE d BETWEEN (1) AND (2)",
        "DELETE FROM t USING u WHERE t.a = u.a",
        "TRUNCATE TABLE t",
        "DROP TABLE IF EXISTS t",
        "DROP FUNCTION f(int)",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t ADD COLUMN a VARCHAR(10)",
        "ALTER SESSION SET TIMEZONE = 'UTC'",
        "PUT file:///tmp/x @s",
        "SET v = 1",
        "BEGIN",
        "COMMIT",
        "SELECT limit, offset, rows FROM t",
        "SELECT a FROM t START WITH (a = 1) CONNECT BY PRIOR (b) = a",
        "SELECT a FROM t WHERE b LIKE ANY ('a', 'b') AND c LIKE ('d')",
      })
  void shouldTrustTheUsualTexts(String sql) {
    assertThat(Shape.of(sql).has(Trait.UNDETERMINED)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t SELECT random()",
        "INSERT INTO t SELECT current_timestamp",
        "INSERT INTO t SELECT seq.nextval",
        "INSERT INTO t SELECT * FROM u LIMIT 10",
        "INSERT INTO t SELECT * FROM u LIMIT ?",
        "INSERT INTO t SELECT * FROM u limit 01",
        "INSERT INTO t SELECT TOP 5 a FROM u",
        "INSERT INTO t SELECT a FROM u ORDER BY b OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY",
        "INSERT INTO t SELECT * FROM u SAMPLE (10)",
        "INSERT INTO t SELECT ROW_NUMBER() OVER (ORDER BY a) FROM u",
        "INSERT INTO t SELECT * FROM u QUALIFY RANK() OVER (ORDER BY a) = 1",
        "INSERT INTO t SELECT SUM(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM u",
        "INSERT INTO t SELECT ANY_VALUE(a), LISTAGG(b, ','), ARRAY_AGG(c) FROM u",
        "INSERT INTO t SELECT my_function(a) FROM u",
        "INSERT INTO t SELECT db.s.upper(a) FROM u",
        "INSERT INTO t SELECT s.\"upper\"(a) FROM u",
        "INSERT INTO t SELECT \"SUM\"(a) FROM u",
        "INSERT INTO t SELECT IDENTIFIER('f')(a) FROM u",
        "INSERT INTO t SELECT * FROM TABLE(my_function(1))",
        "INSERT INTO t SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())",
        "INSERT INTO t SELECT * FROM TABLE(INFER_SCHEMA(location => '@s', file_format => 'f'))",
        "INSERT INTO t SELECT * FROM DIRECTORY(@s)",
        "INSERT INTO t SELECT * FROM u AT (OFFSET => -60)",
        "INSERT INTO t SELECT * FROM u ASOF JOIN v MATCH_CONDITION (u.a >= v.a)",
        "INSERT INTO t SELECT * FROM u MATCH_RECOGNIZE (PARTITION BY a PATTERN (x) DEFINE x AS 1)",
        "INSERT INTO t SELECT * FROM u, LATERAL FLATTEN(input => x)",
        "INSERT INTO t SELECT f.seq FROM u, TABLE(FLATTEN(x)) f",
        "INSERT INTO t SELECT 1 FROM TABLE(GENERATOR(TIMELIMIT => 2))",
        "INSERT INTO t SELECT METADATA$ACTION FROM stream",
        "INSERT INTO t SELECT m!PREDICT(a) FROM u",
        "INSERT INTO t SELECT CURRENT_SESSION()",
        "COPY INTO t FROM (SELECT $1, METADATA$START_SCAN_TIME FROM @s)",
        "COPY INTO t FROM 's3://bucket/path'",
        "UPDATE t SET a = u.a FROM u WHERE t.k = u.k",
        "CREATE TEMP TABLE t (id INT AUTOINCREMENT, a INT)",
        "CREATE TEMP TABLE t (id NUMBER(10) IDENTITY(1, 1))",
        "CREATE TEMP TABLE t (a TIMESTAMP DEFAULT CURRENT_TIMESTAMP())",
        "CREATE TEMP TABLE t (a INT DEFAULT my_function())",
        "CREATE TEMP TABLE t USING TEMPLATE (SELECT 1 FROM TABLE(INFER_SCHEMA(location => '@s')))",
        "CREATE TEMP TABLE t CLONE u AT (OFFSET => -60)",
        "CREATE TABLE t FROM BACKUP SET b",
        "ALTER TABLE t ADD COLUMN c INT AUTOINCREMENT",
        "CALL p()",
        "EXECUTE IMMEDIATE 'x'",
        "BEGIN SELECT 1; END",
        "SHOW TABLES",
        "LIST @s",
        "EXPLAIN SELECT 1",
        "SELECT 'not closed",
        "FROBNICATE t",
      })
  void shouldDoubtWhatMayComeOutDifferently(String sql) {
    assertThat(Shape.of(sql).has(Trait.UNDETERMINED)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "CREATE TABLE t LIKE u, true",
    "CREATE TABLE t CLUSTER BY (a) LIKE u, true",
    "CREATE TEMP TABLE IF NOT EXISTS t CLONE u, true",
    "CREATE STAGE s CLONE r, true",
    "CREATE TABLE t COPY GRANTS USING TEMPLATE (SELECT 1), true",
    "CREATE TABLE t (a INT), false",
    "CREATE TABLE t AS SELECT * FROM u WHERE a LIKE 'x', false",
    "CREATE TABLE t (clone INT), false",
  })
  void shouldSeeCopiedDefinitions(String sql, boolean copied) {
    assertThat(Shape.of(sql).has(Trait.DEFINES_LIKE)).isEqualTo(copied);
  }

  @ParameterizedTest
  @CsvSource({
    "CREATE TABLE t (id INT AUTOINCREMENT), true",
    "CREATE TABLE t (id INT IDENTITY START 1 INCREMENT 1), true",
    "CREATE TABLE t (id INT DEFAULT s.NEXTVAL), true",
    "CREATE TABLE t (identity INT), false",
    "INSERT INTO t SELECT identity FROM u, false",
  })
  void shouldCallTablesThatNumberTheirRowsVolatile(String sql, boolean numbered) {
    assertThat(Shape.of(sql).has(Trait.VOLATILE)).isEqualTo(numbered);
  }
}
