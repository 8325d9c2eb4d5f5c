package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.EngineFixture.bind;
import static io.selfheal.jdbc.testkit.EngineFixture.run;
import static io.selfheal.jdbc.testkit.EngineFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.SqlEngine.Query;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What belongs to a session: its names, variables, parameters, temporary objects and query ids. */
class SqlSessionTest {
  private EngineFixture sql;

  @BeforeEach
  void open(@TempDir Path directory) {
    sql = new EngineFixture(directory);
  }

  @AfterEach
  void close() {
    sql.close();
  }

  @Test
  void shouldFollowUseAndCreate() {
    assertThat(
            sql.rows(
                "select current_database(), current_schema(), current_role(), current_warehouse(), current_user()"))
        .containsExactly(List.of("DEMO", "PUBLIC", "SYSADMIN", "WH", "TESTER"));
    sql.run("create schema s1");
    assertThat(sql.session.schema()).isEqualTo("S1");
    sql.run("create database \"other\"");
    assertThat(sql.session.database()).isEqualTo("other");
    assertThat(sql.session.schema()).isEqualTo("PUBLIC");
    sql.run("use demo.s1");
    sql.run("use role accountadmin");
    sql.run("use warehouse big");
    sql.run("use secondary roles all");
    assertThat(
            sql.rows(
                "select current_database(), current_schema(), current_role(), current_warehouse()"))
        .containsExactly(List.of("DEMO", "S1", "ACCOUNTADMIN", "BIG"));
    assertThat(sql.failure("use database nosuch").code).isEqualTo(2003);
    assertThat(sql.failure("use schema nosuch").sqlState).isEqualTo("02000");
    sql.run("drop schema s1");
    assertThat(sql.session.schema()).isNull();
    assertThat(sql.failure("create table t (i int)").code).isEqualTo(90106);
  }

  @Test
  void shouldNameObjectsByIdentifier() {
    sql.run("create table identifier(?) (id int)", bind("TEXT", "demo.public.by_bind"));
    sql.run("insert into identifier('by_bind') values (1)");
    sql.run("set tab = 'BY_BIND'");
    assertThat(sql.value("select count(*) from identifier($tab)")).isEqualTo("1");
    assertThat(sql.value("select count(*) from table(?)", bind("TEXT", "by_bind"))).isEqualTo("1");
    sql.run("truncate table identifier(?)", bind("TEXT", "by_bind"));
    assertThat(sql.engine.table("BY_BIND")).isEmpty();
  }

  @Test
  void shouldKeepVariablesAndParameters() {
    sql.run("set a = 5");
    sql.run("set (b, c) = ('x', (select $a + 1))");
    assertThat(sql.rows("select $a, $b, $c")).containsExactly(List.of("5", "x", "6"));
    assertThat(sql.rows("show variables like 'b'").get(0)).contains("B", "x");
    sql.run("unset (a, b)");
    assertThat(sql.failure("select $a").code).isEqualTo(2211);
    sql.run("alter session set query_tag = 'mine' timezone = 'UTC'");
    assertThat(sql.session.parameters())
        .containsEntry("QUERY_TAG", "mine")
        .containsEntry("TIMEZONE", "UTC");
    var tagged = sql.run("select 1");
    assertThat(sql.engine.history(tagged.queryId())).containsEntry("QUERY_TAG", "mine");
    sql.run("alter session unset query_tag");
    assertThat(sql.session.parameters()).doesNotContainKey("QUERY_TAG");
  }

  @Test
  void shouldShadowPermanentTables() {
    sql.run("create table t (id int)");
    sql.run("insert into t values (1)");
    sql.run("create temp table t like t");
    sql.run("insert into t values (2), (3)");
    assertThat(sql.value("select count(*) from demo.public.t")).isEqualTo("2");
    assertThat(sql.engine.table("T")).containsExactly(List.of("1"));
    var other = sql.open();
    assertThat(value(other, "select count(*) from t")).isEqualTo("1");
    assertThat(sql.value("create temp table if not exists t (id int)"))
        .isEqualTo("T already exists, statement succeeded.");
    assertThat(sql.failure("create temp table t (id int)").code).isEqualTo(2002);
    sql.run("create or replace temp table t as select id * 10 as id from t");
    assertThat(sql.rows("select id from t order by 1"))
        .containsExactly(List.of("20"), List.of("30"));
    sql.run("drop table t");
    assertThat(sql.value("select id from t")).isEqualTo("1");
    sql.run("drop table t");
    assertThat(sql.failure("select * from t").code).isEqualTo(2003);
  }

