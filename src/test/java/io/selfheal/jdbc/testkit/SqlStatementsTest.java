package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.EngineFixture.bind;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.SqlEngine.Column;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlStatementsTest {
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
  void shouldCreateInsertAndSelect() {
    assertThat(sql.value("create table t (id int, name varchar(10))"))
        .isEqualTo("Table T successfully created.");
    var inserted = sql.run("insert into t values (1, 'it''s'), (2, 'b;--c')");
    assertThat(inserted.statementTypeId()).isEqualTo(SqlKind.INSERT);
    assertThat(inserted.columns())
        .extracting(Column::name)
        .containsExactly("number of rows inserted");
    assertThat(inserted.rows()).containsExactly(List.of("2"));
    assertThat(sql.rows("select * from demo.public.t where t.id > 0 order by 1 desc"))
        .containsExactly(List.of("2", "b;--c"), List.of("1", "it's"));
    assertThat(sql.engine.table("T")).containsExactly(List.of("1", "it's"), List.of("2", "b;--c"));
  }

  @Test
  void shouldCountUpdatesAndDeletes() {
    sql.run("create table t (id int, v int)");
    sql.run("insert into t select column1, column2 from values (1, 10), (2, 20), (3, 30)");
    var updated = sql.run("update t x set x.v = x.v + 1 where id < 3");
    assertThat(updated.columns())
        .extracting(Column::name)
        .containsExactly("number of rows updated", "number of multi-joined rows updated");
    assertThat(updated.rows()).containsExactly(List.of("2", "0"));
    assertThat(sql.rows("update t set v = s.v from (select 3 as id, 99 as v) s where t.id = s.id"))
        .containsExactly(List.of("1", "0"));
    assertThat(sql.rows("delete from t using (select 1 as id) s where t.id = s.id"))
        .containsExactly(List.of("1"));
    assertThat(sql.rows("delete from t where v = 21")).containsExactly(List.of("1"));
    assertThat(sql.engine.table("T")).containsExactly(List.of("3", "99"));
  }

  @Test
  void shouldMergeWithCounts() {
    sql.run("create table t (id int, v varchar)");
    sql.run("create table s (id int, v varchar)");
    sql.run("insert into t values (1, 'a'), (2, 'b'), (3, 'c')");
    sql.run("insert into s values (1, 'x'), (2, null), (4, 'y'), (5, 'z')");
    var merged =
        sql.run(
            "merge into t using s on t.id = s.id when matched and s.v is null then delete"
                + " when matched then update set t.v = s.v"
                + " when not matched then insert (id, v) values (s.id, s.v)");
    assertThat(merged.statementTypeId()).isEqualTo(SqlKind.MERGE);
    assertThat(merged.columns())
        .extracting(Column::name)
        .containsExactly(
            "number of rows inserted", "number of rows updated", "number of rows deleted");
    assertThat(merged.rows()).containsExactly(List.of("2", "1", "1"));
    assertThat(sql.rows("select * from t order by id"))
        .containsExactly(
            List.of("1", "x"), List.of("3", "c"), List.of("4", "y"), List.of("5", "z"));
  }

  @Test
  void shouldTakeBindsOfEveryType() {
    sql.run(
        "create table t (f number(10,2), r float, s varchar, b boolean, d date, tm time,"
            + " n timestamp_ntz, l timestamp_ltz, z timestamp_tz, x binary)");
    sql.run(
        "insert into t values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        bind("FIXED", "12.50"),
        bind("REAL", "0.5"),
        bind("TEXT", "é'"),
        bind("BOOLEAN", "true"),
        bind("DATE", "86400000"),
        bind("TIME", "3661000000001"),
        bind("TIMESTAMP_NTZ", "1500000000"),
        bind("TIMESTAMP_LTZ", "1600000000123456789"),
        bind("TIMESTAMP_TZ", "1600000000000000000 1560"),
        bind("BINARY", "00FF"));
    assertThat(sql.rows("select * from t"))
        .containsExactly(
            List.of(
                "12.50",
                "0.5",
                "é'",
                "1",
                "1",
                "3661.000000001",
                "1.500000000",
                "1600000000.123456789",
                "1600000000.000000000 1560",
                "00FF"));
    assertThat(sql.run("select * from t").columns())
        .extracting(Column::type)
        .containsExactly(
            "fixed",
            "real",
            "text",
            "boolean",
            "date",
            "time",
            "timestamp_ntz",
            "timestamp_ltz",
            "timestamp_tz",
            "binary");
    sql.run("delete from t");
    var nothing = bind("ANY", (String) null);
    sql.run(
        "insert into t values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing);
    assertThat(sql.rows("select * from t")).containsExactly(Arrays.asList(new String[10]));
  }

  @Test
  void shouldRunArrayBindsAsOneStatement() {
    sql.run("create table t (id int, v varchar)");
    assertThat(
            sql.value(
                "insert into t values (?, ?)",
                bind("FIXED", "1", "2", "3"),
                bind("TEXT", "a", null, "c")))
        .isEqualTo("3");
    assertThat(
            sql.value(
                "update t set v = ? where id = ?", bind("TEXT", "x", "y"), bind("FIXED", "1", "9")))
        .isEqualTo("1");
    assertThat(sql.engine.table("T"))
        .containsExactly(List.of("1", "x"), Arrays.asList("2", null), List.of("3", "c"));
  }

  @Test
  void shouldUndoAllOfAFailedArrayBind() {
    sql.run("create table t (id int not null)");
    assertThat(sql.failure("insert into t values (?)", bind("FIXED", "1", null)).code)
        .isEqualTo(100072);
    assertThat(sql.engine.table("T")).isEmpty();
  }

  @Test
  void shouldNameColumnsAsSnowflakeDoes() {
    var answer =
        sql.run("select 1, count(*), 'x' as y, upper('a') z, current_date from (select 1 as a)");
    assertThat(answer.columns())
        .extracting(Column::name)
        .containsExactly("1", "COUNT(*)", "Y", "Z", "CURRENT_DATE");
  }

  @Test
  void shouldDescribeWithoutRunning() throws Exception {
    sql.run("create table t (id int, v varchar(5))");
    var describe =
        new SqlEngine.Query(
            "q", "select id, v from t where id = ? and v = ?", null, true, false, null);
    var answer = sql.session.execute(describe);
    assertThat(answer.numberOfBinds()).isEqualTo(2);
    assertThat(answer.columns()).extracting(Column::type).containsExactly("fixed", "text");
    assertThat(answer.rows()).isEmpty();
    var insert =
        sql.session.execute(
            new SqlEngine.Query("i", "insert into t values (?, ?)", null, true, false, null));
    assertThat(insert.statementTypeId()).isEqualTo(SqlKind.INSERT);
    assertThat(insert.numberOfBinds()).isEqualTo(2);
    assertThat(sql.engine.history("q")).isNull();
    assertThat(sql.engine.table("T")).isEmpty();
  }

  @Test
  void shouldWordErrorsAsSnowflakeDoes() {
    var missing = sql.failure("select * from nosuch");
    assertThat(missing.code).isEqualTo(2003);
    assertThat(missing.sqlState).isEqualTo("42S02");
    assertThat(missing)
        .hasMessage(
            "SQL compilation error:\nObject 'DEMO.PUBLIC.NOSUCH' does not exist or not authorized.");
    assertThat(sql.failure("selec 1").code).isEqualTo(1003);
    assertThat(sql.failure("select 'open").code).isEqualTo(1003);
    assertThat(sql.failure("select nosuch from (select 1 as a)").code).isEqualTo(904);
    sql.run("create table t (id int)");
    assertThat(sql.failure("create table t (id int)").code).isEqualTo(2002);
    assertThat(sql.failure("select 1/0").code).isEqualTo(100051);
    assertThat(sql.failure("select 1; select 2").code).isEqualTo(8);
    assertThat(sql.failure("select parse_json('{}'):a").code).isEqualTo(2);
  }

  @Test
  void shouldDivideAsSnowflakeDoes() {
    assertThat(sql.value("select 10/4")).isEqualTo("2.500000");
    assertThat(sql.value("select greatest(1, null)")).isNull();
    assertThat(sql.value("select concat('a', null)")).isNull();
    assertThat(sql.value("select iff(1 = 1, 'y', 'n') || nvl(null, '!')")).isEqualTo("y!");
  }

  @Test
  void shouldReadTextsAsTheirColumnsDo() {
    sql.run("alter session set timezone = 'America/New_York'");
    sql.run("create table t (x binary, n timestamp_ntz, l timestamp_ltz, z timestamp_tz)");
    sql.run(
        "insert into t values ('00ff', '2020-01-01', '2020-01-01 00:00:00', '2020-01-01T00:00:00 +02:00')");
    sql.run(
        "insert into t values (?, ?, ?, ?)",
        bind("TEXT", "00ff"),
        bind("TEXT", "2020-01-01 00:00:00.000 Z"),
        bind("TEXT", "2020-01-01 05:00:00 Z"),
        bind("TEXT", "2020-01-01 00:00:00 +0200"));
    var row =
        List.of(
            "00FF", "1577836800.000000000", "1577854800.000000000", "1577829600.000000000 1560");
    assertThat(sql.rows("select * from t")).containsExactly(row, row);
    assertThat(sql.failure("insert into t (n) values ('soon')").code).isEqualTo(100035);
    assertThat(sql.failure("insert into t (x) values ('xyz')").code).isEqualTo(100039);
  }

  @Test
  void shouldRefuseWhatItDoesNotUnderstand() {
    sql.run("create table t (id int)");
    for (var text :
        List.of(
            "insert all into t values (1) select 1",
            "create function f() returns int language python as '1'",
            "undrop table t",
            "select try_cast('a' as int)",
            "select 1 from t, lateral flatten(input => 1)",
            "select * from t at(offset => -60)",
            "create table c clone t at(offset => -60)",
            "select dayname(current_date)",
            "show warehouses",
            "select system$typeof(1)",
            "create stage s url = 's3://x'",
            "select 1 ->> select 2")) {
      assertThat(sql.failure(text).code).as(text).isEqualTo(2);
    }
    assertThat(sql.failure("explain select 1").code).isEqualTo(1003);
    assertThat(sql.failure("select nosuch(1)").code).isEqualTo(2141);
  }
}
