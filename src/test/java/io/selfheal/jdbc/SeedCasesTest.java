package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static io.selfheal.jdbc.testkit.StatementMatch.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selfheal.jdbc.snowflake.Expiry;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The eight test cases of the change that this project grew out of. */
class SeedCasesTest extends HealingFixture {

  @Test
  void shouldPropagateTheExpiryWithoutAFactory() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url());
        var wrapped = SelfHealing.wrap(plain, null)) {
      int logins = emulator.logins();
      emulator.faults().expireAllSessions();

      assertThatThrownBy(() -> query(wrapped, "SELECT 1"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(390114));
      assertThatThrownBy(() -> query(wrapped, "SELECT 1")).isInstanceOf(SQLException.class);
      assertThat(emulator.logins()).isEqualTo(logins);
    }
  }

  @Test
  void shouldHealOneExpiry() throws SQLException {
    emulator.faults().expireBefore(matching("SELECT 42"));

    assertThat(query("SELECT 42")).containsExactly("42");
    assertThat(emulator.logins()).isEqualTo(2);
    assertThat(emulator.runs("SELECT 42")).isEqualTo(1);
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldNotRetryAnUnrelatedError() {
    emulator.faults().fail(matching("SELECT 42"), 1003, "42000", "syntax error");

    assertThatThrownBy(() -> query("SELECT 42"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1003));
    assertThat(emulator.log()).filteredOn(one -> one.sql().equals("SELECT 42")).hasSize(1);
    assertThat(emulator.logins()).isEqualTo(1);
  }

  @Test
  void shouldPropagateASecondExpiryAfterExactlyOneRetry() throws SQLException {
    emulator.faults().expireBefore(matching("SELECT 42").times(2));

    assertThatThrownBy(() -> query("SELECT 42"))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getErrorCode()).isEqualTo(390114);
              assertThat(e.getClass().getName()).startsWith("net.snowflake.");
            });
    assertThat(emulator.logins()).isEqualTo(2);
    assertThat(emulator.log()).filteredOn(one -> one.sql().equals("SELECT 42")).hasSize(2);
    // The connection stays usable.
    assertThat(query("SELECT 42")).containsExactly("42");
  }

  @Test
  void shouldDetectTheExpiryByCodeAndPhraseWhenTheVendorCodeIsUnset() throws SQLException {
    var text = "JDBC driver error 390114: Authentication\n token has EXPIRED.";
    assertThat(healsAfter(new SQLException(text))).isTrue();
    assertThat(healsAfter(new SQLException("Authentication token has expired."))).isFalse();
    assertThat(healsAfter(new SQLException("error 390114"))).isFalse();
    assertThat(healsAfter(new SQLException(text, "XX000", 1003))).isFalse();

    var expiry = new Expiry(Set.of(), false);
    assertThat(expiry.code(new SQLException("outer", new RuntimeException(new SQLException(text)))))
        .isEqualTo(390114);
  }

  /** Whether a wrapped connection repeats a read that failed with that error. */
  private boolean healsAfter(SQLException error) throws SQLException {
    var thrown = new AtomicReference<>(error);
    var physical = DriverManager.getConnection(emulator.url());
    var failing =
        (Connection)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("getMetaData") && thrown.get() != null) {
                    throw thrown.getAndSet(null);
                  }
                  return method.invoke(physical, arguments);
                });
    try (var healing =
        SelfHealing.wrap(failing, () -> DriverManager.getConnection(emulator.url()))) {
      healing.getMetaData();
      return true;
    } catch (SQLException e) {
      assertThat((Throwable) e).isSameAs(error);
      return false;
    }
  }

  @Test
  void shouldLogInOnceForTwoThreadsThatMeetOneExpiry() throws Exception {
    emulator.faults().expireAllSessions();
    var start = new CountDownLatch(1);
    var threads = Executors.newFixedThreadPool(2);
    try {
      var first =
          threads.submit(
              () -> {
                start.await();
                return query("SELECT CURRENT_SESSION()");
              });
      var second =
          threads.submit(
              () -> {
                start.await();
                return query("SELECT CURRENT_SESSION()");
              });
      start.countDown();

      assertThat(first.get(30, TimeUnit.SECONDS))
          .isNotEmpty()
          .isEqualTo(second.get(30, TimeUnit.SECONDS));
    } finally {
      threads.shutdownNow();
    }
    assertThat(emulator.logins()).isEqualTo(2);
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldHealWritesAndDdl() throws SQLException {
    emulator
        .faults()
        .expireBefore(matching("CREATE TABLE"))
        .expireBefore(where(sql -> sql.startsWith("INSERT")))
        .expireBefore(where(sql -> sql.startsWith("UPDATE")));

    update("CREATE TABLE ledger (id INT, amount INT)");
    assertThat(update("INSERT INTO ledger VALUES (1, 10), (2, 20)")).isEqualTo(2);
    assertThat(update("UPDATE ledger SET amount = amount + 1")).isEqualTo(2);

    assertThat(query("SELECT SUM(amount) FROM ledger")).containsExactly("32");
    assertThat(emulator.runs("INSERT INTO")).isEqualTo(1);
    assertThat(emulator.runs("UPDATE ledger")).isEqualTo(1);
    assertThat(emulator.logins()).isEqualTo(4);
  }

  @Test
  void shouldRefuseAtConstructionWithNeitherConnectionNorFactory() {
    var refusal =
        catchThrowableOfType(
            IllegalArgumentException.class, () -> SelfHealing.wrap(null, null, new Properties()));
    assertThat(refusal).hasMessageContaining("ConnectionFactory");
  }
}
