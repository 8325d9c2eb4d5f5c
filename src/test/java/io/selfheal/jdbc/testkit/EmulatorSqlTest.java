package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both halves together: what dies with a session, and what the physical driver does by itself
 * around a statement.
 */
class EmulatorSqlTest extends WithEmulator {

  @Override
  SnowflakeEmulator newEmulator() {
    return SnowflakeEmulator.start();
  }

  @BeforeEach
  void createTable() throws SQLException {
    update("CREATE TABLE t (id INT, name VARCHAR)");
  }

  @Test
  void shouldLoseTemporaryTablesWithTheirSession() throws SQLException {
    update("CREATE TEMPORARY TABLE mine (id INT)");
    assertThat(update("INSERT INTO mine VALUES (1), (2)")).isEqualTo(2);
    emulator.faults().expireAllSessions();
    try (var fresh = DriverManager.getConnection(emulator.url())) {
      assertThat(codeOf(() -> strings(fresh, "SELECT * FROM mine"))).isEqualTo(2003);
    }
  }

  @Test
  void shouldReadBackWhatWasBound() throws SQLException {
    try (var prepared = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
      for (var i = 0; i < 3; i++) {
        prepared.setInt(1, i);
        prepared.setString(2, i == 1 ? null : "name " + i);
        prepared.addBatch();
      }
      assertThat(prepared.executeBatch()).containsExactly(1, 1, 1);
    }
    assertThat(strings(connection, "SELECT name FROM t ORDER BY id"))
        .containsExactly("name 0", null, "name 2");
    assertThat(emulator.table("t")).hasSize(3);
  }

  @Test
  void shouldTakeManyBindsFromTheHiddenStage() throws SQLException {
    var rows = 33_000; // of two values each: more than the driver sends in a request
    try (var prepared = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
      for (var i = 0; i < rows; i++) {
        prepared.setInt(1, i);
        prepared.setString(2, i == 7 ? "quoted \"seven\", with a comma" : null);
        prepared.addBatch();
      }
      assertThat(prepared.executeBatch()).hasSize(rows);
    }
    assertThat(emulator.runs("put file:///tmp/placeholder '@SYSTEM$BIND/")).isPositive();
    assertThat(select("SELECT COUNT(*) FROM t")).isEqualTo(rows);
    assertThat(strings(connection, "SELECT name FROM t WHERE id = 7"))
        .containsExactly("quoted \"seven\", with a comma");
  }

  @Test
  void shouldPutCopyAndGet(@TempDir Path folder) throws Exception {
    var file = Files.writeString(folder.resolve("rows.csv"), "1,one\n2,two\n");
    update("CREATE TEMPORARY STAGE s");
    assertThat(strings(connection, "PUT 'file://" + file + "' @s")).containsExactly("rows.csv");
    assertThat(update("COPY INTO t FROM @s")).isEqualTo(2);
    assertThat(strings(connection, "SELECT name FROM t ORDER BY id")).containsExactly("one", "two");

    var target = Files.createDirectory(folder.resolve("back"));
    strings(connection, "GET @s 'file://" + target + "'");
    assertThat(target.resolve("rows.csv.gz")).exists();
  }

  @Test
  void shouldUploadAStream() throws SQLException {
    update("CREATE TEMPORARY STAGE s");
    var rows = new ByteArrayInputStream("1,one\n".getBytes(StandardCharsets.UTF_8));
    if (connection.getMetaData().getDriverMajorVersion() == 3) {
      vendor(connection, "compressAndUploadStream", "s", "in", rows, "rows.csv");
    } else {
      vendor(connection, "uploadStream", "s", "rows.csv", rows);
    }
    assertThat(update("COPY INTO t FROM @s")).isEqualTo(1);
  }

  @Test
  void shouldShowAStatementAsRunningToOthersAfterItsSessionExpired() throws SQLException {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(matching("INSERT"), hold, Expiry.BOTH_TOKENS);
    assertThat(codeOf(() -> update("INSERT INTO t VALUES (1, 'one')"))).isEqualTo(390114);

    try (var fresh = DriverManager.getConnection(emulator.url())) {
      assertThat(insertStates(fresh)).containsExactly("RUNNING");
      hold.release();
      await().untilAsserted(() -> assertThat(insertStates(fresh)).containsExactly("SUCCESS"));
    }
    assertThat(emulator.table("t")).hasSize(1);
  }

  @Test
  void shouldRunStatementsOfOneSessionSideBySide() throws SQLException {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(matching("INSERT"), hold, Expiry.RENEWABLE);
    try (var statement = connection.createStatement()) {
      vendor(statement, "executeAsyncQuery", "INSERT INTO t VALUES (1, 'one')");
      assertThat(select("SELECT COUNT(*) FROM t")).isZero();
      hold.release();
      await().untilAsserted(() -> assertThat(emulator.table("t")).hasSize(1));
    }
  }

  @Test
  void shouldKeepAsyncAndMultiStatementResults() throws SQLException {
    try (var statement = connection.createStatement();
        var rows = (ResultSet) vendor(statement, "executeAsyncQuery", "SELECT 5")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(5);
    }
    try (var statement = connection.createStatement()) {
      vendor(statement, "setParameter", "MULTI_STATEMENT_COUNT", 2);
      statement.execute("INSERT INTO t VALUES (1, 'one'); SELECT name FROM t");
      assertThat(statement.getUpdateCount()).isEqualTo(1);
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(statement.getResultSet().next()).isTrue();
      assertThat(statement.getResultSet().getString(1)).isEqualTo("one");
    }
  }

  private List<String> insertStates(Connection reader) throws SQLException {
    return strings(
        reader,
        "SELECT EXECUTION_STATUS FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(SESSION_ID => "
            + emulator.sessionIds().get(0)
            + ", RESULT_LIMIT => 100)) WHERE QUERY_TEXT LIKE 'INSERT%'");
  }

  private static List<String> strings(Connection from, String sql) throws SQLException {
    try (var statement = from.createStatement();
        var rows = statement.executeQuery(sql)) {
      var values = new ArrayList<String>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }
}
