package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.EngineFixture.failure;
import static io.selfheal.jdbc.testkit.EngineFixture.query;
import static io.selfheal.jdbc.testkit.EngineFixture.run;
import static io.selfheal.jdbc.testkit.EngineFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.SqlEngine.Query;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transactions, what becomes of them when a session is lost, and the history that tells of them.
 */
@Timeout(60)
class SqlTransactionTest {
  private EngineFixture sql;

  @BeforeEach
  void open(@TempDir Path directory) {
    sql = new EngineFixture(directory);
    sql.run("create table t (id int, v varchar)");
  }

  @AfterEach
  void close() {
    sql.close();
  }

  @Test
  void shouldCommitAndRollBack() {
    sql.run("begin");
    sql.run("insert into t values (1, 'a')");
    assertThat(sql.engine.table("T")).isEmpty();
    sql.run("begin transaction");
    sql.run("rollback");
    assertThat(sql.value("select count(*) from t")).isEqualTo("0");
    sql.run("start transaction name x");
    sql.run("insert into t values (2, 'b')");
    assertThat(sql.failure("insert into t values ('nonsense', 'c')").code).isEqualTo(100038);
    sql.run("commit");
    assertThat(sql.engine.table("T")).containsExactly(List.of("2", "b"));
  }

  @Test
  void shouldCommitOnDdlAndOnAutocommit() {
    sql.run("alter session set autocommit = false");
    sql.run("insert into t values (1, 'a')");
    assertThat(sql.value("select current_transaction()")).isNotNull();
    sql.run("create temp table x (i int)");
    assertThat(sql.engine.table("T")).hasSize(1);
    sql.run("insert into t values (2, 'b')");
    sql.run("truncate table t");
    sql.run("rollback");
    assertThat(sql.engine.table("T")).hasSize(1);
    sql.run("insert into t values (3, 'c')");
    sql.run("alter session /* JDBC */ set autocommit=true");
    assertThat(sql.engine.table("T")).hasSize(2);
    assertThat(sql.value("select current_transaction()")).isNull();
  }

  @Test
  void shouldKeepALostTransactionUntilItIsAborted() {
    sql.run("insert into t values (1, 'a')");
    sql.run("begin name ghost");
    sql.run("update t set v = 'b'");
    sql.run("create temp table after (i int)");
    sql.run("begin name ghost");
    sql.run("update t set v = 'c'");
    var id = sql.value("select current_transaction()");
    sql.session.lose();
    var next = sql.open();
    assertThat(run(next, "show transactions").rows())
        .singleElement()
        .satisfies(row -> assertThat(row).contains(id, "GHOST", "running"));
    assertThat(failure(next, "update t set v = 'd'").code).isEqualTo(625);
    assertThat(run(next, "desc transaction " + id).rows().get(0)).contains("running");
    assertThat(value(next, "select system$abort_transaction(" + id + ")")).contains(id);
    assertThat(run(next, "desc transaction " + id).rows().get(0)).contains("rolled back");
    assertThat(value(next, "update t set v = 'd'")).isEqualTo("1");
    assertThat(sql.engine.table("T")).containsExactly(List.of("1", "d"));
    assertThat(sql.engine.transactions.running()).isEmpty();
  }

  @Test
  void shouldFinishTheStatementThatRunsWhenTheSessionIsLost() throws Exception {
    var reached = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var insert =
        new Query(
            "slow",
            "insert into t values (1, 'a')",
            Map.of(),
            false,
            false,
            Map.of(),
            () -> {
              reached.countDown();
              await(goOn);
            });
    var running = CompletableFuture.supplyAsync(() -> execute(sql.session, insert));
    await(reached);
    assertThat(sql.engine.history("slow")).containsEntry("EXECUTION_STATUS", "RUNNING");
    sql.session.lose();
    assertThat(
            failure(sql.open(), "select * from table(nosuch.information_schema.query_history())")
                .code)
        .isEqualTo(2003);
    goOn.countDown();
    assertThat(running.get(10, TimeUnit.SECONDS)).isNull();
    assertThat(sql.engine.table("T")).hasSize(1);
    assertThat(sql.engine.history("slow")).containsEntry("EXECUTION_STATUS", "SUCCESS");
  }

  private static SqlFailure execute(SqlEngine.Session session, Query query) {
    try {
      session.execute(query);
      return null;
    } catch (SqlFailure e) {
      return e;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldCancelAWait() throws Exception {
    var wait = query("insert into t select 1, system$wait(50)", Map.of());
    var running = CompletableFuture.supplyAsync(() -> execute(sql.session, wait));
    while (sql.engine.history(wait.queryId()) == null) {
      Thread.onSpinWait();
    }
    sql.session.cancel(wait.queryId());
    assertThat(running.get(10, TimeUnit.SECONDS).code).isEqualTo(604);
    assertThat(sql.engine.table("T")).isEmpty();
  }

  @Test
  void shouldRecordHistory() {
    var failed = failure(sql.session, "select * from nosuch");
    sql.run("insert into t values (1, 'a'), (2, 'b')");
    sql.run("update t set v = 'x'");
    var other = sql.open();
    var history =
        run(
            other,
            "select query_text, execution_status, error_code, rows_inserted, rows_updated, transaction_id <> 0 as inside"
                + " from table(information_schema.query_history_by_session(session_id => 101, result_limit => 10))"
                + " order by start_time");
    assertThat(history.rows())
        .containsExactly(
            java.util.Arrays.asList(
                "create table t (id int, v varchar)", "SUCCESS", null, "0", "0", "0"),
            java.util.Arrays.asList(
                "select * from nosuch", "FAILED_WITH_ERROR", "002003", null, null, "0"),
            java.util.Arrays.asList(
                "insert into t values (1, 'a'), (2, 'b')", "SUCCESS", null, "2", "0", "1"),
            java.util.Arrays.asList("update t set v = 'x'", "SUCCESS", null, "0", "2", "1"));
    assertThat(failed.code).isEqualTo(2003);
    assertThat(
            value(
                other,
                "select count(*) from table(demo.information_schema.query_history_by_session("
                    + "session_id => 101, result_limit => 1))"
                    + " where query_type = 'INSERT'"))
        .isEqualTo("0");
    run(other, "drop database demo");
    assertThat(failure(other, "select * from table(information_schema.query_history())").code)
        .isEqualTo(90105);
  }

  @Test
  void shouldTravelInTime() {
    var first = sql.run("insert into t values (1, 'a')").queryId();
    var second = sql.run("insert into t values (2, 'b')").queryId();
    var changed = sql.value("select system$last_change_commit_time('t')");
    sql.run("delete from t");
    assertThat(sql.value("select count(*) from t at(statement => '" + first + "')")).isEqualTo("1");
    assertThat(sql.value("select count(*) from t before(statement => '" + first + "')"))
        .isEqualTo("0");
    assertThat(
            sql.value(
                "select count(*) from t at(statement => ?)", EngineFixture.bind("TEXT", second)))
        .isEqualTo("2");
    assertThat(Long.parseLong(sql.value("select system$last_change_commit_time('demo.public.t')")))
        .isGreaterThan(Long.parseLong(changed));
  }
}
