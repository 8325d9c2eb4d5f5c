package io.selfheal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind, with the traps that each has. */
class KindTest {

  private static Kind kind(String sql) {
    return Shape.of(sql).kind();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select 1",
        "  ;SELECT 1;; -- done",
        "(SELECT a FROM x) UNION ALL (SELECT b FROM y)",
        "((select 1))",
        "WITH a AS (SELECT 1), b (x, y) AS (SELECT 1, 2) SELECT * FROM a, b",
        "with recursive r as (select 1 union all select * from r) select * from r",
        "WITH recursive AS (SELECT 1) SELECT * FROM recursive",
        "VALUES (1, 2), (3, 4)",
        "SHOW TABLES LIKE '%x%' IN SCHEMA s",
        "DESC TABLE t",
        "describe view v",
        "EXPLAIN USING JSON DELETE FROM t",
        "EXPLAIN (SELECT 1)",
        "LIST @stage/a/b pattern='.*'",
        "ls @~",
        "SHOW TABLES ->> SELECT \"name\" FROM $1 ->> SELECT count(*) FROM $1",
        "SELECT a -> b FROM t",
        "SELECT '; DROP TABLE t' AS \"x;--\" FROM t -- ; DROP TABLE t",
        "SELECT 'it''s \\'; DELETE FROM t; --' FROM t",
        "SELECT '\\\\', 1",
        "SELECT $$ ; delete from t; $$, $1, a.$2 FROM @s/p",
        "SELECT {fn ucase('x')}, {d '2024-01-01'}",
        "SELECT SYSTEM$TYPEOF(1), system$last_change_commit_time('t')",
        "SELECT insert('abc', 1, 2, 'Z'), (insert('a', 1, 1, 'b')) FROM t",
        "SELECT * FROM TABLE(FLATTEN(input => x)) f, LATERAL SPLIT_TO_TABLE('a.b', '.') s",
        "SELECT * FROM TABLE(db.INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 5))",
        "SELECT * FROM TABLE(GENERATOR(ROWCOUNT => 10)), TABLE($t), TABLE('a.b')",
        "SELECT EXTRACT(year FROM to_date('2020-01-01')) WHERE a IS DISTINCT FROM coalesce(b, 1)",
        "SELECT * FROM t PIVOT (sum(x) FOR m IN ('a')) AS p JOIN u USING (id)",
        "SELECT * FROM t1 AT (OFFSET => -60) WHERE a != 1",
        "SELECT nextval FROM t",
        "SELECT 1 // c ; delete from t",
        "SELECT 1 /* a /* b */ + 1",
        "\uFEFFSELECT 1",
      })
  void shouldCallReadingTextsQueries(String sql) {
    assertThat(kind(sql)).isEqualTo(Kind.QUERY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t VALUES (1)",
        "/* x */ -- y\n // z\n insert overwrite into t select 1",
        "INSERT INTO t WITH c AS (SELECT 1 a) SELECT * FROM c",
        "INSERT ALL INTO a INTO b SELECT 1",
        "insert first when x > 1 then into a else into b (c) values (x) select x from s",
        "UPDATE t SET a = (SELECT ';' ) FROM s",
        "DELETE FROM t USING s WHERE t.a = s.a",
        "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
        "TRUNCATE t",
        "truncate table if exists \"a.b\"",
        "COPY INTO t FROM @s/x PURGE = TRUE",
        "copy into identifier(?) (\"A\") from (select $1:\"A\" from '@s') on_error=?",
        "INSERT INTO t SELECT seq.NEXTVAL",
      })
  void shouldCallChangesOfRowsWrites(String sql) {
    assertThat(kind(sql)).isEqualTo(Kind.WRITE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TEMP TABLE t (a int)",
        "create or replace local temporary table if not exists a.\"b;c\".\"d--e\" (x int)",
        "CREATE GLOBAL TEMPORARY TABLE t (a int)",
        "CREATE VOLATILE TABLE t (a int)",
        "CREATE SCOPED TEMP READ ONLY TABLE t CLONE u",
        "CREATE SECURE TEMPORARY RECURSIVE VIEW v AS SELECT 1",
        "CREATE TEMP STAGE s",
        "CREATE /* x */ SCOPED TEMPORARY FILE FORMAT f TYPE = CSV",
        "CREATE TEMPORARY FUNCTION f() RETURNS INT AS '1'",
        "CREATE OR REPLACE TEMP PROCEDURE p() RETURNS INT AS $$ BEGIN RETURN 1; END $$",
        "CREATE TEMP TABLE t AS SELECT * FROM TABLE(FLATTEN(x))",
      })
  void shouldSeeTemporaryObjects(String sql) {
    assertThat(kind(sql)).isEqualTo(Kind.TEMP_DDL);
    assertThat(Shape.of(sql).temp()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE temp (a int)",
        "CREATE TABLE temporary.volatile.x (a int)",
        "CREATE OR REPLACE TRANSIENT TABLE t AS SELECT 1",
        "CREATE TABLE t (temp int, temporary table_type)",
        "CREATE ROLE temp",
        "CREATE DATABASE ROLE r",
        "CREATE TASK t SCHEDULE = '1 MINUTE' AS INSERT INTO x VALUES (1)",
        "CREATE TASK t AS BEGIN INSERT INTO x VALUES (1); CASE WHEN a THEN b; END; END;",
        "CREATE PROCEDURE p() RETURNS INT AS DECLARE a INT; BEGIN IF (a) THEN RETURN 1; END IF;"
            + " END",
        "ALTER TABLE t ADD COLUMN c int",
        "ALTER SESSION POLICY p SET SESSION_IDLE_TIMEOUT_MINS = 15",
        "DROP TABLE IF EXISTS t",
        "DROP ROLE r",
        "COMMENT ON TABLE t IS 'BEGIN'",
        "GRANT SELECT ON TABLE t TO ROLE r",
        "revoke all on schema s from role r",
        "CREATE TABLE t (a int) WITH JOIN POLICY p ALLOWED JOIN KEYS (a)",
        "CREATE VIEW v AS SELECT * FROM TABLE(my_function(1))",
      })
  void shouldCallPermanentDefinitionsDdl(String sql) {
    assertThat(kind(sql)).isEqualTo(Kind.DDL);
    assertThat(Shape.of(sql).temp()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET v = 1",
        "set (a, b) = (select 1, 2)",
        "UNSET v",
        "unset (a, b)",
        "ALTER SESSION SET TIMEZONE = 'UTC'",
        "alter session /* JDBC:SnowflakeConnectionImpl.setAutoCommit*/ set autocommit=false",
        "ALTER SESSION UNSET QUERY_TAG, TIMEZONE",
      })
  void shouldCallSessionStateSession(String sql) {
    assertThat(kind(sql)).isEqualTo(Kind.SESSION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PUT file:///tmp/dir/* @stg/a;",
        "PUT 'file://C:\\\\t\\\\a b.csv' @stg",
        "/**/put file:///tmp/x.csv '@\"S\"/a' overwrite=true",
        "GET @%t/x file:///tmp//y/",
        "REMOVE @s/x pattern='.*'",
        "rm @~/x",
        "COPY INTO @~/out FROM (SELECT 1)",
        "COPY INTO 's3://b/p/' FROM t",
        "COPY FILES INTO @a FROM @b",
      })
  void shouldCallMovedFilesFile(String sql) {
    assertThat(kind(sql)).isEqualTo(Kind.FILE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        " -- nothing",
        "CALL p()",
        "{call p(?)}",
        "{? = call p(?)}",
        "EXECUTE IMMEDIATE $$ SELECT 1 $$",
        "EXECUTE TASK t",
        "DECLARE x INT; BEGIN x := 1; RETURN x; END;",
        "BEGIN SELECT 1; END",
        "BEGIN\n LET x := 1;\n RETURN x;\nEND;",
        "UNDROP TABLE t",
        "FROBNICATE TABLE t",
        "SELECT 1; DELETE FROM t",
        "SELECT 1;\n-- c\nSELECT 2",
        "BEGIN; DELETE FROM t; COMMIT;",
        "SELECT SYSTEM$ABORT_SESSION(1)",
        "SELECT system$cancel_all_queries(1)",
        "SELECT \"SYSTEM$ABORT_SESSION\"(1)",
        "SELECT seq.NEXTVAL",
        "SELECT s.seq . nextval FROM t",
        "SELECT nv.nextval FROM t, TABLE(GETNEXTVAL(seq)) nv",
        "SELECT * FROM TABLE(my_proc())",
        "SELECT * FROM table ( db.s.\"p\" (1) )",
        "SELECT * FROM TABLE(IDENTIFIER($p)(1))",
        "SELECT * FROM t JOIN LATERAL my_proc(t.x)",
        "SELECT m!PREDICT(a) FROM t",
        "INSERT INTO t SELECT * FROM TABLE(my_proc())",
        "CREATE TABLE t AS SELECT * FROM TABLE(my_proc())",
        "SET v = (SELECT SYSTEM$ABORT_SESSION(1))",
        "SELECT 1 ->> INSERT INTO t SELECT * FROM $1",
        "INSERT INTO t VALUES (1) ->> SELECT * FROM $1",
        "LIST @s/p->>INSERT INTO t SELECT * FROM $1",
        "SHOW TABLES ->>",
        "WITH p AS PROCEDURE () RETURNS INT LANGUAGE SQL AS $$ BEGIN RETURN 1; END $$ CALL p()",
        "WITH c AS (SELECT 1) DELETE FROM t",
        "WITH c AS (DELETE FROM t) SELECT 1",
        "SELECT a INTO b FROM t",
        "SELECT * FROM (USE x)",
        "WITH c AS (DROP TABLE t) SELECT 1",
        "WITH c AS (UNDROP TABLE t) SELECT 1",
        "WITH c AS (SELECT 1) WITH d AS (SELECT 1) SELECT 1",
        "(DELETE FROM t)",
        "SELECT 'not closed",
        "SELECT 1 /* not closed ; DELETE FROM t",
        "SELECT \"not closed",
        "SELECT $$ not closed",
        "SELECT 1 -- c\rDELETE FROM t",
        "CREATE FANCY TEMP TABLE t (a int)",
        "CREATE TASK t AS BEGIN SELECT 1; END; DELETE FROM t",
        "CREATE TASK t AS BEGIN SELECT 1; END; BEGIN DELETE FROM t; END",
        "ROLLBACK TO SAVEPOINT s",
        "ALTER SESSION",
        "PUT @s @t",
        "EXPLAIN CALL p()",
      })
  void shouldCallEverythingInDoubtOpaque(String sql) {
    assertThat(kind(sql)).isEqualTo(Kind.OPAQUE);
  }

  @Test
  void shouldTakeNullAsEmpty() {
    assertThat(Shape.of(null).kind()).isEqualTo(Kind.OPAQUE);
  }
}
