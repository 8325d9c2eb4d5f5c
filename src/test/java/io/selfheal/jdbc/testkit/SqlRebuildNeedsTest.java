package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.EngineFixture.bind;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a rebuild of a lost session asks its account, often from another session. */
class SqlRebuildNeedsTest {
  private EngineFixture sql;
  private SqlEngine.Session other;

  @BeforeEach
  void open(@TempDir Path directory) {
    sql = new EngineFixture(directory);
    other = sql.open();
    sql.run("create table t (id int autoincrement, n int default 5)");
    sql.run("insert into t (n) values (1), (2)");
  }

  @AfterEach
  void close() {
    sql.close();
  }

  private String other(String text) {
    return EngineFixture.value(other, text);
  }

  private String lastChange(String name) {
    return other("select system$last_change_commit_time('" + name + "')");
  }

  @Test
  void shouldTellTheLastChangeInNanosecondsAndForCommittedWorkOnly() {
    sql.run("create view v as select n from t");
    sql.run("create view w as select n from v where n > 1");
    var before = lastChange("demo.public.t");
    assertThat(before).hasSize(19);
    assertThat(lastChange("v")).isGreaterThan(before);
    var views = List.of(lastChange("v"), lastChange("w"));

    sql.run("begin");
    sql.run("insert into t (n) values (3)");
    assertThat(lastChange("t")).isEqualTo(before);
    sql.run("rollback");
    sql.run("create temp table t (n int)");
    sql.run("insert into t values (8)");
    assertThat(lastChange("t")).isEqualTo(before);
    assertThat(List.of(lastChange("v"), lastChange("w"))).isEqualTo(views);
    sql.run("drop table t");

    sql.run("update t set n = n + 1");
    var all =
        EngineFixture.run(
                other,
                "select system$last_change_commit_time('\"DEMO\".\"PUBLIC\".\"T\"'),"
                    + " system$last_change_commit_time('DEMO.PUBLIC.W')")
            .rows()
            .get(0);
    assertThat(all.get(0)).isGreaterThan(before).isEqualTo(all.get(1));
  }

  @Test
  void shouldTellTheLastDdlOfRenamesAndSwapsToo() {
    sql.run("create table u (n int)");
    var ask =
        "select to_varchar(last_ddl) from information_schema.tables where table_name = '%s'"
            + " and table_schema = 'PUBLIC'";
    var before = other(ask.formatted("T"));
    sql.run("insert into t (n) values (9)");
    assertThat(other(ask.formatted("T"))).isEqualTo(before);
    sql.run("alter table t swap with u");
    assertThat(other(ask.formatted("T"))).isGreaterThan(before);
    var swapped = other(ask.formatted("U"));
    sql.run("alter table u rename to u2");
    assertThat(other(ask.formatted("U2"))).isGreaterThan(swapped);
  }

  @Test
  void shouldTellDefaultsAndIdentities() {
    assertThat(
            EngineFixture.run(
                    other,
                    "select column_name, column_default, is_identity from information_schema.columns"
                        + " where table_name = 'T' order by ordinal_position")
                .rows())
        .containsExactly(java.util.Arrays.asList("ID", null, "YES"), List.of("N", "5", "NO"));
  }

  @Test
  void shouldReadTablesAndViewsAsAStatementFoundThem() {
    sql.run("create view v as select n from t");
    var at = sql.run("select 1").queryId();
    for (var name : List.of("t", "v")) {
      var ask =
          "select (select hash_agg(*) from %s), (select hash_agg(*) from %s at(statement => '%s'))"
              .formatted(name, name, at);
      var row = EngineFixture.run(other, ask).rows().get(0);
      assertThat(row.get(0)).as(name).isEqualTo(row.get(1));
    }
    sql.run("update t set n = n + 10 where n = 1");
    var row =
        EngineFixture.run(
                other,
                "select (select sum(n) from v), (select sum(n) from v at(statement => '%s'))"
                    .formatted(at))
            .rows()
            .get(0);
    assertThat(row).containsExactly("13", "3");
  }

  @Test
  void shouldCompareTheResultsOfAnySessionOfTheUser() {
    var query = sql.run("select n from t order by n").queryId();
    var change = sql.run("update t set n = n").queryId();
    var ddl = sql.run("create temp table x (a int)").queryId();
    for (var id : List.of(query, change, ddl)) {
      var ask = "select hash_agg(*), count(*) from table(result_scan('%s'))".formatted(id);
      assertThat(EngineFixture.run(other, ask).rows().get(0).get(1))
          .isEqualTo(id.equals(query) ? "2" : "1");
    }
    var again = EngineFixture.run(other, "select n from t order by n desc").queryId();
    var hash = "select hash_agg(*) from table(result_scan('%s'))";
    assertThat(other(hash.formatted(again))).isEqualTo(other(hash.formatted(query)));
    assertThat(EngineFixture.failure(other, hash.formatted(UUID.randomUUID())).code).isEqualTo(709);
  }

