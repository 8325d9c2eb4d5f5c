package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static io.selfheal.jdbc.testkit.StatementMatch.next;
import static io.selfheal.jdbc.testkit.StatementMatch.statement;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EmulatorExpiryTest extends WithEmulator {

  @ParameterizedTest
  @CsvSource({"BOTH_TOKENS, 390114", "DIRECT_390114, 390114", "SESSION_GONE, 390111"})
  void shouldRefuseWithoutRunning(Expiry how, int code) throws SQLException {
    emulator.faults().expireBefore(statement(2), how);
    select("SELECT 1");
    assertThat(codeOf(() -> update(INSERT))).isEqualTo(code);
    assertThat(emulator.table("T")).isEmpty();
    assertThat(emulator.runs("INSERT")).isZero();
    assertThat(connection.isValid(5)).isFalse();
    assertThat(emulator.openSessions()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"BOTH_TOKENS, 390114", "DIRECT_390114, 390114", "SESSION_GONE, 390111"})
  void shouldDieAfterTheAnswer(Expiry how, int code) throws SQLException {
    emulator.faults().expireAfter(matching("INSERT"), how);
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(codeOf(() -> select("SELECT 1"))).isEqualTo(code);
    assertThat(emulator.table("T")).hasSize(1);
  }

  /** The trap: the row is there, and yet the caller is told of an expiry. */
  @ParameterizedTest
  @CsvSource({
    "WHILE_POLLING, BOTH_TOKENS, 390114",
    "WHILE_POLLING, DIRECT_390114, 390114",
    "WHILE_POLLING, SESSION_GONE, 390111",
    "WHILE_RUNNING, BOTH_TOKENS, 390114",
    "WHILE_RUNNING, DIRECT_390114, 390114",
    "WHILE_RUNNING, SESSION_GONE, 390111",
    "ANSWER_LOST, BOTH_TOKENS, 390114",
    "ANSWER_LOST, DIRECT_390114, 390114",
    "ANSWER_LOST, SESSION_GONE, 390111",
  })
  void shouldRunOnceAndYetReportTheExpiry(ExpiryPoint point, Expiry how, int code) {
    emulator.faults().expire(point, next(1), how);
    assertThat(codeOf(() -> update(INSERT))).isEqualTo(code);
    await().untilAsserted(() -> assertThat(emulator.runs("INSERT")).isEqualTo(1));
    assertThat(emulator.table("T")).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void shouldShowNothingToTheApplicationWhenTheRenewalWorks(ExpiryPoint point) throws SQLException {
    emulator.faults().expire(point, matching("INSERT"), Expiry.RENEWABLE);
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(select("SELECT COUNT(*) FROM t")).isEqualTo(1);
    assertThat(emulator.runs("INSERT")).isEqualTo(1);
    assertThat(connection.isValid(5)).isTrue();
    assertThat(emulator.logins()).isEqualTo(1);
  }

  @Test
  void shouldSpeakOfTheExpiryAsSnowflakeDoes() {
    emulator.faults().expireBefore(next(1));
    var e = catchThrowableOfType(SQLException.class, () -> update(INSERT));
    assertThat(e.getMessage())
        .isEqualTo("Authentication token has expired.  The user must authenticate again.");
    assertThat(e.getSQLState()).isEqualTo("XX000");
    assertThat(e.getClass().getSimpleName()).isEqualTo("SnowflakeReauthenticationRequest");
  }

  @Test
  void shouldKeepTheStatementRunningWhileItsCallerIsToldOfTheExpiry() {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(matching("INSERT"), hold, Expiry.BOTH_TOKENS);
    assertThat(codeOf(() -> update(INSERT))).isEqualTo(390114);
    assertThat(hold.isReached()).isTrue();
    assertThat(emulator.table("T")).isEmpty();

    hold.release();
    await().untilAsserted(() -> assertThat(emulator.table("T")).hasSize(1));
  }

  @Test
  void shouldExpireOneSessionOrAll() throws SQLException {
    try (var second = DriverManager.getConnection(emulator.url());
        var third = DriverManager.getConnection(emulator.url())) {
      emulator.faults().expireSession(emulator.sessionIds().get(1));
      assertThat(second.isValid(5)).isFalse();
      assertThat(third.isValid(5)).isTrue();
      emulator.faults().expireAllSessions(Expiry.SESSION_GONE);
      assertThat(third.isValid(5)).isFalse();
      assertThat(codeOf(() -> update(INSERT))).isEqualTo(390111);
    }
  }

  @Test
  void shouldAnswerWithTheExpiryWhereverTheDriverAsksTheServer() {
    emulator.faults().expireAllSessions();
    assertThat(codeOf(() -> connection.setAutoCommit(false))).isEqualTo(390114);
    assertThat(codeOf(() -> connection.setSchema("OTHER"))).isEqualTo(390114);
    assertThat(codeOf(() -> connection.getMetaData().getTables("DEMO", "PUBLIC", "T", null)))
        .isEqualTo(390114);
    assertThat(codeOf(() -> connection.prepareStatement(INSERT).getMetaData())).isEqualTo(390114);
  }

  @Test
  void shouldAllowANewLoginAfterTheExpiry() throws SQLException {
    emulator.faults().expireAllSessions();
    try (var fresh = DriverManager.getConnection(emulator.url())) {
      assertThat(fresh.isValid(5)).isTrue();
    }
    assertThat(emulator.logins()).isEqualTo(2);
  }

  /** The silent swap: no error, but another session. */
  @Test
  void shouldBeLoggedInAgainByTheDriverUnderOAuth() throws SQLException {
    try (var oauth = DriverManager.getConnection(emulator.oauthUrl());
        var statement = oauth.createStatement()) {
      var before = vendor(oauth, "getSessionID");
      emulator.faults().expireAllSessions();
      assertThat(statement.executeUpdate(INSERT)).isEqualTo(1);
      assertThat(vendor(oauth, "getSessionID")).isNotEqualTo(before);
    }
  }
}
