package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Callers that meet one dead session share one login; its failures, its limits, and its end. */
class OneLoginTest extends HealingFixture {

  private List<CompletableFuture<List<String>>> readers(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> async(() -> query("SELECT CURRENT_SESSION()")))
        .toList();
  }

  private long refused() {
    return emulator.log().stream().filter(one -> one.queryId() == null).count();
  }

  @Test
  void shouldShareOneLoginAmongEightThreads() throws Exception {
    emulator.faults().expireAllSessions();
    var login = emulator.faults().holdLogin();
    var calls = readers(8);
    Awaitility.await().until(() -> refused() == 8);
    login.release();
    for (var call : calls) {
      assertThat(end(call)).isEqualTo(List.of(String.valueOf(emulator.sessionIds().get(1))));
    }
    assertThat(emulator.loginAttempts()).isEqualTo(2);
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldShareARefusedLoginThenFailFastThenRecover() throws Exception {
    emulator.faults().expireAllSessions();
    // Held first, so that all are there when it is refused.
    emulator.faults().requirePassword("changed");
    var calls = readers(8);
    for (var call : calls) {
      assertThat(end(call)).isInstanceOfSatisfying(ReconnectFailedException.class, this::evicts);
    }
    int attempts = emulator.loginAttempts();
    assertThat(attempts).isEqualTo(2);
    long sent = emulator.log().size();

    assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(ReconnectFailedException.class);
    assertThat(emulator.loginAttempts()).isEqualTo(attempts);
    // A session that is known to be dead is not asked again.
    assertThat(emulator.log()).hasSize((int) sent);

    emulator.faults().requirePassword(null);
    Awaitility.await()
        .ignoreExceptionsInstanceOf(ReconnectFailedException.class)
        .untilAsserted(() -> assertThat(query("SELECT 1")).containsExactly("1"));
    assertThat(emulator.loginAttempts()).isEqualTo(attempts + 1);
  }

  private void evicts(SQLException e) {
    assertThat(e.getSQLState()).isEqualTo("08001");
    assertThat(e.getErrorCode()).isEqualTo(390114);
    assertThat(e.getCause()).isInstanceOf(SQLException.class);
  }

  @Test
  void shouldHealBeforeAnythingIsSentAfterAFailedHeal() throws SQLException {
    emulator.faults().failLogins(1, 200_015, "a passing trouble");
    emulator.faults().expireBefore(text("SELECT 1"));
    assertThatThrownBy(() -> query("SELECT 1"))
        .isInstanceOfSatisfying(ReconnectFailedException.class, this::evicts);
    long first = emulator.sessionIds().get(0);
    long sent = emulator.log().stream().filter(one -> one.sessionId() == first).count();
    assertThat(query("SELECT 2")).containsExactly("2");
    assertThat(emulator.log().stream().filter(one -> one.sessionId() == first)).hasSize((int) sent);
  }

  @Test
  void shouldGiveUpOnASlowLoginAndLogItOutLater() throws Exception {
    reconnect("selfheal.healTimeoutSeconds=1");
    emulator.faults().expireAllSessions();
    var login = emulator.faults().holdLogin();
    assertThatThrownBy(() -> query("SELECT 1"))
        .isInstanceOfSatisfying(ReconnectFailedException.class, this::evicts)
        .hasMessageContaining("healTimeoutSeconds");
    int logins = emulator.logins();
    login.release();
    Awaitility.await().until(() -> emulator.logins() == logins + 1 || emulator.openSessions() == 0);
    Awaitility.await().until(() -> emulator.openSessions() == 0);
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat(emulator.openSessions()).isEqualTo(1);
  }

  @Test
  void shouldHealOnlySoOftenInAMinute() throws SQLException {
    reconnect("selfheal.maxHealsPerMinute=2");
    for (int i = 0; i < 2; i++) {
      emulator.faults().expireAllSessions();
      assertThat(query("SELECT 1")).containsExactly("1");
    }
    emulator.faults().expireAllSessions();
    int logins = emulator.loginAttempts();
    assertThatThrownBy(() -> query("SELECT 1"))
        .isInstanceOfSatisfying(ReconnectFailedException.class, this::evicts)
        .hasMessageContaining("maxHealsPerMinute");
    assertThat(emulator.loginAttempts()).isEqualTo(logins);
  }

  @Test
  void shouldCloseDuringASlowHeal() throws Exception {
    leaveDuringASlowHeal(Connection::close);
  }

  @Test
  void shouldAbortDuringASlowHeal() throws Exception {
    leaveDuringASlowHeal(one -> one.abort(Runnable::run));
  }

  private interface Leave {
    void by(Connection connection) throws SQLException;
  }

  private void leaveDuringASlowHeal(Leave leave) throws Exception {
    emulator.faults().expireAllSessions();
    var login = emulator.faults().holdLogin();
    var call = async(() -> query("SELECT 1"));
    assertThat(login.awaitReached(SOON)).isTrue();

    var left =
        async(
            () -> {
              leave.by(connection);
              return null;
            });
    assertThat(end(left)).isNull(); // while the login is still held
    assertThat(connection.isClosed()).isTrue();
    assertThat(end(call)).isInstanceOf(SQLException.class);
    login.release();
    Awaitility.await().until(() -> emulator.logins() == 2);
    Awaitility.await().until(() -> emulator.openSessions() == 0);
  }

  @ParameterizedTest
  @EnumSource(Expiry.class)
  void shouldCloseADeadSession(Expiry how) throws SQLException {
    emulator.faults().expireAllSessions(how);
    int logins = emulator.loginAttempts();
    connection.close();
    assertThat(connection.isClosed()).isTrue();
    assertThat(emulator.loginAttempts()).isEqualTo(logins);
  }

  @ParameterizedTest
  @EnumSource(Expiry.class)
  void shouldAbortADeadSession(Expiry how) throws SQLException {
    emulator.faults().expireAllSessions(how);
    int logins = emulator.loginAttempts();
    connection.abort(Runnable::run);
    assertThat(connection.isClosed()).isTrue();
    assertThat(emulator.loginAttempts()).isEqualTo(logins);
  }

  /** The call before it has seen that the session is dead, so that this one sends nothing to it. */
  @Test
  void shouldCancelWhatWaitsForAHealBeforeItIsSent() throws Exception {
    emulator.faults().expireAllSessions();
    emulator.faults().failLogins(1, 200_015, "a passing trouble");
    assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(ReconnectFailedException.class);
    var login = emulator.faults().holdLogin();
    try (var statement = connection.createStatement()) {
      var call = async(() -> statement.executeUpdate("CREATE TABLE made (id INT)"));
      assertThat(login.awaitReached(SOON)).isTrue();
      end(
          async(
              () -> {
                statement.cancel();
                return null;
              }));
      login.release();
      assertThat(end(call))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
      assertThat(emulator.runs("CREATE TABLE")).isZero();
      assertThat(statement.executeUpdate("CREATE TABLE made (id INT)")).isZero();
    }
  }

  @Test
  void shouldCancelDuringASlowHealAndNotRepeat() throws Exception {
    emulator.faults().expireAllSessions();
    var login = emulator.faults().holdLogin();
    try (var statement = connection.createStatement()) {
      var call = async(() -> statement.executeUpdate("CREATE TABLE made (id INT)"));
      assertThat(login.awaitReached(SOON)).isTrue();
      var cancelled =
          async(
              () -> {
                statement.cancel();
                return null;
              });
      assertThat(end(cancelled)).isNull();
      login.release();
      assertThat(end(call))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
    }
    assertThat(emulator.runs("CREATE TABLE")).isZero();
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  @Test
  void shouldEndAHealByInterruptForItsOwnCallerOnly() throws Exception {
    emulator.faults().expireAllSessions();
    var login = emulator.faults().holdLogin();
    var kept = new AtomicBoolean();
    var caller = new Thread[1];
    var call =
        async(
            () -> {
              caller[0] = Thread.currentThread();
              try {
                return query("SELECT 1");
              } finally {
                kept.set(Thread.interrupted());
              }
            });
    assertThat(login.awaitReached(SOON)).isTrue();
    var other = async(() -> query("SELECT 2"));
    Awaitility.await().until(() -> refused() == 2);
    caller[0].interrupt();
    assertThat(end(call)).isInstanceOf(ReconnectFailedException.class);
    assertThat(kept).isTrue();
    assertThat(end(other)).isEqualTo(List.of("2"));
    login.release();
    Awaitility.await().until(() -> emulator.openSessions() == 1);
  }

  @Test
  void shouldHealInIsValidWithinItsTimeout() throws Exception {
    emulator.faults().expireAllSessions();
    assertThat(connection.isValid(5)).isTrue();
    assertThat(generation()).isEqualTo(1);

    emulator.faults().expireAllSessions();
    emulator.faults().slowLogins(1, Duration.ofSeconds(20));
    var start = System.nanoTime();
    assertThat(connection.isValid(1)).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    emulator.faults().clear();
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  @Test
  void shouldRebuildInIsValid() throws SQLException {
    update("CREATE TEMPORARY TABLE x AS SELECT 5 AS id");
    update("SET v = 1");
    update("ALTER SESSION SET TIMEZONE = 'UTC'");
    update("BEGIN");
    update("INSERT INTO x VALUES (6)");
    emulator.faults().expireAllSessions();
    assertThat(connection.isValid(5)).isTrue();
    assertThat(query("SELECT id FROM x ORDER BY id")).containsExactly("5", "6");
    update("ROLLBACK");
    assertThat(query("SELECT id + $v FROM x")).containsExactly("6");
  }

  @Test
  void shouldAnswerFalseWithoutHealingWhenSomethingWouldBeLost() throws SQLException {
    taint();
    emulator.faults().expireAllSessions();
    int logins = emulator.loginAttempts();
    assertThat(connection.isValid(5)).isFalse();
    assertThat(emulator.loginAttempts()).isEqualTo(logins);
  }

  @Test
  void shouldHealWhateverTheExpiryLooksLike() throws SQLException {
    for (var how : List.of(Expiry.BOTH_TOKENS, Expiry.DIRECT_390114, Expiry.SESSION_GONE)) {
      emulator.faults().expireAllSessions(how);
      assertThat(query("SELECT 1")).containsExactly("1");
    }
    emulator.faults().expireAllSessions(Expiry.RENEWABLE);
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat(generation()).isEqualTo(3);
  }
}
