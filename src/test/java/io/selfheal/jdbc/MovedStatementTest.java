package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** Objects that still sit on a session which another call has replaced. */
class MovedStatementTest extends HealingFixture {

  @Test
  void shouldNotReportALostTransactionAgainWhenAnIdleStatementIsAsked() throws SQLException {
    reconnect("selfheal.replay=session");
    update("CREATE TABLE ledger (id INT)");
    connection.setAutoCommit(false);
    try (var idle = connection.prepareStatement("INSERT INTO ledger VALUES (?)")) {
      update("INSERT INTO ledger VALUES (1)");
      emulator.faults().expireAllSessions();
      assertThatThrownBy(() -> update("INSERT INTO ledger VALUES (2)"))
          .isInstanceOf(TransactionLostException.class);

      // The next transaction has nothing to do with it.
      update("INSERT INTO ledger VALUES (3)");
      assertThat(idle.getParameterMetaData().getParameterCount()).isEqualTo(1);
      idle.setInt(1, 4);
      idle.addBatch();
      assertThat(idle.executeBatch()).containsExactly(1);
      connection.commit();
    }
    assertThat(query("SELECT id FROM ledger ORDER BY id")).containsExactly("3", "4");
  }

  @Test
  void shouldAnswerForAnIdleStatementWhosePhysicalConnectionIsClosed() throws SQLException {
    var first = DriverManager.getConnection(emulator.url());
    try (var healing = SelfHealing.wrap(first, () -> DriverManager.getConnection(emulator.url()));
        var idle = healing.createStatement();
        var prepared = healing.prepareStatement("SELECT 42")) {
      idle.setQueryTimeout(7);
      emulator.faults().expireAllSessions();
      query(healing, "SELECT 1");
      // As the end of the retired session does it.
      first.close();
      idle.cancel();
      assertThat(idle.isClosed()).isFalse();
      assertThat(idle.getConnection()).isSameAs(healing);
      assertThat((Throwable) idle.getWarnings()).isNull();
      assertThat(idle.getQueryTimeout()).isEqualTo(7);
      assertThat(prepared.getMetaData().getColumnCount()).isEqualTo(1);
      try (var rows = idle.executeQuery("SELECT 42")) {
        assertThat(rows.next()).isTrue();
      }
    }
  }

  @Test
  void shouldMakeLocalSettingsAgain() throws SQLException {
    List<String> settings = new ArrayList<>();
    try (var healing = SelfHealing.wrap(noting(settings), () -> noting(settings))) {
      var info = new Properties();
      info.setProperty("ApplicationName", "report");
      healing.setClientInfo(info);
      info.setProperty("ApplicationName", "changed");
      healing.setClientInfo("ClientUser", "first");
      healing.setClientInfo("ClientUser", "second");
      healing.setReadOnly(false);
      assertThat(settings).hasSize(4);
      settings.clear();
      emulator.faults().expireAllSessions();
      query(healing, "SELECT 42");
      assertThat(settings)
          .containsExactlyInAnyOrder(
              "setClientInfo[{ApplicationName=report}]",
              "setClientInfo[ClientUser, second]",
              "setReadOnly[false]");
    }
  }

  /** A connection that takes client info, which Snowflake's does not. */
  private Connection noting(List<String> settings) throws SQLException {
    var physical = DriverManager.getConnection(emulator.url());
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("setClientInfo")
                  || method.getName().equals("setReadOnly")) {
                settings.add(method.getName() + List.of(arguments));
                return null;
              }
              try {
                return method.invoke(physical, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
