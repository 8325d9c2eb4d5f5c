package io.selfheal.jdbc;

import static io.selfheal.jdbc.VendorTypes.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a procedure or several statements did in a transaction goes with it, though they ran: their
 * result must not be given, and what came before them must not be committed without them.
 */
class ScriptsInTransactionsTest extends HealingFixture {

  private static final String CALL = "CALL twice()";
  private static final String FIRST = "INSERT INTO t VALUES (0)";
  private static final String SEVERAL = "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)";

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
      update(
          plain,
          "CREATE PROCEDURE twice() RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN INSERT INTO t VALUES (1);"
              + " INSERT INTO t VALUES (2); RETURN 'done'; END $$");
    }
    connection.setAutoCommit(false);
  }

  /** All of it, or the one exception that nobody goes on after. */
  private void wholeOrLost(ExpiryPoint point, int before, ThrowingCallable script)
      throws Exception {
    boolean ran = point != ExpiryPoint.BEFORE;
    var error = catchThrowable(script);
    if (ran && error == null) {
      // It was answered; what comes next meets the dead session.
      assertThat(point).isEqualTo(ExpiryPoint.AFTER);
      error = catchThrowable(() -> query("SELECT 1"));
      assertThatThrownBy(() -> query("SELECT 1"))
          .as("what it left besides")
          .isInstanceOf(ReplayRefusedException.class);
    }
    if (ran) {
      assertThat(error).isInstanceOf(TransactionLostException.class);
    } else {
      assertThat(error).isNull();
    }
    assertThat(connection.getAutoCommit()).isFalse();
    connection.commit();
    assertThat(emulator.table("T")).hasSize(ran ? 0 : before + 2);
    assertThat(emulator.openTransactions()).isZero();
    update(FIRST);
    connection.commit();
    assertThat(emulator.table("T")).hasSize(ran ? 1 : before + 3);
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldLoseATransactionThatBeginsWithAProcedure(ExpiryPoint point) throws Exception {
    emulator.faults().expire(point, text(CALL), Expiry.BOTH_TOKENS);
    wholeOrLost(point, 0, () -> query(CALL));
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldLoseWhatCameBeforeAProcedureWithIt(ExpiryPoint point) throws Exception {
    update(FIRST);
    emulator.faults().expire(point, text(CALL), Expiry.BOTH_TOKENS);
    wholeOrLost(point, 1, () -> query(CALL));
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldLoseSeveralStatementsWithTheirTransaction(ExpiryPoint point) throws Exception {
    update(FIRST);
    try (var statement = connection.createStatement()) {
      var view = statement.unwrap(VendorTypes.STATEMENT);
      call(VendorTypes.STATEMENT, view, "setParameter", "MULTI_STATEMENT_COUNT", 2);
      emulator.faults().expire(point, text(SEVERAL), Expiry.BOTH_TOKENS);
      wholeOrLost(point, 1, () -> statement.execute(SEVERAL));
    }
  }

  /** What was run again for nothing is not run once more for somebody who begins anew. */
  @Test
  void shouldNotRunAgainWhatWasGivenUp() throws Exception {
    update(FIRST);
    emulator.faults().expireWhilePolling(text(CALL));
    emulator.faults().expireBefore(text("ROLLBACK"));
    assertThatThrownBy(() -> query(CALL)).isInstanceOf(TransactionLostException.class);
    assertThat(emulator.faults().allStruck()).isTrue();
    assertThatThrownBy(() -> update(FIRST)).isInstanceOf(TransactionLostException.class);
    update(FIRST);
    connection.commit();
    assertThat(emulator.table("T")).hasSize(1);
  }

  /** Its answer came, from a session that another thread had left by then. */
  @Test
  void shouldLoseAProcedureOfASessionThatWasLeftMeanwhile() throws Exception {
    var hold = emulator.faults().hold(text(CALL));
    var calling = async(() -> query(CALL));
    assertThat(hold.awaitReached(SOON)).isTrue();
    emulator.faults().expireBefore(text("SELECT 5"));
    assertThat(query("SELECT 5")).containsExactly("5");
    assertThat(generation()).isEqualTo(1);
    hold.release();
    assertThat(end(calling)).isInstanceOf(TransactionLostException.class);
    connection.commit();
    assertThat(emulator.table("T")).isEmpty();
  }
}
