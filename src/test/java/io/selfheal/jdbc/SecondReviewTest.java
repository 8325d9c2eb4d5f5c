package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.Hold;
import io.selfheal.jdbc.testkit.StatementRecord;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a second adversarial reading found, each seen to fail before it was mended. */
class SecondReviewTest extends HealingFixture {

  private static final String INSERT = "INSERT INTO t VALUES (1)";

  @BeforeEach
  void createTable() throws SQLException {
    update("CREATE TABLE t (id INT)");
  }

  @Test
  void shouldSeeAWriteThatStartedBeforeAnAsynchronousQueryEnded() throws Exception {
    emulator.faults().slow(text("SELECT 7"), Duration.ofMillis(500));
    try (var statement = connection.createStatement()) {
      VendorTypes.call(
          VendorTypes.STATEMENT,
          statement.unwrap(VendorTypes.STATEMENT),
          "executeAsyncQuery",
          "SELECT 7");
      emulator.faults().loseAnswerAndExpire(text(INSERT));

      assertThat(update(INSERT)).isEqualTo(1);
    }
    assertThat(emulator.table("T")).hasSize(1);
    assertThat(ran(INSERT)).isEqualTo(1);
  }

  @Test
  void shouldTellOfATransactionThatWasLostWhileIsValidHealed() throws Exception {
    var loginBegun = new CountDownLatch(1);
    var loginMayGoOn = new CountDownLatch(1);
    try (var first = DriverManager.getConnection(emulator.url());
        var healing =
            SelfHealing.wrap(
                neverValid(first),
                () -> {
                  loginBegun.countDown();
                  await(loginMayGoOn);
                  return DriverManager.getConnection(emulator.url());
                })) {
      healing.setAutoCommit(false);
      var valid = async(() -> healing.isValid(30));
      loginBegun.await();
      update(healing, INSERT);
      loginMayGoOn.countDown();
      assertThat(end(valid)).isEqualTo(false);

      // Behind a proxy nobody can see which session it was, nor what became of the transaction.
      assertThatThrownBy(() -> update(healing, "INSERT INTO t VALUES (2)"))
          .isInstanceOf(TransactionLostException.class);
      healing.rollback();
    }
    assertThat(emulator.table("T")).isEmpty();
  }

  private static void await(CountDownLatch latch) throws SQLException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new SQLException(e);
    }
  }

  private Connection neverValid(Connection physical) {
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("isValid")) {
                return false;
              }
              try {
                return method.invoke(physical, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void shouldNotCallATransactionLostThatAFailedDdlMayHaveCommitted() throws SQLException {
    connection.setAutoCommit(false);
    update(INSERT);
    assertThatThrownBy(() -> update("CREATE TABLE t (id INT)")).isInstanceOf(SQLException.class);
    emulator.faults().expireAllSessions();

    // The history tells that it was committed.
    update("INSERT INTO t VALUES (2)");
    connection.commit();
    assertThat(emulator.table("T")).hasSize(2);
  }

  @Test
  void shouldFindANameThatAVariableTells() throws SQLException {
    update("CREATE TABLE zz AS SELECT 'permanent' AS a");
    update("SET v = 'zz'");
    update("CREATE TEMPORARY TABLE IDENTIFIER($v) (id INT)");
    update("INSERT INTO zz VALUES (5)");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT id FROM IDENTIFIER($v)")).containsExactly("5");
    assertThat(query("SELECT id FROM zz")).containsExactly("5");
  }

  @Test
  void shouldEndTheWaitOfCancelledCallsThatCannotBeToldApart() throws Exception {
    var running = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(INSERT), running, Expiry.BOTH_TOKENS);
    var login = emulator.faults().holdLogin();
    try (var one = connection.createStatement();
        var other = connection.createStatement()) {
      var first = async(() -> one.executeUpdate(INSERT));
      assertThat(login.awaitReached(SOON)).isTrue();
      var second = async(() -> other.executeUpdate(INSERT));
      // It must have met the dead session too, or it would simply run on the new one.
      Awaitility.await()
          .until(
              () ->
                  emulator.log().stream()
                      .anyMatch(
                          seen ->
                              seen.sql().equals(INSERT)
                                  && seen.outcome() == StatementRecord.Outcome.REFUSED_EXPIRED));
      login.release();
      Awaitility.await().until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 0);
      one.cancel();
      other.cancel();

      assertThat(end(first)).isInstanceOf(SQLException.class);
      assertThat(end(second)).isInstanceOf(SQLException.class);
    } finally {
      running.release();
    }
  }

  @Test
  void shouldNotTakeTheRowOfACallThatEndedWithoutAnOutcome() throws Exception {
    var sql = "INSERT INTO t VALUES (?)";
    try (var ran = connection.prepareStatement(sql);
        var neverRan = connection.prepareStatement(sql)) {
      ran.setInt(1, 1);
      neverRan.setInt(1, 2);
      // The physical driver sends this one again after a while, and meets the dead session then.
      emulator.faults().resetBefore(text(sql));
      var later = async(neverRan::executeUpdate);
      Awaitility.await().until(() -> emulator.faults().allStruck());
      emulator.faults().expireWhilePolling(text(sql));
      emulator.faults().failLogins(1, 500, "no login now");
      assertThatThrownBy(ran::executeUpdate).isInstanceOf(ReconnectFailedException.class);

      assertThat(end(later)).isInstanceOf(OutcomeUnknownException.class);
    }
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldRepeatOnTheCurrentSessionWhenTheHealedOneIsLeftAgain() throws Exception {
    var healing = new AtomicReference<Connection>();
    try (var connection =
        SelfHealing.wrap(
            DriverManager.getConnection(emulator.url()),
            () -> leftWhenAsked(DriverManager.getConnection(emulator.url()), healing))) {
      healing.set(connection);
      emulator.faults().expireBefore(text(INSERT));

      assertThat(update(connection, INSERT)).isEqualTo(1);

      assertThat(connection.unwrap(SelfHealingConnection.class).generation()).isEqualTo(2);
    }
    assertThat(emulator.table("T")).hasSize(1);
  }

  /**
   * As generation 1, it expires and is healed by another call while the first looks for its write.
   */
  private Connection leftWhenAsked(Connection physical, AtomicReference<Connection> healing) {
    var asked = new AtomicBoolean();
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              var logical = healing.get();
              if (method.getName().equals("getCatalog")
                  && logical.unwrap(SelfHealingConnection.class).generation() == 1
                  && Thread.currentThread().getName().equals("main")
                  && asked.compareAndSet(false, true)) {
                emulator.faults().expireAllSessions();
                assertThat(end(async(() -> query(logical, "SELECT 2")))).isEqualTo(List.of("2"));
              }
              try {
                return method.invoke(physical, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
