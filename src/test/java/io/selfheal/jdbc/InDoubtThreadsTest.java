package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.where;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.Hold;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several threads with writes in flight on one connection when its session dies. */
class InDoubtThreadsTest extends HealingFixture {

  private static final String ONE = "INSERT INTO t VALUES (1)";
  private static final String TWO = "INSERT INTO t VALUES (2)";
  private static final String BOUND = "INSERT INTO t VALUES (?)";

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
    }
  }

  private int insert(int id) throws SQLException {
    try (var prepared = connection.prepareStatement(BOUND)) {
      prepared.setInt(1, id);
      return prepared.executeUpdate();
    }
  }

  private interface Insert {
    int run() throws SQLException;
  }

  /**
   * The first runs on while its session dies, the second meets the dead session; both wait for the
   * same login.
   */
  private List<Object> oneRanOneNot(String first, Insert one, Insert two) throws Exception {
    var running = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(first), running, Expiry.BOTH_TOKENS);
    var login = emulator.faults().holdLogin();
    var firstCall = async(one::run);
    assertThat(login.awaitReached(SOON)).isTrue();
    long refused = refused();
    var secondCall = async(two::run);
    Awaitility.await().until(() -> refused() > refused);
    login.release();
    Awaitility.await().until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 2);
    running.release();
    return List.of(end(firstCall), end(secondCall));
  }

  private long refused() {
    return emulator.log().stream().filter(one -> one.queryId() == null).count();
  }

  @Test
  void shouldTellWritesOfDifferentTextsApart() throws Exception {
    var ends = oneRanOneNot(ONE, () -> update(ONE), () -> update(TWO));
    assertThat(ends).containsExactly(1, 1);
    assertThat(emulator.table("T")).hasSize(2);
    assertThat(ran(ONE)).isEqualTo(1);
    assertThat(ran(TWO)).isEqualTo(1);
    assertThat(emulator.logins()).isEqualTo(3);
  }

  @Test
  void shouldShareRowsAmongWritesOfOneTextWithoutBinds() throws Exception {
    var ends = oneRanOneNot(ONE, () -> update(ONE), () -> update(ONE));
    assertThat(ends).containsExactly(1, 1);
    assertThat(emulator.table("T")).hasSize(2);
    assertThat(ran(ONE)).isEqualTo(2);
  }

  @Test
  void shouldNotGuessAmongWritesOfOneTextWithBinds() throws Exception {
    var ends = oneRanOneNot(BOUND, () -> insert(1), () -> insert(2));
    assertThat(ends).allSatisfy(end -> assertThat(end).isInstanceOf(OutcomeUnknownException.class));
    assertThat(emulator.table("T")).containsExactly(List.of("1"));
    assertThat(insert(3)).isEqualTo(1);
  }

  /** The procedure ran an INSERT of the same text. */
  @Test
  void shouldNotTakeWhatAnotherThreadsProcedureRan() throws Exception {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(
          plain,
          "CREATE PROCEDURE one() RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN INSERT INTO t VALUES (1);"
              + " RETURN 'done'; END $$");
    }
    update("INSERT INTO t VALUES (0)");
    var running = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text("CALL one()"), running, Expiry.BOTH_TOKENS);
    var login = emulator.faults().holdLogin();
    var call = async(() -> query("CALL one()"));
    assertThat(login.awaitReached(SOON)).isTrue();
    long refused = refused();
    var insert = async(() -> update(ONE));
    Awaitility.await().until(() -> refused() > refused);
    running.release();
    Awaitility.await().until(() -> ran("CALL one()") == 1);
    login.release();
    int more = end(insert) instanceof OutcomeUnknownException ? 0 : 1;
    assertThat(end(call)).isEqualTo(List.of("done"));
    assertThat(emulator.table("T")).hasSize(2 + more);
  }

  @Test
  void shouldNotGuessAmongBatchesWhoseParametersWereCleared() throws Exception {
    try (var one = batch(1);
        var two = batch(2)) {
      var ends = oneRanOneNot(BOUND, () -> one.executeBatch()[0], () -> two.executeBatch()[0]);
      assertThat(ends)
          .allSatisfy(end -> assertThat(end).isInstanceOf(OutcomeUnknownException.class));
    }
    assertThat(emulator.table("T")).containsExactly(List.of("1"));
  }

  private PreparedStatement batch(int id) throws SQLException {
    var prepared = connection.prepareStatement(BOUND);
    prepared.setInt(1, id);
    prepared.addBatch();
    prepared.clearParameters();
    return prepared;
  }

  @Test
  void shouldNotTakeWhatAnotherCallGaveUpOn() throws Exception {
    // The first is asked to stop waiting with an interrupt; the second must not take its row.
    var running = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(BOUND), running, Expiry.BOTH_TOKENS);
    var login = emulator.faults().holdLogin();
    var first = new Thread[1];
    var firstCall =
        async(
            () -> {
              first[0] = Thread.currentThread();
              return insert(1);
            });
    assertThat(login.awaitReached(SOON)).isTrue();
    long refused = refused();
    var secondCall = async(() -> insert(2));
    Awaitility.await().until(() -> refused() > refused);
    login.release();
    Awaitility.await().until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 2);
    first[0].interrupt();
    assertThat(end(firstCall)).isInstanceOf(OutcomeUnknownException.class);
    running.release();
    assertThat(end(secondCall)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(emulator.table("T")).containsExactly(List.of("1"));
  }

  @Test
  void shouldNotTakeWhatAStatementRanThatWasClosedMeanwhile() throws Exception {
    var running = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(BOUND), running, Expiry.BOTH_TOKENS);
    var login = emulator.faults().holdLogin();
    var closed = connection.prepareStatement(BOUND);
    closed.setInt(1, 1);
    var firstCall = async(closed::executeUpdate);
    assertThat(login.awaitReached(SOON)).isTrue();
    long refused = refused();
    var secondCall = async(() -> insert(2));
    Awaitility.await().until(() -> refused() > refused);
    closed.close();
    running.release();
    login.release();
    assertThat(end(secondCall)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(end(firstCall)).isInstanceOf(SQLException.class);
    assertThat(emulator.table("T")).containsExactly(List.of("1"));
  }

  @Test
  void shouldLetAWriteStandThatSucceedsOnTheSessionLeftBehind() throws Exception {
    var slow = emulator.faults().hold(text(ONE));
    var call = async(() -> update(ONE));
    assertThat(slow.awaitReached(SOON)).isTrue();
    emulator.faults().expireBefore(text("SELECT 5"));
    assertThat(query("SELECT 5")).containsExactly("5");
    slow.release();
    assertThat(end(call)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
    assertThat(ran(ONE)).isEqualTo(1);
    assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("1");
  }

  @Test
  void shouldMakeATempTableAgainThatWasMadeOnTheSessionLeftBehind() throws Exception {
    var make = "CREATE TEMPORARY TABLE x AS SELECT 1 AS a";
    var slow = emulator.faults().hold(text(make));
    var call = async(() -> update(make));
    assertThat(slow.awaitReached(SOON)).isTrue();
    emulator.faults().expireBefore(text("SELECT 5"));
    assertThat(query("SELECT 5")).containsExactly("5");
    slow.release();
    assertThat(end(call)).isEqualTo(0);
    assertThat(query("SELECT a FROM x")).containsExactly("1");
  }

  @Test
  void shouldNotMakeATempTableAgainFromOneThatWasLost() throws Exception {
    reconnect("selfheal.replay=statement");
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE staging AS SELECT 'permanent' AS a");
    }
    update("CREATE TEMPORARY TABLE staging AS SELECT 'temp' AS a");
    var make = "CREATE TEMPORARY TABLE x AS SELECT a FROM staging";
    var slow = emulator.faults().hold(text(make));
    var call = async(() -> update(make));
    assertThat(slow.awaitReached(SOON)).isTrue();
    emulator.faults().expireBefore(text("SELECT 5"));
    assertThat(end(async(() -> query("SELECT 5")))).isEqualTo(List.of("5"));
    slow.release();
    assertThat(end(call)).isInstanceOf(ReplayRefusedException.class);
  }

  @Test
  void shouldRefuseAWriteToATempTableThatWentWithTheSessionLeftBehind() throws Exception {
    reconnect("selfheal.replay=statement");
    update("CREATE TEMPORARY TABLE staging (id INT)");
    var insert = "INSERT INTO staging VALUES (1)";
    var slow = emulator.faults().hold(text(insert));
    var call = async(() -> update(insert));
    assertThat(slow.awaitReached(SOON)).isTrue();
    emulator.faults().expireBefore(text("SELECT 5"));
    assertThat(end(async(() -> query("SELECT 5")))).isEqualTo(List.of("5"));
    slow.release();
    assertThat(end(call)).isInstanceOf(ReplayRefusedException.class);
  }

  @Test
  void shouldRunAWriteAgainThatWentIntoATransactionOfTheSessionLeftBehind() throws Exception {
    connection.setAutoCommit(false);
    var slow = emulator.faults().hold(text(ONE));
    var call = async(() -> update(ONE));
    assertThat(slow.awaitReached(SOON)).isTrue();
    emulator.faults().expireBefore(text("SELECT 5"));
    assertThat(query("SELECT 5")).containsExactly("5");
    slow.release();
    assertThat(end(call)).isEqualTo(1);
    connection.commit();
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldHealManyThreadsOnceAndLoseNothing() throws Exception {
    emulator.faults().expireWhilePolling(where(sql -> sql.startsWith("INSERT")).nth(5));
    var calls =
        java.util.stream.IntStream.range(0, 8)
            .mapToObj(i -> async(() -> update("INSERT INTO t VALUES (" + (100 + i) + ")")))
            .toList();
    for (var call : calls) {
      assertThat(end(call)).isEqualTo(1);
    }
    assertThat(emulator.table("T")).hasSize(8);
    assertThat(generation()).isEqualTo(1);
  }
}
