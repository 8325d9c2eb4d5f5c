package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Expiry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a fourth review found: each a sequence of calls in which something is lost or done twice.
 */
class FourthReviewTest extends HealingFixture {

  @TempDir Path folder;

  private void replay(ReplayScope scope) throws SQLException {
    connection.unwrap(SelfHealingConnection.class).setReplay(scope);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private void put(Path file, String stage) throws SQLException {
    query("PUT 'file://" + file + "' " + stage);
  }

  // The scope changed while a transaction is open

  @Test
  void shouldNotForgetWhatATransactionDidBeforeReplayWasAskedFor() throws SQLException {
    update("CREATE TABLE t (n INT)");
    replay(ReplayScope.SESSION);
    connection.setAutoCommit(false);
    update("INSERT INTO t VALUES (1)");
    replay(ReplayScope.TRANSACTION);
    update("INSERT INTO t VALUES (2)");
    emulator.faults().expireAllSessions();
    try {
      connection.commit();
      assertThat(emulator.table("T")).containsExactlyInAnyOrder(List.of("1"), List.of("2"));
    } catch (TransactionLostException rather) {
      assertThat(emulator.table("T")).isEmpty();
    }
  }

  @Test
  void shouldNotSayThatAnUnrecordedTransactionWasCommitted() throws SQLException {
    update("CREATE TABLE t (n INT)");
    replay(ReplayScope.STATEMENT);
    connection.setAutoCommit(false);
    update("INSERT INTO t VALUES (1)");
    replay(ReplayScope.TRANSACTION);
    emulator.faults().expireAllSessions();
    try {
      connection.commit();
      assertThat(emulator.table("T")).containsExactly(List.of("1"));
    } catch (TransactionLostException rather) {
      assertThat(emulator.table("T")).isEmpty();
    }
  }

  // What ran on the dead session, is adopted, and also changed something that was rebuilt

  @Test
  void shouldNotBringBackATempTableWhoseDropIsAdopted() throws SQLException {
    update("CREATE TABLE t (n INT)");
    update("CREATE TEMPORARY TABLE t (n INT)");
    emulator.faults().expireWhilePolling(text("DROP TABLE t"));
    update("DROP TABLE t");
    assertThat(generation()).isEqualTo(1);
    // The temporary table was dropped: this is for the permanent one.
    assertThat(update("INSERT INTO t VALUES (1)")).isEqualTo(1);
    assertThat(emulator.table("T")).containsExactly(List.of("1"));
  }

  @Test
  void shouldNotAdoptAChangeOfATempTableThatWasRebuiltWithoutIt() throws SQLException {
    update("CREATE TEMPORARY TABLE t (n INT)");
    var alter = "ALTER TABLE t ADD COLUMN m INT";
    emulator.faults().expireWhilePolling(text(alter));
    update(alter);
    assertThat(generation()).isEqualTo(1);
    assertThat(update("INSERT INTO t VALUES (1, 2)")).isEqualTo(1);
  }

  @Test
  void shouldNotLoadAgainWhatAnAdoptedCopyHasLoaded() throws Exception {
    update("CREATE TABLE target (n INT)");
    update("CREATE TEMPORARY STAGE box");
    put(file("one.csv", "1\n2\n"), "@box");
    emulator.faults().expireWhilePolling(text("COPY INTO target FROM @box"));
    assertThat(update("COPY INTO target FROM @box")).isEqualTo(2);
    assertThat(generation()).isEqualTo(1);
    try {
      put(file("two.csv", "3\n"), "@box");
      assertThat(update("COPY INTO target FROM @box")).isEqualTo(1);
      assertThat(emulator.table("TARGET")).hasSize(3);
    } catch (ReplayRefusedException rather) {
      assertThat(emulator.table("TARGET")).hasSize(2);
    }
  }

  @Test
  void shouldNotLoadAgainWhatACopyHasLoadedAndPurged() throws Exception {
    update("CREATE TABLE target (n INT)");
    update("CREATE TEMPORARY STAGE box");
    put(file("one.csv", "1\n2\n"), "@box");
    var copy = "COPY INTO target FROM @box PURGE = TRUE";
    emulator.faults().loseAnswerAndExpire(text(copy));
    assertThat(update(copy)).isEqualTo(2);
    assertThat(generation()).isEqualTo(1);
    try {
      put(file("two.csv", "3\n"), "@box");
      assertThat(update(copy)).isEqualTo(1);
      assertThat(emulator.table("TARGET")).hasSize(3);
    } catch (ReplayRefusedException rather) {
      assertThat(emulator.table("TARGET")).hasSize(2);
    }
  }

  @Test
  void shouldNotAdoptFilesThatWereUnloadedToATempStage() throws Exception {
    update("CREATE TABLE source AS SELECT 1 AS n UNION ALL SELECT 2");
    update("CREATE TABLE target (n INT)");
    update("CREATE TEMPORARY STAGE box");
    var unload = "COPY INTO @box FROM source";
    emulator.faults().expireWhilePolling(text(unload));
    try {
      query(unload);
      assertThat(update("COPY INTO target FROM @box")).isEqualTo(2);
    } catch (ReplayRefusedException rather) {
      assertThat(emulator.table("TARGET")).isEmpty();
    }
  }

  // Files are no part of a transaction

  @Test
  void shouldKeepFilesThatWerePutBeforeARollback() throws Exception {
    update("CREATE TABLE target (n INT)");
    update("CREATE TEMPORARY STAGE box");
    connection.setAutoCommit(false);
    put(file("one.csv", "1\n2\n"), "@box");
    connection.rollback();
    assertThat(query("LIST @box")).hasSize(1);
    connection.setAutoCommit(true);
    emulator.faults().expireAllSessions();
    try {
      assertThat(query("LIST @box")).hasSize(1);
      assertThat(update("COPY INTO target FROM @box")).isEqualTo(2);
    } catch (ReplayRefusedException rather) {
      assertThat(emulator.table("TARGET")).isEmpty();
    }
  }

  @Test
  void shouldNotBringBackFilesThatWereRemovedBeforeARollback() throws Exception {
    update("CREATE TABLE target (n INT)");
    update("CREATE TEMPORARY STAGE box");
    put(file("one.csv", "1\n2\n"), "@box");
    connection.setAutoCommit(false);
    query("REMOVE @box");
    connection.rollback();
    assertThat(query("LIST @box")).isEmpty();
    connection.setAutoCommit(true);
    emulator.faults().expireAllSessions();
    try {
      assertThat(query("LIST @box")).isEmpty();
    } catch (ReplayRefusedException rather) {
      assertThat(rather.getSQLState()).isEqualTo("55000");
    }
  }

  // Room on the disk

  @Test
  void shouldNotSpoolFilesOfAStageThatCannotBeRebuilt() throws Exception {
    var spool = Files.createDirectory(folder.resolve("spool"));
    reconnect("selfheal.spool.dir=" + spool);
    update("CREATE TEMPORARY STAGE box");
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    var file = file("one.csv", "1\n2\n");
    for (int i = 0; i < 3; i++) {
      put(file, "@box");
      Tape.upload(
          connection,
          "@box",
          "rows" + i + ".csv",
          new ByteArrayInputStream("3\n".getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(contents(spool)).isZero();
  }

  private static long contents(Path spool) throws IOException {
    try (var all = Files.walk(spool)) {
      long bytes = 0;
      for (var one : all.filter(Files::isRegularFile).toList()) {
        if (!one.getFileName().toString().contains("lock")) {
          bytes += Files.size(one);
        }
      }
      return bytes;
    }
  }

  // LAST_QUERY_ID()

  @Test
  void shouldMeanTheAdoptedQueryByLastQueryId() throws Exception {
    update("CREATE TABLE t (n INT)");
    var insert = "INSERT INTO t VALUES (1), (2)";
    emulator.faults().expireWhilePolling(text(insert));
    assertThat(update(insert)).isEqualTo(2);
    assertThat(generation()).isEqualTo(1);
    var ran =
        emulator.log().stream()
            .filter(one -> one.sql().equals(insert))
            .map(one -> one.queryId())
            .toList();
    assertThat(ran).containsAll(query("SELECT LAST_QUERY_ID()"));
  }

  @Test
  void shouldCountMetadataCallsForLastQueryId() throws Exception {
    update("CREATE TABLE t (n INT)");
    emulator.faults().expireAllSessions();
    query("SELECT 1");
    query("SELECT 2");
    try (var tables = connection.getMetaData().getTables(null, null, "T", null)) {
      tables.next();
    }
    var two =
        emulator.log().stream()
            .filter(one -> one.sql().equals("SELECT 2"))
            .map(one -> one.queryId())
            .toList();
    emulator.faults().expireAllSessions();
    try {
      // The last one was the driver's own look-up for getTables.
      assertThat(two).doesNotContainAnyElementsOf(query("SELECT LAST_QUERY_ID()"));
    } catch (ReplayRefusedException rather) {
      assertThat(rather.getMessage()).contains("history");
    }
  }

  // Reads that are in no transaction

  @Test
  void shouldNotForgetTempTablesForReadsBetweenTransactions() throws SQLException {
    reconnect("selfheal.journal.maxStatements=10");
    update("CREATE TABLE source AS SELECT 5 AS n");
    connection.setAutoCommit(false);
    update("CREATE TEMPORARY TABLE t (n INT)");
    update("INSERT INTO t VALUES (1)");
    connection.commit();
    for (int i = 0; i < 12; i++) {
      query("SELECT n FROM source");
    }
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT n FROM t")).containsExactly("1");
  }

  // What may have run although its call failed

  @Test
  void shouldNotForgetAWriteWhoseAnswerWasLostForGood() throws Exception {
    var url = emulator.url();
    var network = new SQLException("communication error", "08S01", 200016);
    try (var healing =
        SelfHealing.wrap(
            failing(DriverManager.getConnection(url), network),
            () -> DriverManager.getConnection(url))) {
      update(healing, "CREATE TEMPORARY TABLE t (n INT)");
      assertThat(catchThrowable(() -> update(healing, "INSERT INTO t VALUES (1)")))
          .isSameAs(network);
      // So the application knows that it has run.
      assertThat(query(healing, "SELECT n FROM t")).containsExactly("1");
      emulator.faults().expireAllSessions();
      try {
        assertThat(query(healing, "SELECT n FROM t")).containsExactly("1");
      } catch (ReplayRefusedException rather) {
        assertThat(rather.getSQLState()).isEqualTo("55000");
      }
    }
  }

  /** A connection whose INSERTs run, but end in that error. */
  private static Connection failing(Connection physical, SQLException error) {
    return proxy(
        Connection.class,
        physical,
        (method, result) ->
            method.equals("createStatement")
                ? proxy(
                    Statement.class,
                    (Statement) result,
                    (name, answer) -> {
                      if (name.equals("executeUpdate") && Integer.valueOf(1).equals(answer)) {
                        throw error;
                      }
                      return answer;
                    })
                : result);
  }

  // A checkpoint

  @Test
  void shouldNotTakeAPermanentTableForWhatAScriptHasMadeBeforeACheckpoint() throws SQLException {
    update("CREATE TABLE t (n INT)");
    query("EXECUTE IMMEDIATE 'CREATE TEMPORARY TABLE t (n INT)'");
    query("SELECT 1"); // so that the INSERT cannot be one that the script has run
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    emulator.faults().expireAllSessions();
    assertThat(catchThrowable(() -> update("INSERT INTO t VALUES (1)")))
        .isInstanceOf(ReplayRefusedException.class);
    assertThat(emulator.table("T")).isEmpty();
  }

  // Two threads, one connection

  /** The write was in the transaction that the other thread's COMMIT, answer lost, committed. */
  @Test
  void shouldNotRepeatAWriteThatAnotherThreadsCommitCommitted() throws Exception {
    update("CREATE TABLE t (n INT)");
    var ran = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var url = emulator.url();
    try (var shared =
        SelfHealing.wrap(
            holding(DriverManager.getConnection(url), "INSERT INTO t VALUES (2)", ran, go),
            () -> DriverManager.getConnection(url))) {
      shared.setAutoCommit(false);
      update(shared, "INSERT INTO t VALUES (1)");
      var slow = async(() -> update(shared, "INSERT INTO t VALUES (2)"));
      assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
      emulator
          .faults()
          .loseAnswerAndExpire(
              io.selfheal.jdbc.testkit.StatementMatch.where(sql -> sql.equalsIgnoreCase("commit")),
              Expiry.BOTH_TOKENS);
      shared.commit();
      go.countDown();
      end(slow);
      shared.commit();
      assertThat(emulator.table("T")).containsExactlyInAnyOrder(List.of("1"), List.of("2"));
    }
  }

  @Test
  void shouldNotBringBackATempTableThatAnotherThreadHasDropped() throws Exception {
    update("CREATE TABLE t (n INT)");
    var ran = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var url = emulator.url();
    try (var shared =
        SelfHealing.wrap(
            holding(DriverManager.getConnection(url), "DROP TABLE t", ran, go),
            () -> DriverManager.getConnection(url))) {
      update(shared, "CREATE TEMPORARY TABLE t (n INT)");
      var slow = async(() -> update(shared, "DROP TABLE t"));
      assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
      emulator.faults().expireAllSessions();
      query(shared, "SELECT 1");
      go.countDown();
      assertThat(end(slow)).isEqualTo(0);
      assertThat(update(shared, "INSERT INTO t VALUES (1)")).isEqualTo(1);
      assertThat(emulator.table("T")).containsExactly(List.of("1"));
    }
  }

  /** The server has begun the transaction; the caller of BEGIN does not know it yet. */
  @Test
  void shouldReplayWhatAnotherThreadWroteWhileATransactionWasBegun() throws Exception {
    update("CREATE TABLE t (n INT)");
    var ran = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var url = emulator.url();
    try (var shared =
        SelfHealing.wrap(
            holding(DriverManager.getConnection(url), "BEGIN", ran, go),
            () -> DriverManager.getConnection(url))) {
      var begin = async(() -> update(shared, "BEGIN"));
      assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(update(shared, "INSERT INTO t VALUES (1)")).isEqualTo(1);
      go.countDown();
      assertThat(end(begin)).isEqualTo(0);
      emulator.faults().expireAllSessions();
      try {
        shared.commit();
        assertThat(emulator.table("T")).containsExactly(List.of("1"));
      } catch (TransactionLostException rather) {
        assertThat(emulator.table("T")).isEmpty();
      }
    }
  }

  /** A connection whose one statement has run, but whose answer takes its time. */
  private static Connection holding(
      Connection physical, String sql, CountDownLatch ran, CountDownLatch go) {
    return proxy(
        Connection.class,
        physical,
        (method, result) ->
            method.equals("createStatement")
                ? proxy(Statement.class, (Statement) result, (name, answer) -> answer, sql, ran, go)
                : result);
  }

  private static Class<?>[] interfaces(Class<?> type, Object target) {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(type),
            java.util.Arrays.stream(target.getClass().getInterfaces()))
        .distinct()
        .toArray(Class<?>[]::new);
  }

  private interface Answer {
    Object of(String method, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T target, Answer answer) {
    return proxy(type, target, answer, "", new CountDownLatch(1), new CountDownLatch(0));
  }

  private static <T> T proxy(
      Class<T> type, T target, Answer answer, String sql, CountDownLatch ran, CountDownLatch go) {
    return type.cast(
        Proxy.newProxyInstance(
            FourthReviewTest.class.getClassLoader(),
            interfaces(type, target),
            (proxy, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (arguments != null && arguments.length > 0 && sql.equals(arguments[0])) {
                ran.countDown();
                go.await(10, TimeUnit.SECONDS);
              }
              return answer.of(method.getName(), result);
            }));
  }
}
