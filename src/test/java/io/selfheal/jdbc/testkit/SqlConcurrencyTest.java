package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.EngineFixture.failure;
import static io.selfheal.jdbc.testkit.EngineFixture.run;
import static io.selfheal.jdbc.testkit.EngineFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.SqlEngine.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions beside each other, threads in one session, and ghosts that hold locks. */
@Timeout(60)
class SqlConcurrencyTest {
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
  void shouldLetSessionsAndThreadsInsertAtOnce() throws Exception {
    var other = sql.open();
    var threads = Executors.newFixedThreadPool(4);
    var done = new ArrayList<CompletableFuture<Void>>();
    for (int i = 0; i < 4; i++) {
      Session session = i % 2 == 0 ? sql.session : other;
      done.add(
          CompletableFuture.runAsync(
              () -> {
                for (int row = 0; row < 50; row++) {
                  run(session, "insert into t values (" + row + ", 'x')");
                }
              },
              threads));
    }
    CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).get(50, TimeUnit.SECONDS);
    threads.shutdown();
    assertThat(sql.engine.table("T")).hasSize(200);
    var times =
        sql.rows(
            "select start_time from table(information_schema.query_history(result_limit => 1000))");
    assertThat(times).doesNotHaveDuplicates();
  }

  @Test
  void shouldWaitForTheLockOfAnotherTransaction() throws Exception {
    sql.run("insert into t values (1, 'a')");
    sql.run("begin");
    sql.run("update t set v = 'b'");
    var other = sql.open();
    var waits = new CountDownLatch(1);
    var update =
        CompletableFuture.supplyAsync(
            () -> {
              waits.countDown();
              return value(other, "update t set v = v || 'c'");
            });
    assertThat(waits.await(10, TimeUnit.SECONDS)).isTrue();
    sql.run("commit");
    assertThat(update.get(10, TimeUnit.SECONDS)).isEqualTo("1");
    assertThat(sql.engine.table("T")).containsExactly(List.of("1", "bc"));
  }

  @Test
  void shouldRebuildBesideAGhost() {
    sql.run("create temp table tmp (i int)");
    sql.run("begin");
    sql.run("insert into tmp values (1)");
    sql.run("insert into t values (1, 'ghost')");
    sql.session.lose();
    var next = sql.open();
    run(next, "create temp table tmp (i int)");
    run(next, "create table fresh as select * from t");
    run(next, "insert into tmp values (2)");
    run(next, "insert into t values (2, 'b')");
    assertThat(sql.engine.table("T")).containsExactly(List.of("2", "b"));
    assertThat(failure(next, "drop table t").code).isEqualTo(625);
    assertThat(value(next, "select system$abort_session(" + sql.session.id() + ")"))
        .contains("aborted");
    run(next, "drop table t");
    assertThat(sql.engine.tables.values())
        .extracting(table -> table.key().name())
        .containsExactlyInAnyOrder("TMP", "FRESH");
  }

  @Test
  void shouldProveTheSourcesOfACopyUnchanged() {
    sql.run("insert into t values (1, 'a'), (2, null)");
    var copied = sql.run("create temp table c as select * from t").queryId();
    var hash = "select hash_agg(*), count(*) from t";
    assertThat(sql.rows(hash)).isEqualTo(sql.rows(hash + " at(statement => '" + copied + "')"));
    sql.run("update t set v = 'z' where id = 2");
    assertThat(sql.rows(hash)).isNotEqualTo(sql.rows(hash + " at(statement => '" + copied + "')"));
  }
}
