package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Hold;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody commits the second half of a transaction, and nobody is told wrongly that one is lost. */
class LostTransactionTest extends HealingFixture {

  private static final String UPDATE = "UPDATE t SET n = n + 1";

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (n INT)");
      update(plain, "INSERT INTO t VALUES (0)");
    }
    // Nothing of a transaction is replayed, so that what is lost has to be told.
    reconnect("selfheal.replay=session");
  }

  private interface Call {
    Object make(Connection connection) throws SQLException;
  }

  private void isLost(Call call) {
    assertThatThrownBy(() -> call.make(connection))
        .isInstanceOfSatisfying(
            TransactionLostException.class,
            e -> {
              assertThat((Throwable) e).isInstanceOf(SQLTransactionRollbackException.class);
              assertThat(e.getSQLState()).isEqualTo("40001");
              assertThat(e.getErrorCode()).isNotEqualTo(390114);
              assertThat(e.getCause()).isInstanceOf(SQLException.class);
            });
  }

  /** The application starts again, as it must after 40001, and is not blocked by its own ghost. */
  private void again() throws SQLException {
    assertThat(update(UPDATE)).isEqualTo(1);
    if (!connection.getAutoCommit()) {
      connection.commit();
    }
    assertThat(emulator.table("T")).containsExactly(List.of("1"));
  }

  @Test
  void shouldTellOfALostTransactionWithAutocommitOff() throws SQLException {
    connection.setAutoCommit(false);
    update(UPDATE);
    emulator.faults().expireAllSessions();
    isLost(one -> query("SELECT n FROM t"));
    assertThat(connection.getAutoCommit()).isFalse();
    again();
  }

  @ParameterizedTest
  @ValueSource(strings = {"BEGIN", "START TRANSACTION NAME x", "begin work;"})
  void shouldTellOfALostTransactionBegunByText(String begin) throws SQLException {
    update(begin);
    update(UPDATE);
    emulator.faults().expireAllSessions();
    isLost(one -> update(UPDATE));
    again();
  }

  @Test
  void shouldTellOfALostTransactionWhoeverMeetsIt() throws SQLException {
    connection.setAutoCommit(false);
    for (Call call :
        List.<Call>of(
            one -> one.getMetaData().getTables(null, null, "%", null),
            one -> {
              one.setSchema("PUBLIC");
              return null;
            },
            one -> one.prepareStatement("SELECT ?").getParameterMetaData())) {
      update(UPDATE);
      emulator.faults().expireAllSessions();
      isLost(call);
    }
    again();
  }

  @Test
  void shouldTellOfRowsLockedAndLost() throws SQLException {
    connection.setAutoCommit(false);
    try {
      query("SELECT n FROM t FOR UPDATE");
    } catch (SQLException theEmulatorKnowsNone) {
      return;
    }
    emulator.faults().expireAllSessions();
    isLost(one -> update(UPDATE));
  }

  @Test
  void shouldHealATransactionThatHasOnlyRead() throws SQLException {
    connection.setAutoCommit(false);
    query("SELECT n FROM t");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT n FROM t")).containsExactly("0");
    emulator.faults().expireAllSessions();
    again();
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldRunTheFirstWriteOfATransactionOnce(ExpiryPoint point) throws SQLException {
    connection.setAutoCommit(false);
    emulator.faults().expire(point, text(UPDATE), Expiry.BOTH_TOKENS);
    if (point == ExpiryPoint.AFTER) {
      update(UPDATE);
      isLost(one -> update(UPDATE));
    }
    again();
  }

  @Test
  void shouldRollBackWhatIsLost() throws SQLException {
    connection.setAutoCommit(false);
    update(UPDATE);
    emulator.faults().expireAllSessions();
    connection.rollback();
    again();
    update("BEGIN");
    update(UPDATE);
    emulator.faults().expireAllSessions();
    update("ROLLBACK");
    assertThat(emulator.table("T")).containsExactly(List.of("1"));
  }

  @Test
  void shouldRollBackThenTellWhatElseIsLost() throws SQLException {
    taint();
    connection.setAutoCommit(false);
    update(UPDATE);
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> update(UPDATE))
        .isInstanceOf(TransactionLostException.class)
        .hasCauseInstanceOf(ReplayRefusedException.class);
    connection.rollback();
    assertThatThrownBy(() -> update(UPDATE)).isInstanceOf(ReplayRefusedException.class);
    again();
  }

  @Test
  void shouldNotBeConfusedByItsOwnStatementsRightAfterALostTransaction() throws SQLException {
    update("BEGIN");
    update(UPDATE);
    emulator.faults().expireAllSessions();
    isLost(one -> query("SELECT n FROM t"));
    emulator.faults().expireWhilePolling(text(UPDATE));
    again();
    assertThat(ran(UPDATE)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"commit()", "COMMIT", "setAutoCommit(true)", "DDL"})
  void shouldReturnNormallyWhenTheCommitRan(String way) throws SQLException {
    int n = 0;
    for (var point :
        List.of(ExpiryPoint.WHILE_POLLING, ExpiryPoint.WHILE_RUNNING, ExpiryPoint.ANSWER_LOST)) {
      connection.setAutoCommit(false);
      update(UPDATE);
      emulator.faults().expire(point, commit(way), Expiry.BOTH_TOKENS);
      commit(connection, way);
      assertThat(emulator.faults().allStruck()).isTrue();
      assertThat(emulator.table("T")).containsExactly(List.of(String.valueOf(++n)));
      assertThat(connection.getAutoCommit()).isEqualTo(way.startsWith("set"));
      assertThat(query("SELECT n FROM t")).containsExactly(String.valueOf(n));
      if (way.equals("DDL")) {
        update("DROP TABLE made");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"commit()", "COMMIT", "setAutoCommit(true)", "DDL"})
  void shouldTellOfTheLossWhenTheCommitNeverRan(String way) throws SQLException {
    connection.setAutoCommit(false);
    update(UPDATE);
    emulator.faults().expireBefore(commit(way));
    assertThatThrownBy(() -> commit(connection, way))
        .isInstanceOf(TransactionLostException.class)
        .hasCauseInstanceOf(SQLException.class)
        .satisfies(e -> assertThat(e.getCause()).isNotInstanceOf(OutcomeUnknownException.class));
    assertThat(emulator.runs("CREATE TABLE made")).isZero();
    again();
  }

  @ParameterizedTest
  @ValueSource(strings = {"commit()", "COMMIT", "setAutoCommit(true)", "DDL"})
  void shouldSaySoWhenNobodyKnowsWhetherTheCommitRan(String way) throws SQLException {
    connection.setAutoCommit(false);
    update(UPDATE);
    emulator.faults().expireWhilePolling(commit(way));
    emulator.faults().fail(matching("QUERY_HISTORY_BY_SESSION").always(), 1, "42000", "no");
    assertThatThrownBy(() -> commit(connection, way))
        .isInstanceOf(TransactionLostException.class)
        .hasCauseInstanceOf(OutcomeUnknownException.class);
    assertThat(query("SELECT n FROM t")).containsExactly("1");
  }

  @Test
  void shouldNotSayLostWhenDdlFailedAfterItsImplicitCommit() throws SQLException {
    connection.setAutoCommit(false);
    update(UPDATE);
    emulator.faults().expireWhilePolling(text("CREATE TABLE t (n INT)"));
    assertThatThrownBy(() -> update("CREATE TABLE t (n INT)"))
        .isInstanceOf(TransactionLostException.class)
        .hasCauseInstanceOf(OutcomeUnknownException.class);
  }

  private static io.selfheal.jdbc.testkit.StatementMatch commit(String way) {
    return switch (way) {
      case "DDL" -> text("CREATE TABLE made (id INT)");
      case "setAutoCommit(true)" -> matching("autocommit");
      default -> io.selfheal.jdbc.testkit.StatementMatch.where("commit"::equalsIgnoreCase);
    };
  }

  private static void commit(Connection connection, String way) throws SQLException {
    switch (way) {
      case "DDL" -> update(connection, "CREATE TABLE made (id INT)");
      case "COMMIT" -> update(connection, "COMMIT");
      case "commit()" -> connection.commit();
      default -> connection.setAutoCommit(true);
    }
  }

  @Test
  void shouldNotKeepACommittedTransactionForLost() throws SQLException {
    connection.setAutoCommit(false);
    update(UPDATE);
    connection.commit();
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT n FROM t")).containsExactly("1");
    update(UPDATE);
    update("CREATE TABLE made (id INT)");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT n FROM t")).containsExactly("2");
  }

  @Test
  void shouldTellEveryThreadOfTheLostTransaction() throws Exception {
    connection.setAutoCommit(false);
    update(UPDATE);
    var running = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text("SELECT 5"), running, Expiry.BOTH_TOKENS);
    var login = emulator.faults().holdLogin();
    var first = async(() -> query("SELECT 5"));
    assertThat(login.awaitReached(SOON)).isTrue();
    long refused = refused();
    var second = async(() -> query("SELECT 6"));
    Awaitility.await().until(() -> refused() > refused);
    login.release();
    running.release();
    assertThat(end(first)).isInstanceOf(TransactionLostException.class);
    assertThat(end(second)).isInstanceOf(TransactionLostException.class);
    again();
  }

  private long refused() {
    return emulator.log().stream().filter(one -> one.queryId() == null).count();
  }
}
