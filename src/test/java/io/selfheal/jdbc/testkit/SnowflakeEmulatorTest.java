package io.selfheal.jdbc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.StatementRecord.Outcome;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class SnowflakeEmulatorTest extends WithEmulator {

  @Test
  void shouldLogInWithTheNamesOfTheUrl() throws SQLException {
    assertThat(connection.getCatalog()).isEqualTo("DEMO");
    assertThat(connection.getSchema()).isEqualTo("PUBLIC");
    assertThat(vendor(connection, "getSessionID"))
        .isEqualTo(emulator.sessionIds().get(0).toString());
    assertThat(emulator.logins()).isEqualTo(1);
    assertThat(emulator.loginAttempts()).isEqualTo(1);
    assertThat(emulator.openSessions()).isEqualTo(1);
  }

  @Test
  void shouldEndTheSessionOnLogout() throws SQLException {
    connection.close();
    assertThat(emulator.openSessions()).isZero();
  }

  @Test
  void shouldSelect() throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT 1")) {
      assertThat(rows.getMetaData().getColumnName(1)).isEqualTo("x");
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(1);
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void shouldTellTheDriverAboutAutocommit() throws SQLException {
    assertThat(connection.getAutoCommit()).isTrue();
    // By text, so that the driver can know it from the answer only.
    update("ALTER SESSION SET AUTOCOMMIT=false");
    assertThat(connection.getAutoCommit()).isFalse();
  }

  @Test
  void shouldKeepALogOfEveryRequest() throws SQLException {
    select("SELECT 1");
    codeOf(() -> update("NONSENSE"));
    try (var prepared = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      assertThat(prepared.getParameterMetaData().getParameterCount()).isEqualTo(1);
    }
    emulator.faults().expireAllSessions();
    codeOf(() -> update(INSERT));

    assertThat(emulator.log())
        .extracting(StatementRecord::ordinal, StatementRecord::outcome, StatementRecord::errorCode)
        .containsExactly(
            tuple(1, Outcome.RAN, 0),
            tuple(2, Outcome.FAILED, 1003),
            tuple(0, Outcome.DESCRIBED, 0),
            tuple(3, Outcome.REFUSED_EXPIRED, 390112));
    assertThat(emulator.runs("select")).isEqualTo(1);
    assertThat(emulator.faults().statements()).isEqualTo(3);
  }

  @Test
  void shouldGiveTheErrorsOfStatementsWithTheirQueryId() throws SQLException {
    try (var statement = connection.createStatement()) {
      assertThat(codeOf(() -> statement.execute("NONSENSE"))).isEqualTo(1003);
    }
  }

  @Test
  void shouldTakeABatchAsOneRequestWithArrayBinds() throws SQLException {
    try (var prepared = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      for (var i = 0; i < 3; i++) {
        prepared.setInt(1, i);
        prepared.addBatch();
      }
      assertThat(prepared.executeBatch()).containsExactly(1, 1, 1);
    }
    assertThat(emulator.table("T")).containsExactly(List.of("0"), List.of("1"), List.of("2"));
    assertThat(emulator.runs("INSERT")).isEqualTo(1);
  }

  @Test
  void shouldAnswerMultiStatementsChildByChild() throws SQLException {
    try (var statement = connection.createStatement()) {
      vendor(statement, "setParameter", "MULTI_STATEMENT_COUNT", 3);
      assertThat(statement.execute("SELECT 1;" + INSERT + ";SELECT 3")).isTrue();
      assertThat(only(statement.getResultSet())).isEqualTo(1);
      // The driver answers true before an update count too while children are left (line 4).
      statement.getMoreResults();
      assertThat(statement.getUpdateCount()).isEqualTo(1);
      statement.getMoreResults();
      assertThat(only(statement.getResultSet())).isEqualTo(3);
    }
  }

  @Test
  void shouldRunAsyncQueries() throws SQLException {
    var hold = emulator.faults().hold(StatementMatch.matching("SELECT 5"));
    try (var statement = connection.createStatement();
        var rows = (ResultSet) vendor(statement, "executeAsyncQuery", "SELECT 5")) {
      assertThat(status(rows)).contains("RUNNING");
      hold.release();
      assertThat(only(rows)).isEqualTo(5);
      assertThat(status(rows)).contains("SUCCESS");
    }
  }

  @Test
  void shouldAnswerAnAsyncQueryStatusWithTheExpiry() throws SQLException {
    try (var statement = connection.createStatement()) {
      var rows = vendor(statement, "executeAsyncQuery", "SELECT 5");
      emulator.faults().expireAllSessions();
      assertThat(codeOf(() -> status(rows))).isEqualTo(390114);
    }
  }

  private static String status(Object rows) throws SQLException {
    var status = vendor(rows, "getStatus");
    // An enum in the driver's line 3, an object with a getStatus() of its own in line 4.
    return status instanceof Enum<?> name ? name.name() : vendor(status, "getStatus").toString();
  }

  private static int only(ResultSet rows) throws SQLException {
    assertThat(rows.next()).isTrue();
    return rows.getInt(1);
  }

  private static Tuple tuple(long ordinal, Outcome outcome, int code) {
    return Assertions.tuple(ordinal, outcome, code);
  }
}
