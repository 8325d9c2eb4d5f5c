package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A new session looks like the one that died. */
class ContextTest extends HealingFixture {

  private static final String WHERE =
      "SELECT CURRENT_DATABASE() || '|' || CURRENT_SCHEMA() || '|' || CURRENT_ROLE() || '|' || CURRENT_WAREHOUSE()";

  @BeforeEach
  void makeSchemas() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE SCHEMA demo.sales");
      update(plain, "CREATE SCHEMA demo.\"lower case\"");
      update(plain, "CREATE DATABASE other");
      update(plain, "CREATE DATABASE \"lower\"");
    }
  }

  /** The statements of the newest session, without those that a test made itself. */
  private List<String> inNewSession(String... own) {
    var ids = emulator.sessionIds();
    long last = ids.get(ids.size() - 1);
    return emulator.log().stream()
        .filter(one -> one.sessionId() == last && !List.of(own).contains(one.sql()))
        .map(one -> one.sql())
        .toList();
  }

  private void staysWhereItIs(int statements) throws SQLException {
    var before = query(WHERE);
    var catalog = connection.getCatalog();
    var schema = connection.getSchema();
    emulator.faults().expireAllSessions();
    assertThat(query(WHERE)).isEqualTo(before);
    assertThat(connection.getCatalog()).isEqualTo(catalog);
    assertThat(connection.getSchema()).isEqualTo(schema);
    assertThat(inNewSession(WHERE)).hasSizeLessThanOrEqualTo(statements);
  }

  @Test
  void shouldBeWhereUseHasBroughtItWithoutAStatement() throws SQLException {
    // The older line has no getters for role and warehouse: the texts themselves are sent again.
    int more = connection.getMetaData().getDriverMajorVersion() > 3 ? 0 : 1;
    update("USE SCHEMA sales");
    staysWhereItIs(0);
    update("USE DATABASE other");
    staysWhereItIs(0);
    update("USE ROLE r_two");
    staysWhereItIs(more);
    update("USE WAREHOUSE wh_two");
    staysWhereItIs(2 * more);
  }

  @Test
  void shouldBeWhereQuotedNamesHaveBroughtIt() throws SQLException {
    // Whether a login takes a quoted name is not certain [I]; where it does not, USE does it.
    update("USE demo.\"lower case\"");
    staysWhereItIs(1);
    update("USE DATABASE \"lower\"");
    staysWhereItIs(2);
    connection.setCatalog("DEMO");
    connection.setSchema("lower case");
    staysWhereItIs(1);
    connection.setCatalog("lower");
    staysWhereItIs(2);
  }

  @Test
  void shouldBeWhereUseHasBroughtItOverAFactory() throws SQLException {
    connection.close();
    connection = SelfHealing.wrap(null, () -> DriverManager.getConnection(emulator.url()));
    update("USE ROLE r_two");
    update("USE WAREHOUSE wh_two");
    update("USE DATABASE other");
    staysWhereItIs(3);
    connection.setCatalog("DEMO");
    connection.setSchema("lower case");
    staysWhereItIs(3);
  }

  @Test
  void shouldKeepSecondaryRoles() throws SQLException {
    update("USE SECONDARY ROLES ALL");
    var before = query("SELECT CURRENT_SECONDARY_ROLES()");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT CURRENT_SECONDARY_ROLES()")).isEqualTo(before);
  }

  @Test
  void shouldKeepAutocommitOffWhicheverWayItWasSwitched() throws SQLException {
    update("CREATE TABLE t (id INT)");
    for (var off :
        List.<Switch>of(
            one -> one.setAutoCommit(false),
            one -> update(one, "ALTER SESSION SET AUTOCOMMIT = FALSE"))) {
      off.on(connection);
      emulator.faults().expireAllSessions();
      assertThat(update("INSERT INTO t VALUES (1)")).isEqualTo(1);
      assertThat(connection.getAutoCommit()).isFalse();
      assertThat(emulator.table("T")).isEmpty();
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private interface Switch {
    void on(Connection connection) throws SQLException;
  }

  @Test
  void shouldKeepLocalSettings() throws SQLException {
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    connection.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
    connection.setNetworkTimeout(Runnable::run, 12_345);
    connection.setReadOnly(false);
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat(connection.getNetworkTimeout()).isEqualTo(12_345);
    assertThat(connection.getHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
    assertThat(connection.getTransactionIsolation())
        .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldSwitchAutocommitAcrossAnExpiry(ExpiryPoint point) throws SQLException {
    update("CREATE TABLE t (id INT)");
    emulator.faults().expire(point, StatementMatch.matching("autocommit"), Expiry.BOTH_TOKENS);
    connection.setAutoCommit(false);
    assertThat(connection.getAutoCommit()).isFalse();
    update("INSERT INTO t VALUES (1)");
    assertThat(emulator.table("T")).isEmpty();
    connection.commit();
    emulator.faults().expire(point, StatementMatch.matching("autocommit"), Expiry.SESSION_GONE);
    connection.setAutoCommit(true);
    assertThat(connection.getAutoCommit()).isTrue();
    update("INSERT INTO t VALUES (2)");
    assertThat(emulator.table("T")).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldMoveAcrossAnExpiry(ExpiryPoint point) throws SQLException {
    emulator.faults().expire(point, StatementMatch.matching("use database"), Expiry.BOTH_TOKENS);
    connection.setCatalog("OTHER");
    assertThat(connection.getCatalog()).isEqualTo("OTHER");
    connection.setCatalog("DEMO");
    emulator.faults().expire(point, StatementMatch.matching("use schema"), Expiry.BOTH_TOKENS);
    connection.setSchema("SALES");
    assertThat(query("SELECT CURRENT_DATABASE() || CURRENT_SCHEMA()")).containsExactly("DEMOSALES");
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldMoveToTheSchemaThatWasMadeAcrossAnExpiry(ExpiryPoint point) throws SQLException {
    emulator.faults().expire(point, StatementMatch.matching("CREATE SCHEMA"), Expiry.BOTH_TOKENS);
    update("CREATE SCHEMA \"made Here\"");
    assertThat(query("SELECT CURRENT_SCHEMA()")).containsExactly("made Here");
    assertThat(connection.getSchema()).isEqualTo("made Here");
    emulator.faults().expire(point, StatementMatch.matching("CREATE DATABASE"), Expiry.BOTH_TOKENS);
    update("CREATE DATABASE made");
    assertThat(query("SELECT CURRENT_DATABASE()")).containsExactly("MADE");
  }

  @Test
  void shouldNotHealIntoAnotherPlace() throws SQLException {
    update("USE SCHEMA sales");
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "DROP SCHEMA demo.sales");
    }
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(ReconnectFailedException.class);
  }
}