  @Test
  void shouldLoseTemporaryObjectsWithTheSession() {
    sql.run("create table t (id int)");
    sql.run("create temp table t (id int, v int)");
    sql.run("create temp view v as select 1 as one");
    sql.run("create temp stage s");
    sql.run("set x = 1");
    sql.session.lose();
    var next = sql.open();
    assertThat(run(next, "select * from t").columns()).hasSize(1);
    assertThat(EngineFixture.failure(next, "select * from v").code).isEqualTo(2003);
    assertThat(EngineFixture.failure(next, "list @s").code).isEqualTo(2003);
    assertThat(EngineFixture.failure(next, "select $x").code).isEqualTo(2211);
    assertThat(sql.failure("select 1").code).isEqualTo(390111);
  }

  @Test
  void shouldCloneSwapAndAlter() {
    sql.run("create table a (id int autoincrement, v varchar default 'd', primary key (id))");
    sql.run("insert into a (v) values ('x'), (default)");
    sql.run("create table b clone a");
    sql.run("update b set v = 'b'");
    sql.run("alter table a swap with b");
    assertThat(sql.rows("select v from a")).containsExactly(List.of("b"), List.of("b"));
    sql.run("alter table b rename to c");
    assertThat(sql.rows("select id, v from c order by id"))
        .containsExactly(List.of("1", "x"), List.of("2", "d"));
    sql.run("alter table c add column n number(5,1)");
    sql.run("alter table c rename column v to w");
    sql.run("alter table c drop column id");
    assertThat(sql.run("select * from c").columns())
        .extracting(SqlEngine.Column::name)
        .containsExactly("W", "N");
    sql.run("create sequence s start 5 increment 5");
    assertThat(sql.value("select s.nextval")).isEqualTo("5");
    assertThat(sql.value("select demo.public.s.nextval")).isEqualTo("10");
  }

  @Test
  void shouldScanResultsAcrossSessions() {
    var first = sql.run("select column1 as a, column2 as b from values (1, 'x'), (2, 'y')");
    assertThat(sql.rows("select a from table(result_scan(last_query_id())) where b = 'y'"))
        .containsExactly(List.of("2"));
    var other = sql.open();
    assertThat(value(other, "select count(*) from table(result_scan('" + first.queryId() + "'))"))
        .isEqualTo("2");
    assertThat(
            value(other, "select hash_agg(*) from table(result_scan('" + first.queryId() + "'))"))
        .isEqualTo(
            sql.value("select hash_agg(*) from (select 2 as a, 'y' as b union all select 1, 'x')"))
        .isNotEqualTo(sql.value("select hash_agg(*) from (select 2 as a, 'y' as b)"));
    assertThat(EngineFixture.failure(other, "select * from table(result_scan('nosuch'))").code)
        .isEqualTo(709);
  }

  @Test
  void shouldRunSeveralStatements() throws Exception {
    sql.run("create table t (id int)");
    var query =
        new Query(
            "parent",
            "insert into t values (1); -- a;b\n select ';' as x; /* ; */ ;",
            Map.of(),
            false,
            false,
            Map.of("MULTI_STATEMENT_COUNT", 0));
    var answer = sql.session.execute(query);
    assertThat(answer.children()).hasSize(2);
    assertThat(answer.children().get(0).statementTypeId()).isEqualTo(SqlKind.INSERT);
    assertThat(sql.engine.result(answer.children().get(1).queryId()).rows())
        .containsExactly(List.of(";"));
    assertThat(sql.engine.history("parent")).containsEntry("EXECUTION_STATUS", "SUCCESS");
    assertThat(sql.engine.history(answer.children().get(0).queryId()))
        .containsEntry("ROWS_INSERTED", 1L);
  }

  @Test
  void shouldCallProcedures() {
    sql.run("create table t (id int, v varchar)");
    sql.run(
        "create or replace procedure p(n int, s varchar) returns varchar language sql as"
            + " $$ begin insert into t values (:n, :s); return 'done ' || :s; end; $$");
    assertThat(sql.value("call p(7, 'x')")).isEqualTo("done x");
    assertThat(sql.engine.table("T")).containsExactly(List.of("7", "x"));
    sql.run("execute immediate 'delete from t'");
    sql.run("begin insert into t values (1, 'a'); insert into t values (2, 'b'); end;");
    assertThat(sql.engine.table("T")).hasSize(2);
    assertThat(sql.failure("begin let x := 1; end").code).isEqualTo(2);
  }
}