  @Test
  void shouldTellHowATransactionEnded() {
    sql.run("start transaction name x");
    sql.run("insert into t (n) values (3)");
    var open = sql.value("select current_transaction()");
    var ask =
        "select transaction_id from table(information_schema.query_history_by_session(session_id => %d,"
            + " result_limit => 1)) ";
    assertThat(other(ask.formatted(sql.session.id()))).isEqualTo(open);
    var describe = "desc transaction " + open;
    assertThat(EngineFixture.run(other, describe).rows().get(0)).contains("running");
    other("select system$abort_transaction(%s)".formatted(open));
    assertThat(EngineFixture.run(other, describe).rows().get(0)).contains("rolled back");
    sql.run("insert into t (n) values (4)");
    var single = other(ask.formatted(sql.session.id()));
    assertThat(EngineFixture.run(other, "desc transaction " + single).rows().get(0))
        .contains("committed");
  }

  @Test
  void shouldShowVariablesByTypeAndValue() {
    sql.run("set (a, b) = (1, 'x')");
    sql.run("set c = (select max(n) from t)");
    sql.run("set d = $c * 1.5");
    sql.run("set e = '2020-02-29'::date");
    assertThat(sql.run("show variables").rows())
        .extracting(row -> List.of(row.get(3), row.get(4), row.get(5)))
        .containsExactly(
            List.of("A", "1", "fixed"),
            List.of("B", "x", "text"),
            List.of("C", "2", "fixed"),
            List.of("D", "3.0", "fixed"),
            List.of("E", "2020-02-29", "date"));
    var answer = sql.run("select $a, $b, $e");
    assertThat(answer.columns())
        .extracting(SqlEngine.Column::type)
        .containsExactly("fixed", "text", "date");
    assertThat(EngineFixture.failure(other, "select $a").code).isEqualTo(2211);
  }

  @Test
  void shouldShadowEveryKindWithItsOwnSessionsObjects() {
    sql.run("create view v as select 'permanent' as x");
    sql.run("create stage s");
    sql.run("create file format f type = csv");
    sql.run("create function g(a int) returns varchar as $$ 'permanent' || a $$");
    sql.run(
        "create procedure p() returns varchar language sql as $$ begin return 'permanent'; end $$");
    sql.run("create temp view v as select 'temp' as x");
    sql.run("create temp stage s file_format = (type = csv skip_header = 1)");
    sql.run("create temp file format f type = csv skip_header = 1");
    sql.run(
        "create temp function g(a int) returns varchar as $$ 'temp' || (a + ?) $$"
            .replace("?", "1"));
    sql.run(
        "create temp procedure p() returns varchar language sql as $$ begin return 'temp'; end $$");
    for (var text : List.of("select x from v", "select g(1)", "call p()")) {
      assertThat(sql.value(text)).as(text).startsWith("temp");
      assertThat(other(text)).as(text).startsWith("permanent");
    }
    assertThat(sql.value("select demo.public.g(?)", bind("FIXED", "4"))).isEqualTo("temp5");
    for (var text : List.of("desc stage s", "desc file format f")) {
      assertThat(sql.rows(text)).as(text).contains(List.of("SKIP_HEADER", "1"));
      assertThat(EngineFixture.run(other, text).rows())
          .as(text)
          .doesNotContain(List.of("SKIP_HEADER", "1"));
    }
    for (var text :
        List.of(
            "show views like 'v' in schema demo.public",
            "show stages like 'S' in schema demo.public",
            "show user functions like 'g' in demo.public",
            "show file formats like 'f'")) {
      assertThat(sql.rows(text)).as(text).hasSize(2);
      assertThat(EngineFixture.run(other, text).rows()).as(text).hasSize(1);
    }
    sql.run("alter view v rename to v2");
    assertThat(sql.value("select x from v")).isEqualTo("permanent");
    for (var text :
        List.of("drop function g(int)", "drop procedure p()", "drop stage s", "drop view v2")) {
      sql.run(text);
    }
    assertThat(sql.value("select g(1)")).isEqualTo("permanent1");
    sql.session.lose();
    assertThat(other("select g(1)")).isEqualTo("permanent1");
  }

  @Test
  void shouldMoveTemporaryTablesUnderTheirNames() {
    sql.run("create temp table a (n int)");
    sql.run("create temp table b (n int)");
    sql.run("insert into b values (2)");
    sql.run("alter table a swap with b");
    assertThat(sql.rows("select n from a")).containsExactly(List.of("2"));
    sql.run("alter table a rename to t");
    assertThat(sql.rows("select n from t")).containsExactly(List.of("2"));
    sql.run("truncate table identifier(?)", bind("TEXT", "t"));
    assertThat(sql.rows("select n from t")).isEmpty();
    assertThat(sql.rows("show tables like 't' in schema demo.public"))
        .extracting(row -> row.get(4))
        .containsExactlyInAnyOrder("TABLE", "TEMPORARY");
    assertThat(EngineFixture.run(other, "select n from t").rows()).hasSize(2);
    sql.run("drop table t");
    assertThat(sql.rows("select n from t")).hasSize(2);
    sql.run("create temp table l like t");
    sql.run("insert into l (n) values (7)");
    assertThat(sql.rows("select id, n from l")).containsExactly(List.of("1", "7"));
  }

  @Test
  void shouldNumberItsOwnQueriesOnly() {
    var first = sql.run("select 10").queryId();
    EngineFixture.run(other, "select 20");
    sql.run("select 30");
    assertThat(sql.value("select last_query_id(-2)")).isEqualTo(first);
    assertThat(sql.value("select * from table(result_scan(last_query_id(-3)))")).isEqualTo("10");
    assertThat(EngineFixture.value(other, "select * from table(result_scan(last_query_id()))"))
        .isEqualTo("20");
  }
}
