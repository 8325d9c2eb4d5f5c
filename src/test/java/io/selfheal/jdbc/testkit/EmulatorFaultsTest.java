package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.StatementMatch.any;
import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static io.selfheal.jdbc.testkit.StatementMatch.next;
import static io.selfheal.jdbc.testkit.StatementMatch.statement;
import static io.selfheal.jdbc.testkit.StatementMatch.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EmulatorFaultsTest extends WithEmulator {

  @Test
  void shouldFailAMatchingStatementWithItsError() throws SQLException {
    emulator
        .faults()
        .fail(matching("INSERT").nth(2), 2003, "02000", "SQL compilation error: no such table");
    assertThat(update(INSERT)).isEqualTo(1);
    var e = catchThrowableOfType(SQLException.class, () -> update(INSERT));
    assertThat(e.getErrorCode()).isEqualTo(2003);
    assertThat(e.getSQLState()).isEqualTo("02000");
    assertThat(e.getMessage()).contains("no such table");
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(2);
  }

  @Test
  void shouldCountPerFault() throws SQLException {
    select("SELECT 1");
    emulator.faults().fail(next(2), 1, "42000", "next").fail(statement(4), 2, "42000", "fourth");
    emulator.faults().fail(where(sql -> sql.endsWith("9")).times(2), 9, "42000", "nine");
    select("SELECT 2");
    assertThat(codeOf(() -> select("SELECT 3"))).isEqualTo(1);
    assertThat(codeOf(() -> select("SELECT 4"))).isEqualTo(2);
    assertThat(codeOf(() -> select("SELECT 9"))).isEqualTo(9);
    assertThat(emulator.faults().allStruck()).isFalse();
    assertThat(codeOf(() -> select("SELECT 9"))).isEqualTo(9);
    assertThat(emulator.faults().allStruck()).isTrue();
    assertThat(select("SELECT 9")).isEqualTo(9);
  }

  @Test
  void shouldReachEveryStatementInTurn() throws SQLException {
    var workload = List.of("SELECT 1", INSERT, "SELECT 2");
    for (var n = 1; n <= workload.size(); n++) {
      emulator.faults().expireBefore(next(n));
      try (var fresh = DriverManager.getConnection(emulator.url());
          var statement = fresh.createStatement()) {
        for (var i = 1; i < n; i++) {
          statement.execute(workload.get(i - 1));
        }
        var struck = workload.get(n - 1);
        assertThat(codeOf(() -> statement.execute(struck))).isEqualTo(390114);
      }
      assertThat(emulator.faults().allStruck()).isTrue();
    }
  }

  @Test
  void shouldStrikeAStatementThatIsLetInOnlyAfterARenewal() throws SQLException {
    emulator.faults().expireAllSessions(Expiry.RENEWABLE);
    emulator.faults().expireWhilePolling(matching("INSERT"));
    assertThat(codeOf(() -> update(INSERT))).isEqualTo(390114);
    assertThat(emulator.runs("INSERT")).isEqualTo(1);
  }

  @Test
  void shouldStrikeOneSessionOnly() throws SQLException {
    try (var other = DriverManager.getConnection(emulator.url());
        var statement = other.createStatement()) {
      emulator
          .faults()
          .fail(any().inSession(emulator.sessionIds().get(1)).always(), 1, "42000", "other");
      assertThat(select("SELECT 1")).isEqualTo(1);
      assertThat(codeOf(() -> statement.executeQuery("SELECT 1"))).isEqualTo(1);
    }
  }

  @Test
  void shouldForgetFaultsOnClear() throws SQLException {
    emulator.faults().expireBefore(any().always());
    emulator.faults().clear();
    assertThat(select("SELECT 1")).isEqualTo(1);
  }

  @Test
  void shouldNotRunAStatementAgainThatTheDriverSendsAgain() throws SQLException {
    emulator.faults().resetAfter(matching("INSERT"));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
    assertThat(emulator.faults().statements()).isEqualTo(1);
  }

  @Test
  void shouldRunAStatementThatTheDriverSendsAgainAfterAResetBeforeIt() throws SQLException {
    emulator.faults().resetBefore(matching("INSERT"));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldLetTheDriverPoll() throws SQLException {
    emulator.faults().answerInProgress(matching("INSERT"));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldTakeItsTimeOverASlowStatement() throws SQLException {
    emulator.faults().slow(matching("SELECT"), Duration.ofMillis(300));
    var start = System.nanoTime();
    select("SELECT 1");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(300).toNanos());
  }

  @Test
  void shouldCancelAStatementThatIsHeld() throws Exception {
    var hold = emulator.faults().hold(matching("INSERT"));
    try (var statement = connection.createStatement()) {
      var code = CompletableFuture.supplyAsync(() -> codeOf(() -> statement.executeUpdate(INSERT)));
      assertThat(hold.awaitReached(Duration.ofSeconds(10))).isTrue();
      statement.cancel();
      assertThat(code.get())
          .isIn(
              604, 200011); // the server's or the driver's own "canceled", whichever it sees first
    }
    assertThat(emulator.table("T")).isEmpty();
    assertThat(emulator.runs("INSERT")).isZero();
  }

  @Test
  void shouldRunStatementsOfOneSessionSideBySide() throws Exception {
    var hold = emulator.faults().hold(matching("SELECT 1"));
    var held = CompletableFuture.supplyAsync(() -> quietly("SELECT 1"));
    assertThat(hold.awaitReached(Duration.ofSeconds(10))).isTrue();
    assertThat(select("SELECT 2")).isEqualTo(2);
    hold.release();
    assertThat(held.get()).isEqualTo(1);
  }

  private int quietly(String sql) {
    try {
      return select(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
