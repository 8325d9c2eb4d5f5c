package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.sql.BatchUpdateException;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements move to the new session with all that belongs to them; results stay readable. */
class RebindTest extends HealingFixture {

  private static final String INSERT = "INSERT INTO t VALUES (?)";

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
    }
  }

  @Test
  void shouldKeepTheSettingsOfAStatement() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.setFetchSize(17);
      statement.setMaxRows(3);
      statement.setQueryTimeout(33);
      statement.setPoolable(false);
      emulator.faults().expireAllSessions();
      statement.executeQuery("SELECT 1").close();
      assertThat(statement.getFetchSize()).isEqualTo(17);
      assertThat(statement.getMaxRows()).isEqualTo(3);
      assertThat(statement.getQueryTimeout()).isEqualTo(33);
      assertThat(statement.isPoolable()).isFalse();
      assertThat((Object) statement.getConnection()).isSameAs(connection);
      assertThat(generation()).isEqualTo(1);
    }
  }

  @Test
  void shouldServeOnePreparedStatementOverManyExpiries() throws SQLException {
    try (var prepared = connection.prepareStatement(INSERT)) {
      for (int i = 1; i <= 5; i++) {
        prepared.setInt(1, i);
        emulator.faults().expireAllSessions(i % 2 == 0 ? Expiry.BOTH_TOKENS : Expiry.SESSION_GONE);
        assertThat(prepared.executeUpdate()).isEqualTo(1);
      }
    }
    assertThat(query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2", "3", "4", "5");
    assertThat(generation()).isEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldRunABatchOfRowsOnce(ExpiryPoint point) throws SQLException {
    try (var prepared = connection.prepareStatement(INSERT)) {
      for (int i = 0; i < 3; i++) {
        prepared.setInt(1, i);
        prepared.addBatch();
      }
      emulator.faults().expire(point, text(INSERT), Expiry.BOTH_TOKENS);
      assertThat(prepared.executeBatch()).containsExactly(1, 1, 1);
      assertThat(prepared.executeBatch()).isEmpty();
      prepared.setInt(1, 9);
      prepared.addBatch();
      assertThat(prepared.executeBatch()).containsExactly(1);
    }
    assertThat(query("SELECT id FROM t ORDER BY id")).containsExactly("0", "1", "2", "9");
    assertThat(ran(INSERT)).isEqualTo(2);
  }

  @Test
  void shouldKeepAPendingBatchOverAnExpiryBetweenItsRows() throws SQLException {
    try (var prepared = connection.prepareStatement(INSERT)) {
      emulator.faults().expireAllSessions();
      for (int i = 0; i < 4; i++) {
        prepared.setInt(1, i);
        prepared.addBatch();
        if (i == 2) {
          emulator.faults().expireAllSessions();
          query("SELECT 1");
        }
      }
      assertThat(prepared.executeLargeBatch()).containsExactly(1L, 1L, 1L, 1L);
    }
    assertThat(query("SELECT id FROM t ORDER BY id")).containsExactly("0", "1", "2", "3");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void shouldRunABatchOfTextsOnceWhereverItExpires(int position) throws SQLException {
    for (var point : List.of(ExpiryPoint.BEFORE, ExpiryPoint.WHILE_POLLING, ExpiryPoint.AFTER)) {
      update("TRUNCATE TABLE t");
      try (var statement = connection.createStatement()) {
        for (int i = 1; i <= 4; i++) {
          statement.addBatch(
              i == 3 ? "INSERT INTO nowhere VALUES (3)" : "INSERT INTO t VALUES (" + i + ")");
        }
        emulator
            .faults()
            .expire(
                point,
                text(
                    position == 3
                        ? "INSERT INTO nowhere VALUES (3)"
                        : "INSERT INTO t VALUES (" + position + ")"),
                Expiry.BOTH_TOKENS);
        assertThatThrownBy(statement::executeBatch)
            .isInstanceOfSatisfying(
                BatchUpdateException.class,
                e -> {
                  assertThat(e.getErrorCode()).isNotEqualTo(390114);
                  assertThat(e.getUpdateCounts())
                      .containsExactly(1, 1, Statement.EXECUTE_FAILED, 1);
                });
      }
      assertThat(query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2", "4");
    }
  }

  @Test
  void shouldReadAnOpenResultToItsEnd() throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3")) {
      assertThat(rows.next()).isTrue();
      emulator.faults().expireAllSessions();
      assertThat(query("SELECT 9")).containsExactly("9");
      assertThat(rows.next()).isTrue();
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(3);
      assertThat(rows.next()).isFalse();
      assertThat((Object) rows.getStatement()).isSameAs(statement);
    }
  }

  @Test
  void shouldKeepTheCountOfTheLastExecutionOverAnotherThreadsHeal() throws Exception {
    try (var statement = connection.createStatement()) {
      statement.execute("INSERT INTO t SELECT 1 UNION ALL SELECT 2");
      emulator.faults().expireAllSessions();
      assertThat(end(async(() -> query("SELECT 9")))).isEqualTo(List.of("9"));
      assertThat(statement.getUpdateCount()).isEqualTo(2);
    }
  }

  @Test
  void shouldLogOutASessionThatIsLeftAndNotDead() throws Exception {
    // Found dead by a code that only this user's settings call an expiry: the session itself lives.
    reconnect("selfheal.expiryCodes=1234");
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT 1 UNION ALL SELECT 2")) {
      emulator.faults().fail(text("SELECT 3"), 1234, "XX000", "as good as dead");
      assertThat(query("SELECT 3")).containsExactly("3");
      assertThat(rows.next()).isTrue();
      assertThat(emulator.openSessions()).isEqualTo(2);
    }
    Awaitility.await().until(() -> emulator.openSessions() == 1);
    assertThat(query("SELECT 3")).containsExactly("3");
  }

  private interface Ask {
    Object of(PreparedStatement prepared) throws SQLException;
  }

  @Test
  void shouldHealWhatAsksAboutAStatement() throws SQLException {
    List<Ask> asks = new ArrayList<>();
    asks.add(one -> one.getMetaData().getColumnCount());
    asks.add(one -> one.getParameterMetaData().getParameterCount());
    for (var ask : asks) {
      emulator.faults().expireAllSessions();
      try (var prepared = connection.prepareStatement("SELECT id FROM t WHERE id = ?")) {
        assertThat(ask.of(prepared)).isEqualTo(1);
        prepared.setInt(1, 1);
        prepared.executeQuery().close();
      }
    }
    assertThat(generation()).isEqualTo(2);
  }

  @Test
  void shouldHealMetadata() throws SQLException {
    var meta = connection.getMetaData();
    emulator.faults().expireAllSessions();
    try (var tables = meta.getTables("DEMO", "PUBLIC", "T", null)) {
      assertThat(tables.next()).isTrue();
      assertThat(tables.getString("TABLE_NAME")).isEqualTo("T");
    }
    assertThat((Object) meta.getConnection()).isSameAs(connection);
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldNotTellTwiceOfALossThatWasTold() throws SQLException {
    try (var prepared = connection.prepareStatement(INSERT)) {
      prepared.setInt(1, 1);
      taint();
      emulator.faults().expireAllSessions();
      assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(ReplayRefusedException.class);
      prepared.addBatch();
      assertThat(prepared.getParameterMetaData().getParameterCount()).isEqualTo(1);
      assertThat(prepared.executeBatch()).containsExactly(1);
    }
  }

  @Test
  void shouldNotOpenAClosedStatementAgain() throws SQLException {
    var statement = connection.createStatement();
    var prepared = connection.prepareStatement(INSERT);
    statement.close();
    prepared.close();
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat(statement.isClosed()).isTrue();
    assertThatThrownBy(() -> statement.executeQuery("SELECT 1")).isInstanceOf(SQLException.class);
    assertThatThrownBy(prepared::executeUpdate).isInstanceOf(SQLException.class);
    assertThat(emulator.runs("INSERT")).isZero();
  }

  @Test
  void shouldCloseWhatWasTakenOver() throws SQLException {
    var statement = connection.createStatement();
    emulator.faults().expireWhilePolling(text("INSERT INTO t VALUES (1)"));
    var rows = statement.executeQuery("INSERT INTO t VALUES (1)");
    assertThat(rows.isClosed()).isFalse();
    statement.close();
    assertThat(rows.isClosed()).isTrue();
  }
}
