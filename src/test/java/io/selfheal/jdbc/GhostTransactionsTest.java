package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions of dead sessions keep their locks [D], whichever session it was that died. */
class GhostTransactionsTest extends HealingFixture {

  private static final String UPDATE = "UPDATE t SET n = n + 1";
  private static final String SECOND = "UPDATE t SET n = n + 2";

  @BeforeEach
  void makeTable() throws SQLException {
    update("CREATE TABLE t (n INT)");
    update("INSERT INTO t VALUES (0)");
    connection.setAutoCommit(false);
  }

  private void expires(Executable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(390114));
  }

  private interface Executable {
    void run() throws SQLException;
  }

  /** What another application sees. */
  private void isFree() throws SQLException {
    connection.rollback();
    try (var other = DriverManager.getConnection(emulator.url())) {
      assertThat(update(other, "UPDATE t SET n = n + 10")).isEqualTo(1);
      assertThat(query(other, "SELECT n FROM t")).containsExactly("10");
    }
  }

  @Test
  void shouldEndTheTransactionOfAFirstWriteWhoseRepetitionMetAnExpiry() throws SQLException {
    emulator.faults().expireBefore(text(UPDATE));
    emulator.faults().loseAnswerAndExpire(text(UPDATE).nth(2));
    expires(() -> update(UPDATE));
    isFree();
  }

  @Test
  void shouldEndTheTransactionOfAFirstWriteWhoseHealFailed() throws SQLException {
    emulator.faults().loseAnswerAndExpire(text(UPDATE));
    emulator.faults().failLogins(1, 200_015, "a passing trouble");
    expires(() -> update(UPDATE));
    isFree();
  }

  @Test
  void shouldEndTheTransactionOfAFirstWriteThatIsNotRepeated() throws SQLException {
    reconnect("selfheal.replay=none");
    connection.setAutoCommit(false);
    emulator.faults().loseAnswerAndExpire(text(UPDATE));
    expires(() -> update(UPDATE));
    isFree();
  }

  @Test
  void shouldEndTheTransactionOfASessionThatDiedInTheRebuild() throws SQLException {
    update(UPDATE);
    emulator.faults().expireBefore(text(SECOND));
    emulator.faults().loseAnswerAndExpire(text(UPDATE));
    expires(() -> update(SECOND));
    isFree();
  }

  @Test
  void shouldEndTheTransactionsOfAllSessionsThatDiedInTheRebuild() throws SQLException {
    update(UPDATE);
    emulator.faults().expireBefore(text(SECOND));
    // The first rebuild leaves a transaction behind; the second one cannot end it.
    emulator.faults().loseAnswerAndExpire(text(UPDATE));
    emulator.faults().expireBefore(matching("SHOW TRANSACTIONS"));
    expires(() -> update(SECOND));
    expires(() -> update(SECOND));
    isFree();
  }
}
