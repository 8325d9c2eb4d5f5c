package io.selfheal.jdbc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EmulatorLoginTest extends WithEmulator {

  @Test
  void shouldRefuseLoginsAsOftenAsTold() throws SQLException {
    emulator.faults().refuseLogins(2);
    assertThat(codeOf(this::login)).isEqualTo(390100);
    assertThat(codeOf(this::login)).isEqualTo(390100);
    login();
    assertThat(emulator.logins()).isEqualTo(2);
    assertThat(emulator.loginAttempts()).isEqualTo(4);
  }

  @Test
  void shouldFailALoginWithTheExpiryItself() throws SQLException {
    emulator
        .faults()
        .failLogins(
            1, 390114, "Authentication token has expired.  The user must authenticate again.");
    assertThat(codeOf(this::login)).isEqualTo(390114);
    login();
  }

  @Test
  void shouldAcceptOnlyTheRequiredPassword() throws SQLException {
    emulator.faults().requirePassword("other");
    assertThat(codeOf(this::login)).isEqualTo(390100);
    DriverManager.getConnection(emulator.url().replace("password=demo", "password=other")).close();
  }

  @Test
  void shouldHoldALogin() throws Exception {
    var hold = emulator.faults().holdLogin();
    var login = CompletableFuture.runAsync(this::quietLogin);
    assertThat(hold.awaitReached(Duration.ofSeconds(10))).isTrue();
    assertThat(emulator.logins()).isEqualTo(1);
    hold.release();
    login.get();
    assertThat(emulator.logins()).isEqualTo(2);
  }

  @Test
  void shouldTakeItsTimeOverASlowLogin() throws SQLException {
    emulator.faults().slowLogins(1, Duration.ofMillis(300));
    var start = System.nanoTime();
    login();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(300).toNanos());
  }

  private void login() throws SQLException {
    DriverManager.getConnection(emulator.url()).close();
  }

  private void quietLogin() {
    try {
      login();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
