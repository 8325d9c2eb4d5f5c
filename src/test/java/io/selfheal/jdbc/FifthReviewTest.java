package io.selfheal.jdbc;

import static io.selfheal.jdbc.VendorTypes.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.Hold;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a review of "Calls that succeed" found. */
class FifthReviewTest extends HealingFixture {

  private static final String INSERT = "INSERT INTO t VALUES (1)";

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
      update(plain, "CREATE TABLE big (id INT)");
    }
  }

  private void several(String sql) throws Exception {
    try (var statement = connection.createStatement()) {
      var view = statement.unwrap(VendorTypes.STATEMENT);
      call(VendorTypes.STATEMENT, view, "setParameter", "MULTI_STATEMENT_COUNT", 2);
      statement.execute(sql);
    }
  }

  private void nameless(String what) throws SQLException {
    switch (what) {
      case "commit" -> connection.commit();
      case "rollback" -> connection.rollback();
      case "schema" -> connection.setSchema("PUBLIC");
      case "catalog" -> connection.setCatalog("DEMO");
      case "autocommit" -> connection.setAutoCommit(true);
      case "none" -> {}
      default -> {
        try (var statement = connection.prepareStatement("SELECT ?")) {
          statement.executeQuery(); // nothing is bound
        } catch (SQLException expected) {
          // as it should be
        }
      }
    }
  }

  private void insertExpiringBefore() throws SQLException {
    int before = emulator.table("T").size();
    emulator.faults().expireBefore(text(INSERT));
    int more = 0;
    try {
      more = update(INSERT);
    } catch (OutcomeUnknownException | ReplayRefusedException notTold) {
      System.out.println("told: " + notTold.getMessage());
    }
    assertThat(emulator.table("T")).hasSize(before + more);
  }

  private static final String CALL = "CALL drain()";

  /** It calls its like, in the same words. */
  private void makeRecursive() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE SCHEMA demo.side");
      update(
          plain,
          "CREATE PROCEDURE demo.side.drain() RETURNS VARCHAR LANGUAGE SQL AS"
              + " 'BEGIN INSERT INTO demo.public.t VALUES (1); RETURN 1; END'");
      update(
          plain,
          "CREATE PROCEDURE demo.public.drain() RETURNS VARCHAR LANGUAGE SQL AS"
              + " 'BEGIN USE SCHEMA demo.side; CALL drain(); USE SCHEMA demo.public; RETURN 2; END'");
    }
  }

  /** 1a: the call is taken for a part of the one before it, and lost. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "commit", "schema", "autocommit", "failed"})
  void namelessCallHidesTheRecursiveParent(String what) throws Exception {
    makeRecursive();
    assertThat(query(CALL)).containsExactly("2");
    nameless(what);
    int before = emulator.table("T").size();
    assertThat(before).isEqualTo(1);
    emulator.faults().expireBefore(text(CALL));
    int more = 0;
    try {
      query(CALL);
      more = 1;
    } catch (OutcomeUnknownException | ReplayRefusedException notTold) {
      System.out.println("told: " + notTold.getMessage());
    }
    assertThat(emulator.table("T")).hasSize(before + more);
  }

  /** 1: an answered call without an id hides the parent before it. */
  @ParameterizedTest
  @ValueSource(strings = {"commit", "rollback", "schema", "catalog", "autocommit", "failed"})
  void namelessCallHidesTheParent(String what) throws Exception {
    several("SELECT 7; " + INSERT);
    nameless(what);
    insertExpiringBefore();
  }

  /** 2: what was adopted from an earlier session hides the parent too. */
  @Test
  void adoptedCallHidesTheParent() throws Exception {
    var slow = "INSERT INTO big VALUES (5)";
    var hold = Hold.untilReleased();
    query("SELECT 1");
    emulator.faults().expireWhileRunning(text(slow), hold, Expiry.DIRECT_390114);
    var running = async(() -> update(slow));
    Awaitility.await().atMost(SOON).until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 0);
    assertThat(generation()).isEqualTo(1);
    several("SELECT 7; " + INSERT);
    hold.release();
    assertThat(end(running)).isEqualTo(1);
    insertExpiringBefore();
  }

  /** 3: a long write that still runs is lost sight of when others make 256 queries meanwhile. */
  @ParameterizedTest
  @ValueSource(ints = {10, 300})
  void longWriteBesideABusyThread(int queries) throws Exception {
    var slow = "INSERT INTO big VALUES (5)";
    var hold = Hold.untilReleased();
    query("SELECT 1");
    emulator.faults().expireWhileRunning(text(slow), hold, Expiry.DIRECT_390114);
    var running = async(() -> update(slow));
    Awaitility.await().atMost(SOON).until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 0);
    try (var statement = connection.createStatement()) {
      for (int i = 0; i < queries; i++) {
        statement.executeQuery("SELECT " + i).close();
      }
    }
    hold.release();
    assertThat(end(running)).isEqualTo(1);
    assertThat(emulator.table("BIG")).hasSize(1);
  }

  /** 4: a wrapped connection whose driver has logged in by itself inside another thread's call. */
  @Test
  void wrappedConnectionSwappedByAnotherThreadsCall() throws Exception {
    try (var other = DriverManager.getConnection(emulator.url())) {
      update(other, "CREATE TABLE staging AS SELECT 99 AS id");
    }
    ConnectionFactory factory = () -> DriverManager.getConnection(emulator.oauthUrl());
    Connection wrapped = SelfHealing.wrap(factory.open(), factory);
    try {
      update(wrapped, "CREATE TEMPORARY TABLE staging (id INT)");
      update(wrapped, "INSERT INTO staging VALUES (1)");
      int logins = emulator.logins();
      JobRuns.expireNewest(emulator, Expiry.BOTH_TOKENS);
      var read = "SELECT COUNT(*) FROM t";
      var hold = emulator.faults().hold(text(read).nth(2));
      var slow = async(() -> query(wrapped, read));
      Awaitility.await().atMost(SOON).until(() -> emulator.logins() > logins && hold.isReached());
      Object outcome;
      try {
        outcome = update(wrapped, "INSERT INTO staging VALUES (5)");
      } catch (SQLException e) {
        outcome = e;
      }
      hold.release();
      end(slow);
      System.out.println("4: " + outcome);
      assertThat(emulator.table("STAGING")).isEqualTo(List.of(List.of("99")));
      assertThat(outcome).isEqualTo(1);
    } finally {
      wrapped.close();
    }
  }

  /** 5: a statement that was prepared before a heal and not executed. */
  @Test
  void preparedButNotExecuted() throws Exception {
    try (var prepared = connection.prepareStatement("SELECT ? + 1");
        var batch = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      prepared.setInt(1, 4);
      batch.setInt(1, 7);
      batch.addBatch();
      query("SELECT 1");
      emulator.faults().expireAllSessions();
      query("SELECT 2");
      Thread.sleep(1000);
      System.out.println("open sessions " + emulator.openSessions());
      assertThat(prepared.getMetaData().getColumnCount()).isEqualTo(1);
      assertThat(prepared.getParameterMetaData().getParameterCount()).isEqualTo(1);
      try (var rows = prepared.executeQuery()) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(5);
      }
      batch.setInt(1, 8);
      batch.addBatch();
      assertThat(batch.executeBatch()).hasSize(2);
    }
    assertThat(emulator.table("T")).hasSize(2);
  }

  /** 6: setters of such a one while its session is logged out. */
  @Test
  void settersWhileTheSessionIsRetired() throws Exception {
    var stop = new AtomicBoolean();
    var error = new AtomicReference<Throwable>();
    reconnect("selfheal.maxHealsPerMinute=0");
    int rounds = 20;
    for (int round = 0; round < rounds && error.get() == null; round++) {
      stop.set(false);
      query("SELECT 1");
      try (var prepared = connection.prepareStatement("SELECT ? + 1")) {
        var setter =
            async(
                () -> {
                  while (!stop.get()) {
                    prepared.setInt(1, 4);
                  }
                  return 0;
                });
        emulator.faults().expireAllSessions();
        try {
          query("SELECT 2");
        } catch (SQLException limited) {
          connection.close();
          connection = DriverManager.getConnection(emulator.healingUrl());
          stop.set(true);
          continue;
        }
        Awaitility.await()
            .atMost(Duration.ofSeconds(2))
            .pollInterval(Duration.ofMillis(20))
            .until(() -> emulator.openSessions() <= 1 || setter.isDone());
        Thread.sleep(30);
        stop.set(true);
        var end = end(setter);
        if (end instanceof Throwable e) {
          error.set(e);
        }
      } catch (org.awaitility.core.ConditionTimeoutException pinned) {
        stop.set(true);
      }
    }
    assertThat(error.get()).isNull();
  }

  /** 7: a statement that another thread has closed still holds its session for ten minutes. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closedByAnotherThread(boolean same) throws Exception {
    var made = new java.util.concurrent.CopyOnWriteArrayList<Connection>();
    ConnectionFactory factory =
        () -> {
          var physical = DriverManager.getConnection(emulator.url());
          made.add(physical);
          return physical;
        };
    try (var wrapped = SelfHealing.wrap(factory.open(), factory)) {
      var opened = new java.util.concurrent.CompletableFuture<java.sql.Statement>();
      var idle = new java.util.concurrent.CountDownLatch(1);
      async(
          () -> {
            var one = wrapped.createStatement();
            one.executeQuery("SELECT 1").close();
            if (same) {
              one.close();
            }
            opened.complete(one);
            idle.await(); // a pool's thread
            return one;
          });
      var statement = opened.get();
      statement.close();
      emulator.faults().expireAllSessions();
      query(wrapped, "SELECT 2");
      assertThat(made).hasSize(2);
      Awaitility.await().atMost(Duration.ofSeconds(3)).until(() -> made.get(0).isClosed());
    }
  }

  /** 2a: as 2, with a procedure that calls its like. */
  @Test
  void adoptedCallHidesTheRecursiveParent() throws Exception {
    makeRecursive();
    var slow = "INSERT INTO big VALUES (5)";
    var hold = Hold.untilReleased();
    query("SELECT 1");
    emulator.faults().expireWhileRunning(text(slow), hold, Expiry.DIRECT_390114);
    var running = async(() -> update(slow));
    Awaitility.await().atMost(SOON).until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 0);
    assertThat(query(CALL)).containsExactly("2");
    hold.release();
    assertThat(end(running)).isEqualTo(1);
    int before = emulator.table("T").size();
    emulator.faults().expireBefore(text(CALL));
    int more = 0;
    try {
      query(CALL);
      more = 1;
    } catch (OutcomeUnknownException | ReplayRefusedException notTold) {
      System.out.println("told: " + notTold.getMessage());
    }
    assertThat(emulator.table("T")).hasSize(before + more);
  }

  /** 8: texts that are null. */
  @Test
  void nullTexts() throws Exception {
    try (var statement = connection.createStatement()) {
      for (int i = 0; i < 3; i++) {
        try {
          statement.execute(null);
        } catch (Exception e) {
          System.out.println("8: " + e);
        }
        query("SELECT 1");
        assertThat(statement.execute("SELECT 1")).isTrue();
      }
    }
  }

  /** 9: a batch that fails by itself, as the first thing on a session; then a write in doubt. */
  @Test
  void failedBatchBefore() throws Exception {
    update("INSERT INTO t VALUES (3)");
    try (var prepared = connection.prepareStatement("UPDATE t SET id = id + 100 / ?")) {
      for (int round = 0; round < 5; round++) {
        prepared.setInt(1, 0);
        prepared.addBatch();
        prepared.setInt(1, 0);
        prepared.addBatch();
        try {
          prepared.executeBatch();
        } catch (SQLException e) {
          System.out.println("9: " + e.getClass().getSimpleName());
        }
      }
    }
    var logical =
        java.util.Arrays.stream(connection.getClass().getSuperclass().getDeclaredFields())
            .filter(one -> one.getType().getSimpleName().equals("LogicalSession"))
            .findFirst()
            .orElseThrow();
    logical.setAccessible(true);
    var session = ((io.selfheal.jdbc.session.LogicalSession) logical.get(connection)).current();
    try {
      var explained = session.getClass().getDeclaredField("explained");
      explained.setAccessible(true);
      System.out.println("9: explained " + explained.get(session));
    } catch (NoSuchFieldException before) {
      System.out.println("9: none");
    }
    emulator.faults().expireBefore(text(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);
  }
}
