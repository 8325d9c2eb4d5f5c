package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.RequestKind;
import io.selfheal.jdbc.testkit.RequestRecord;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Exactly what a heal sends beyond the login and the call's own repeat, request by request: each
 * one is a round trip that an application waits for.
 */
class HealRoundTripsTest extends HealingFixture {

  private static final String SELECT = "SELECT 1";
  private static final String INSERT = "INSERT INTO t VALUES (1)";
  private static final String AUTOCOMMIT_OFF = "alter session set autocommit=false";

  private interface Work {
    void run() throws SQLException;
  }

  @BeforeEach
  void makeTables() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
      update(plain, "CREATE TABLE source AS SELECT 1 AS id UNION ALL SELECT 2");
      update(plain, "CREATE SCHEMA demo.sales");
      update(plain, "CREATE DATABASE other");
    }
  }

  /** What is sent between the login and the repeat of the call that met the dead session. */
  private List<String> healing(String sql, Work work) throws SQLException {
    int before = emulator.requests().size();
    emulator.faults().expireAllSessions();
    work.run();
    var sent = requestsSince(before);
    assertThat(sent).startsWith(sql, "RENEWAL", "LOGIN").endsWith(sql).hasSizeGreaterThan(3);
    return sent.subList(3, sent.size() - 1);
  }

  private List<String> healing(String sql) throws SQLException {
    return healing(sql, () -> execute(sql));
  }

  private void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** But for logouts, which nobody waits for. */
  private List<String> requestsSince(int before) {
    return emulator.requests().stream()
        .skip(before)
        .filter(one -> one.kind() != RequestKind.LOGOUT)
        .map(HealRoundTripsTest::inShort)
        .toList();
  }

  private static String inShort(RequestRecord request) {
    var sql = request.sql();
    if (sql == null) {
      return request.kind().toString();
    } else if (sql.contains("QUERY_HISTORY_BY_SESSION")) {
      return sql.contains("IS_HYBRID") ? "history and kind of table" : "history";
    } else if (sql.contains("RESULT_SCAN")) {
      return "results";
    } else if (sql.contains("LAST_DDL")) {
      return "definition";
    } else if (sql.contains("SYSTEM$LAST_CHANGE_COMMIT_TIME")) {
      return "last change";
    }
    return sql.replaceFirst("/\\*.*\\*/ ", "").replaceFirst("[0-9]{10,}", "<id>");
  }

  @Test
  void shouldSendNothingForARead() throws SQLException {
    assertThat(healing(SELECT)).isEmpty();
    assertThat(healing("SHOW TABLES")).isEmpty();
    var sql = "SELECT id FROM t WHERE id = ?";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setInt(1, 1);
      statement.executeQuery().close();
      assertThat(healing(sql, () -> statement.executeQuery().close())).isEmpty();
    }
  }

  @Test
  void shouldLookTwiceForAWriteThatNeverRan() throws SQLException {
    // What had ended just before the first look may not be shown by it. The first of its session,
    // too: there the history is empty.
    assertThat(healing(INSERT)).containsExactly("history", "history and kind of table");
    assertThat(healing(INSERT)).containsExactly("history", "history and kind of table");
    var sql = "INSERT INTO t VALUES (?)";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setInt(1, 1);
      assertThat(healing(sql, statement::executeUpdate))
          .containsExactly("history", "history and kind of table");
    }
    assertThat(healing("CREATE TABLE made (id INT)")).containsExactly("history", "history");
  }

  @Test
  void shouldLookOnceForAWriteThatRan() throws SQLException {
    query(SELECT);
    emulator.faults().expireWhilePolling(text(INSERT));
    int before = emulator.requests().size();
    update(INSERT);
    assertThat(requestsSince(before))
        .containsSubsequence(INSERT, "LOGIN", "history", "results")
        .doesNotHaveDuplicates();
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldPutThePlaceIntoTheLogin() throws SQLException {
    update("USE DATABASE other");
    update("USE SCHEMA demo.sales");
    assertThat(healing(SELECT)).isEmpty();
    update("USE ROLE r_two");
    update("USE WAREHOUSE wh_two");
    // The older line has no getters for role and warehouse: the texts themselves are sent again.
    var tells = connection.getMetaData().getDriverMajorVersion() > 3;
    assertThat(healing(SELECT))
        .isEqualTo(tells ? List.of() : List.of("USE ROLE r_two", "USE WAREHOUSE wh_two"));
  }

  @Test
  void shouldMoveAFactorysSessionInOneStatement() throws SQLException {
    wrapped();
    update("USE DATABASE other");
    assertThat(healing(SELECT)).containsExactly("USE SCHEMA \"OTHER\".\"PUBLIC\"");
    update("USE SCHEMA demo.sales");
    assertThat(healing(SELECT)).containsExactly("use schema \"DEMO\".\"SALES\"");
    update("USE SCHEMA public");
    assertThat(healing(SELECT)).isEmpty();
  }

  private void wrapped() throws SQLException {
    connection.close();
    connection = SelfHealing.wrap(null, () -> DriverManager.getConnection(emulator.url()));
  }

  @Test
  void shouldSetAllParametersAtOnce() throws SQLException {
    update("ALTER SESSION SET TIMEZONE = 'UTC'");
    update("ALTER SESSION SET QUERY_TAG = 'mine', WEEK_START = 1");
    var all = "ALTER SESSION SET TIMEZONE = 'UTC' QUERY_TAG = 'mine' WEEK_START = 1";
    assertThat(healing(SELECT)).containsExactly(all);
    connection.setAutoCommit(false);
    assertThat(healing(SELECT)).containsExactly(all + " AUTOCOMMIT = FALSE");
    assertThat(connection.getAutoCommit()).isFalse();
    update(INSERT);
    assertThat(emulator.table("T")).isEmpty();
    connection.rollback();
    connection.setAutoCommit(true);
    assertThat(healing(SELECT)).containsExactly(all);
  }

  @Test
  void shouldTakeBackOnlyWhatALoginMaySet() throws SQLException {
    update("ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'");
    update("ALTER SESSION UNSET TIMEZONE");
    assertThat(healing(SELECT)).isEmpty();
    reconnect("timezone=Asia/Tokyo");
    update("ALTER SESSION UNSET TIMEZONE");
    assertThat(healing(SELECT)).containsExactly("ALTER SESSION UNSET TIMEZONE");
    wrapped();
    update("ALTER SESSION UNSET TIMEZONE");
    assertThat(healing(SELECT)).containsExactly("ALTER SESSION UNSET TIMEZONE");
  }

  @Test
  void shouldSetAllVariablesAtOnce() throws SQLException {
    update("SET a = 1");
    assertThat(healing(SELECT)).containsExactly("SET A = 1");
    update("SET b = 'it''s; = b' ;");
    update("SET (c, d) = (SELECT 1 + 1, DATE '2026-11-23')");
    update("SET \"e f\" = 4");
    var all = "SELECT $a || '|' || $b || '|' || $c || '|' || TO_VARCHAR($d)";
    var values = query(all);
    var types = types("SELECT $a, $b, $c, $d");
    var sent = healing(SELECT);
    assertThat(sent).hasSize(2).contains("SET \"e f\" = 4");
    assertThat(sent)
        .anySatisfy(sql -> assertThat(sql).startsWith("SET (").contains("'it''s; = b'"));
    assertThat(query(all)).isEqualTo(values);
    assertThat(types("SELECT $a, $b, $c, $d")).isEqualTo(types);
  }

  private List<String> types(String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      List<String> types = new ArrayList<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        types.add(rows.getMetaData().getColumnTypeName(i));
      }
      return types;
    }
  }

  @Test
  void shouldSwitchAutocommitOnce() throws SQLException {
    connection.setAutoCommit(false);
    assertThat(healing(SELECT)).containsExactly(AUTOCOMMIT_OFF);
    // Whether it opened a transaction there, which would keep its locks.
    assertThat(healing(INSERT))
        .containsExactly(AUTOCOMMIT_OFF, "history", "history", "SHOW TRANSACTIONS");
  }

  @Test
  void shouldSendTheJournalAndNothingElse() throws SQLException {
    for (var verify : List.of("off", "counts", "full")) {
      reconnect("selfheal.verify=" + verify);
      var work =
          List.of(
              "CREATE TEMPORARY TABLE staging (id INT)",
              "INSERT INTO staging VALUES (1)",
              "INSERT INTO staging VALUES (2), (3)",
              "UPDATE staging SET id = id + 1");
      for (var sql : work) {
        update(sql);
      }
      assertThat(healing("SELECT * FROM staging")).isEqualTo(work);
      assertThat(healing("INSERT INTO staging VALUES (4)")).isEqualTo(work);
    }
  }

  /** A new prepared statement asks the server what it is before its first batch. */
  @Test
  void shouldSendABatchAsOftenAsTheApplicationDid() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT, name VARCHAR)");
    int before = emulator.requests().size();
    for (var sql :
        List.of("INSERT INTO staging VALUES (?, ?)", "DELETE FROM staging WHERE id = ?")) {
      try (var statement = connection.prepareStatement(sql)) {
        for (int batch = 0; batch < 3; batch++) {
          for (int row = 0; row < 3; row++) {
            statement.setInt(1, 3 * batch + row);
            if (sql.startsWith("INSERT")) {
              statement.setString(2, "name");
            } else {
              row++;
            }
            statement.addBatch();
          }
          statement.executeBatch();
        }
      }
    }
    var left = query("SELECT id FROM staging ORDER BY 1");
    List<String> expected = new ArrayList<>(requestsSince(before));
    expected.remove(expected.size() - 1);
    expected.add(0, "CREATE TEMPORARY TABLE staging (id INT, name VARCHAR)");
    assertThat(healing(SELECT)).isEqualTo(expected);
    assertThat(query("SELECT id FROM staging ORDER BY 1")).isEqualTo(left);
  }

  @Test
  void shouldProveEachSourceOnce() throws SQLException {
    List<String> expected = new ArrayList<>(List.of("definition", "history", "last change"));
    var create = "CREATE TEMPORARY TABLE staging (id INT)";
    update(create);
    expected.add(create);
    for (int i = 0; i < 5; i++) {
      var sql = "INSERT INTO staging SELECT id + " + i + " FROM source";
      update(sql);
      expected.add(sql);
    }
    expected.add("last change");
    assertThat(healing("SELECT * FROM staging")).isEqualTo(expected);
  }

  @Test
  void shouldSettleTheTransactionAndReplayIt() throws SQLException {
    connection.setAutoCommit(false);
    update(INSERT);
    var settled =
        List.of(
            "history",
            "DESC TRANSACTION <id>",
            "SELECT SYSTEM$ABORT_TRANSACTION(<id>)",
            "DESC TRANSACTION <id>",
            AUTOCOMMIT_OFF);
    List<String> expected = new ArrayList<>(settled);
    expected.add(INSERT);
    assertThat(healing("commit", connection::commit)).isEqualTo(expected);

    expected = new ArrayList<>(settled);
    update(INSERT);
    expected.add(INSERT);
    for (int i = 0; i < 3; i++) {
      query("SELECT id FROM t");
      expected.add("SELECT id FROM t");
    }
    expected.add("results"); // of all three
    assertThat(healing(SELECT)).isEqualTo(expected);
    connection.rollback();
  }

  @Test
  void shouldNotWaitForTheLogoutOfTheDeadSession() throws Exception {
    var logout = emulator.faults().hold(RequestKind.LOGOUT);
    assertThat(healing(SELECT)).isEmpty();
    assertThat(logout.awaitReached(SOON)).isTrue();
    assertThat(query(SELECT)).containsExactly("1");
    logout.release();
  }
}
