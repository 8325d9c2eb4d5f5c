package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.Hold;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the query history can tell of a statement in doubt, and where it cannot. */
class InDoubtHistoryTest extends HealingFixture {

  private static final String INSERT = "INSERT INTO t VALUES (1)";

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
    }
  }

  @Test
  void shouldNotTakeAnEarlierRunForTheOneInDoubt() throws SQLException {
    update(INSERT);
    update(INSERT);
    emulator.faults().expireBefore(text(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(3);
  }

  @Test
  void shouldNotTakeAnEarlierRunForTheOneInDoubtAfterManyStatements() throws SQLException {
    update(INSERT);
    try (var statement = connection.createStatement()) {
      for (int i = 0; i < 320; i++) {
        statement.executeQuery("SELECT " + i).close();
      }
    }
    emulator.faults().expireBefore(text(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(2);
  }

  @Test
  void shouldNotTakeAnEarlierFailureForTheOneInDoubt() throws SQLException {
    emulator.faults().fail(text(INSERT), 100_038, "22018", "Numeric value is not recognized");
    assertThatThrownBy(() -> update(INSERT)).isInstanceOf(SQLException.class);
    emulator.faults().expireBefore(text(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);

    emulator.faults().fail(text(INSERT), 100_038, "22018", "Numeric value is not recognized");
    assertThatThrownBy(() -> update(INSERT)).isInstanceOf(SQLException.class);
    emulator.faults().expireWhilePolling(text(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(2);
  }

  @Test
  void shouldNotTakeAFailureOfTheSameStatementForTheOneInDoubt() throws SQLException {
    try (var prepared = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      prepared.setInt(1, 1);
      prepared.executeUpdate();
      var text = text("INSERT INTO t VALUES (?)");
      emulator.faults().fail(text, 100_038, "22018", "Numeric value is not recognized");
      assertThatThrownBy(prepared::executeUpdate).isInstanceOf(SQLException.class);
      emulator.faults().expireBefore(text);
      assertThat(prepared.executeUpdate()).isEqualTo(1);
      emulator.faults().expireWhilePolling(text);
      assertThat(prepared.executeUpdate()).isEqualTo(1);
    }
    assertThat(emulator.table("T")).hasSize(3);
  }

  @Test
  void shouldNotTakeTheFirstStatementEverForTheOneInDoubt() throws SQLException {
    emulator.faults().expireBefore(text(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldSayUnknownWhenTheStatementOutlastsItsTimeout() throws SQLException {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(INSERT), hold, Expiry.BOTH_TOKENS);
    try (var statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.executeUpdate(INSERT))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("still running");
      assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("0");
      hold.release();
    }
    Awaitility.await().until(() -> sent(INSERT) > 0);
    assertThat(sent(INSERT)).isEqualTo(1);
  }

  @Test
  void shouldCancelOnTheServerWhatIsWaitedFor() throws Exception {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(INSERT), hold, Expiry.BOTH_TOKENS);
    try (var statement = connection.createStatement()) {
      var call = async(() -> statement.executeUpdate(INSERT));
      assertThat(hold.awaitReached(SOON)).isTrue();
      awaitHistoryLookUp();
      statement.cancel();
      Awaitility.await().until(() -> emulator.runs("SYSTEM$CANCEL_QUERY") > 0);
      hold.release();

      assertThat(end(call))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat((Throwable) e).isNotInstanceOf(OutcomeUnknownException.class);
                assertThat(e.getErrorCode()).isEqualTo(604);
              });
    }
    assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("0");
    assertThat(ran(INSERT)).isZero();
  }

  private void awaitHistoryLookUp() {
    Awaitility.await().until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 0);
  }

  @Test
  void shouldWaitBeyondTheHealTimeoutForAStatementThatStillRuns() throws Exception {
    reconnect("selfheal.healTimeoutSeconds=1");
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(INSERT), hold, Expiry.BOTH_TOKENS);
    var call = async(() -> update(INSERT));
    assertThat(hold.awaitReached(SOON)).isTrue();
    // Its looks are 100, 200, 400, 800 and 1600 ms apart.
    Awaitility.await().until(() -> call.isDone() || emulator.runs("QUERY_HISTORY_BY_SESSION") > 4);
    assertThat(call).isNotDone();
    hold.release();
    assertThat(end(call)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldStopWaitingWhenTheConnectionIsClosed() throws Exception {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(INSERT), hold, Expiry.BOTH_TOKENS);
    var call = async(() -> update(INSERT));
    assertThat(hold.awaitReached(SOON)).isTrue();
    awaitHistoryLookUp();
    connection.close();
    assertThat(end(call)).isInstanceOf(OutcomeUnknownException.class);
    hold.release();
  }

  @Test
  void shouldGiveTheStatementsOwnError() throws SQLException {
    var bad = "INSERT INTO t SELECT id FROM nowhere";
    SQLException expected;
    try (var plain = DriverManager.getConnection(emulator.url())) {
      expected = catchThrowableOfType(SQLException.class, () -> update(plain, bad));
    }
    emulator.faults().expireWhilePolling(text(bad));
    assertThatThrownBy(() -> update(bad))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getErrorCode()).isEqualTo(expected.getErrorCode());
              assertThat(e.getMessage()).isEqualTo(expected.getMessage());
            });
    assertThat(generation()).isEqualTo(1);
    assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("0");
  }

  @Test
  void shouldSayUnknownWhenTheHistoryCannotBeRead() throws SQLException {
    emulator.faults().expireWhilePolling(text(INSERT));
    emulator
        .faults()
        .fail(matching("QUERY_HISTORY_BY_SESSION").always(), 3001, "42501", "not authorized");
    assertUnknown();
  }

  @Test
  void shouldNotConcludeFromAHistoryThatHasNotSettled() throws SQLException {
    emulator.faults().expireWhilePolling(text(INSERT));
    emulator.showHistoryLate(Duration.ofMillis(100));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(ran(INSERT)).isEqualTo(1);
  }

  @Test
  void shouldTakeTheCountFromTheHistoryWhenTheResultCannotBeRead() throws SQLException {
    emulator.faults().expireWhilePolling(text(INSERT));
    emulator.faults().fail(matching("RESULT_SCAN").always(), 709, "02000", "not found");
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(ran(INSERT)).isEqualTo(1);
  }

  @Test
  void shouldSayThatItRanWhenItsRowsCannotBeRead() throws SQLException {
    emulator.faults().expireWhilePolling(text(INSERT));
    emulator.faults().fail(matching("RESULT_SCAN").always(), 709, "02000", "not found");
    assertThatThrownBy(() -> query(INSERT))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("DID run");
    assertThat(ran(INSERT)).isEqualTo(1);
  }

  @Test
  void shouldSayUnknownWithoutLookingWhenAskedTo() throws SQLException {
    reconnect("selfheal.inDoubt=fail");
    emulator.faults().expireWhilePolling(text(INSERT));
    assertUnknown();
    assertThat(emulator.runs("QUERY_HISTORY")).isZero();
  }

  private void assertUnknown() throws SQLException {
    assertThatThrownBy(() -> update(INSERT))
        .isInstanceOfSatisfying(
            OutcomeUnknownException.class,
            e -> {
              assertThat(e.getErrorCode()).isNotEqualTo(390114);
              assertThat(e.getSQLState()).isEqualTo("40003");
            });
    assertThat(emulator.table("T")).hasSize(1);
    assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("1");
    assertThat(ran(INSERT)).isEqualTo(1);
  }

  @Test
  void shouldSayUnknownWithoutACurrentDatabase() throws SQLException {
    connection.close();
    connection =
        DriverManager.getConnection(emulator.healingUrl().replace("db=DEMO&schema=PUBLIC&", ""));
    var qualified = "INSERT INTO demo.public.t VALUES (1)";
    emulator.faults().expireWhilePolling(text(qualified));
    assertThatThrownBy(() -> update(qualified)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(emulator.table("T")).hasSize(1);
    assertThat(query("SELECT COUNT(*) FROM demo.public.t")).containsExactly("1");
  }
}
