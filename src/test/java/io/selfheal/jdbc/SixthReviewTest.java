package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When it is too early to believe the history, and what a limit on results must not hide. */
class SixthReviewTest extends HealingFixture {
  private static final String INSERT = "INSERT INTO t VALUES (1)";

  private int called;
  private int answered;

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
      update(plain, "CREATE HYBRID TABLE h (id INT)");
    }
    query("SELECT 1");
  }

  /** One that ends while, or after, its caller gets a new session; its end shows late. */
  private void insert(long loginMillis, long runsMillis) throws SQLException {
    emulator.showHistoryEndsLate(Duration.ofMillis(120));
    emulator.faults().expireWhileRunning(text(INSERT), Duration.ofMillis(runsMillis));
    emulator.faults().slowLogins(1, Duration.ofMillis(loginMillis));
    called++;
    try {
      update(INSERT);
      answered++;
    } catch (OutcomeUnknownException honest) {
      assertThat(honest.getMessage()).contains("history");
    }
  }

  /** Once for each call that was answered, at most once for one that was refused. */
  private void assertOnce() {
    await().untilAsserted(() -> assertThat(emulator.table("T")).hasSizeBetween(answered, called));
  }

  /** Its end is shown 120 ms later; the settling time is 150. */
  @Test
  void shouldNotRepeatWhatEndedJustBeforeTheLook() throws Exception {
    for (long runs = 300; runs <= 600; runs += 50) {
      insert(500, runs);
    }
    assertOnce();
  }

  /** The first look sees it running, a later one sees nothing. */
  @Test
  void shouldNotRepeatWhatWasSeenRunning() throws Exception {
    for (int i = 0; i < 5; i++) {
      insert(100, 900);
    }
    assertOnce();
  }

  @Test
  void shouldSeeTheHistoryWhateverRowsPerResultSet() throws Exception {
    update("ALTER SESSION SET ROWS_PER_RESULTSET = 5");
    for (int i = 0; i < 6; i++) {
      update("INSERT INTO t VALUES (" + (10 + i) + ")");
    }
    emulator.faults().expire(ExpiryPoint.WHILE_POLLING, text(INSERT), Expiry.BOTH_TOKENS);
    update(INSERT);
    assertThat(emulator.table("T")).hasSize(7);
  }

  @Test
  void shouldSeeTheKindOfTableWhateverRowsPerResultSet() throws Exception {
    update("ALTER SESSION SET ROWS_PER_RESULTSET = 100");
    for (int i = 0; i < 120; i++) {
      query("SELECT 1");
    }
    var insert = "INSERT INTO h VALUES (1)";
    emulator.faults().expire(ExpiryPoint.WHILE_POLLING, text(insert), Expiry.BOTH_TOKENS);
    assertThatThrownBy(() -> update(insert)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(emulator.table("H")).hasSize(1);
  }

  @Test
  void shouldCompareReadsWhateverRowsPerResultSet() throws Exception {
    update("ALTER SESSION SET ROWS_PER_RESULTSET = 14");
    connection.setAutoCommit(false);
    update("INSERT INTO t VALUES (7)");
    for (int i = 0; i < 8; i++) {
      query("SELECT " + i + " FROM t");
    }
    emulator.faults().expireBefore(text(INSERT));
    update(INSERT);
    connection.commit();
    assertThat(emulator.table("T")).hasSize(2);
  }
}
