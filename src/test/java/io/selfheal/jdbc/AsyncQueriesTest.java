package io.selfheal.jdbc;

import static io.selfheal.jdbc.VendorTypes.call;
import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.Hold;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A query that runs on by itself is followed by its id, whatever becomes of its session. */
class AsyncQueriesTest extends HealingFixture {

  private static final String THREE = "SELECT id FROM three ORDER BY id";

  private Statement statement;

  @BeforeEach
  void makeTables() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE three AS SELECT 1 AS id UNION ALL SELECT 2 UNION ALL SELECT 3");
      update(plain, "CREATE TABLE t (id INT)");
    }
    statement = connection.createStatement();
  }

  private ResultSet submit(String sql) throws Exception {
    var view = statement.unwrap(VendorTypes.STATEMENT);
    return (ResultSet) call(VendorTypes.STATEMENT, view, "executeAsyncQuery", sql);
  }

  private ResultSet open(String id) throws Exception {
    var view = connection.unwrap(VendorTypes.CONNECTION);
    return (ResultSet) call(VendorTypes.CONNECTION, view, "createResultSet", id);
  }

  private static String id(ResultSet rows) throws Exception {
    return (String) call(VendorTypes.RESULTS, rows.unwrap(VendorTypes.RESULTS), "getQueryID");
  }

  /** 4.x wraps the state, 3.x does not. */
  private static String status(ResultSet rows) throws Exception {
    var status = call(VendorTypes.ASYNC, rows.unwrap(VendorTypes.ASYNC), "getStatus");
    try {
      return String.valueOf(status.getClass().getMethod("getStatus").invoke(status));
    } catch (NoSuchMethodException itself) {
      return status.toString();
    }
  }

  private static void gives(ResultSet rows, int... values) throws SQLException {
    for (int value : values) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(value);
    }
  }

  // Not fetched yet: it moves

  @ParameterizedTest
  @EnumSource(
      value = Expiry.class,
      names = {"BOTH_TOKENS", "DIRECT_390114", "SESSION_GONE"})
  void shouldTellTheStateAndGiveTheRows(Expiry how) throws Exception {
    try (var rows = submit(THREE)) {
      var id = id(rows);
      emulator.faults().expireAllSessions(how);
      await().until(() -> status(rows).equals("SUCCESS"));
      emulator.faults().expireAllSessions(how);
      gives(rows, 1, 2, 3);
      assertThat(rows.next()).isFalse();
      assertThat(id(rows)).isEqualTo(id);
      assertThat(rows.getStatement()).isSameAs(statement);
    }
    assertThat(generation()).isEqualTo(2);
    assertThat(ran(THREE)).isEqualTo(1);
  }

  @Test
  void shouldGiveTheColumnsBeforeTheRows() throws Exception {
    try (var rows = submit(THREE)) {
      emulator.faults().expireAllSessions();
      assertThat(rows.getMetaData().getColumnLabel(1)).isEqualTo("ID");
      gives(rows, 1, 2, 3);
    }
    assertThat(ran(THREE)).isEqualTo(1);
  }

  @Test
  void shouldFollowAQueryThatStillRuns() throws Exception {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(THREE), hold, Expiry.BOTH_TOKENS);
    try (var rows = submit(THREE)) {
      assertThat(status(rows)).isEqualTo("RUNNING");
      hold.release();
      await().until(() -> status(rows).equals("SUCCESS"));
      gives(rows, 1, 2, 3);
    }
    assertThat(generation()).isEqualTo(1);
    assertThat(ran(THREE)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldGoOnWaitingForAQuery(boolean anotherHeals) throws Exception {
    var hold = emulator.faults().hold(text(THREE));
    try (var rows = submit(THREE)) {
      var waiting = async(rows::next);
      emulator.faults().expireAllSessions();
      if (anotherHeals) {
        query("SELECT 1");
      } else {
        await().until(() -> generation() == 1);
      }
      hold.release();
      assertThat(end(waiting)).isEqualTo(true);
      assertThat(rows.getInt(1)).isEqualTo(1);
      gives(rows, 2, 3);
    }
    assertThat(generation()).isEqualTo(1);
    assertThat(ran(THREE)).isEqualTo(1);
  }

  @Test
  void shouldGiveTheQuerysOwnErrorAfterAnExpiry() throws Exception {
    emulator.faults().fail(text(THREE), 100035, "22007", "no such date");
    try (var rows = submit(THREE)) {
      emulator.faults().expireAllSessions();
      await().until(() -> status(rows).equals("FAILED_WITH_ERROR"));
      assertThatThrownBy(rows::next)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("no such date");
      if (VendorTypes.ASYNC == VendorTypes.RESULTS) {
        emulator.faults().expireAllSessions();
        query("SELECT 1");
        var view = rows.unwrap(VendorTypes.RESULTS);
        assertThat((String) call(VendorTypes.RESULTS, view, "getQueryErrorMessage"))
            .contains("no such date");
      }
    }
  }

  @Test
  void shouldStayOpenWhenItsSessionHasLongBeenLoggedOut() throws Exception {
    try (var rows = submit(THREE)) {
      emulator.faults().expireSession(emulator.sessionIds().get(1), Expiry.RENEWABLE);
      statement.executeQuery("SELECT 1");
      emulator.faults().expireAllSessions();
      statement.executeQuery("SELECT 2"); // nothing else uses the old session any more
      await().until(() -> emulator.openSessions() == 1);
      assertThat(rows.isClosed()).isFalse();
      assertThat(rows.isBeforeFirst()).isTrue();
      gives(rows, 1, 2, 3);
    }
  }

  @Test
  void shouldMoveOftenAndNotRunAgain() throws Exception {
    try (var rows = submit(THREE)) {
      for (int i = 0; i < 5; i++) {
        emulator.faults().expireAllSessions();
        await().until(() -> status(rows).equals("SUCCESS"));
      }
      gives(rows, 1, 2, 3);
    }
    assertThat(ran(THREE)).isEqualTo(1);
  }

  @Test
  void shouldCloseWithItsStatement() throws Exception {
    var rows = submit(THREE);
    emulator.faults().expireAllSessions();
    assertThat(rows.getMetaData().getColumnCount()).isEqualTo(1);
    statement.close();
    assertThat(rows.isClosed()).isTrue();
    assertThatThrownBy(rows::next)
        .satisfies(e -> assertThat(e.getClass().getName()).startsWith("net.snowflake."));
  }

  // Fetched: it stays

  @Test
  void shouldReadToItsEndWhatItHasBegunToRead() throws Exception {
    try (var rows = submit(THREE)) {
      gives(rows, 1);
      emulator.faults().expireAllSessions();
      query("SELECT 1");
      statement.executeQuery("SELECT 2");
      submit("SELECT 4").close();
      gives(rows, 2, 3);
    }
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldReadOnWhatWasFetchedWhenItsStatementHadGoneOn() throws Exception {
    try (var rows = submit(THREE)) {
      statement.executeQuery("SELECT 5");
      gives(rows, 1);
      for (var next : List.of("SELECT 6", "SELECT 7")) {
        emulator.faults().expireAllSessions();
        statement.executeQuery(next);
      }
      gives(rows, 2, 3);
    }
    assertThat(generation()).isEqualTo(2);
  }

  // By the id alone

  @Test
  void shouldOpenAQueryOfALostSession() throws Exception {
    var id = id(submit(THREE));
    emulator.faults().expireAllSessions();
    try (var unread = open(id);
        var begun = open(id)) {
      emulator.faults().expireAllSessions();
      gives(begun, 1);
      emulator.faults().expireAllSessions();
      query("SELECT 1");
      gives(unread, 1, 2, 3);
      gives(begun, 2, 3);
      assertThat(status(unread)).isEqualTo("SUCCESS");
    }
    assertThat(ran(THREE)).isEqualTo(1);
  }

  // The one that is in doubt itself

  @Test
  void shouldTakeOverASubmissionInDoubt() throws Exception {
    var insert = "INSERT INTO t VALUES (1)";
    emulator.faults().loseAnswerAndExpire(text(insert));
    try (var rows = submit(insert)) {
      var ran = emulator.log().stream().filter(one -> one.sql().equals(insert)).findFirst();
      assertThat(id(rows)).isEqualTo(ran.orElseThrow().queryId());
      assertThat(status(rows)).isEqualTo("SUCCESS");
      assertThat(statement.getResultSet()).isSameAs(rows);
      emulator.faults().expireAllSessions();
      gives(rows, 1);
    }
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldRunAWriteOnceThatOutlivesItsSession() throws Exception {
    var insert = "INSERT INTO t VALUES (1)";
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(insert), hold, Expiry.BOTH_TOKENS);
    try (var rows = submit(insert)) {
      assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("0");
      hold.release();
      await().until(() -> status(rows).equals("SUCCESS"));
      gives(rows, 1);
    }
    assertThat(emulator.table("T")).hasSize(1);
    assertThat(ran(insert)).isEqualTo(1);
  }

  // What it does to its session alone

  @Test
  void shouldNotTakeALostTableForThePermanentOne() throws Exception {
    submit("CREATE TEMPORARY TABLE three (id INT)");
    await().until(() -> query(THREE).isEmpty());
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> query(THREE))
        .isInstanceOf(ReplayRefusedException.class)
        .hasMessageContaining("asynchronous CREATE");
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  /** It fails, as may be seen only later: the permanent table still has the name. */
  @Test
  void shouldNotTakeALostTableForMadeAgain() throws Exception {
    update("CREATE TEMPORARY TABLE three (id INT)");
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    emulator.faults().expireAllSessions();
    query("SELECT 1");
    var create = "CREATE OR REPLACE TEMPORARY TABLE three AS SELECT 1 / 0 AS id";
    var rows = submit(create);
    await().until(() -> status(rows).equals("FAILED_WITH_ERROR"));
    assertThatThrownBy(() -> update("INSERT INTO three VALUES (9)"))
        .isInstanceOf(ReplayRefusedException.class);
    assertThat(emulator.table("THREE")).hasSize(3);
    update("CREATE OR REPLACE TEMPORARY TABLE three (id INT)");
    assertThat(update("INSERT INTO three VALUES (9)")).isEqualTo(1);
    assertThat(emulator.table("THREE")).hasSize(3);
  }

  @Test
  void shouldNotRebuildWhatItHasWrittenInto() throws Exception {
    update("CREATE TEMPORARY TABLE three (id INT)");
    submit("INSERT INTO three VALUES (7)");
    await().until(() -> query(THREE).size() == 1);
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> query(THREE))
        .isInstanceOf(ReplayRefusedException.class)
        .hasMessageContaining("asynchronous INSERT");
    assertThat(emulator.runs("INSERT INTO three")).isEqualTo(1);
  }

  @Test
  void shouldNotTakeAnAsynchronousDropForDone() throws Exception {
    update("CREATE TEMPORARY TABLE three (id INT)");
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(matching("DROP TABLE three"), hold, Expiry.BOTH_TOKENS);
    submit("DROP TABLE three");
    assertThatThrownBy(() -> query(THREE)).isInstanceOf(ReplayRefusedException.class);
    hold.release();
  }

  @Test
  void shouldLoseATransactionWithIt() throws Exception {
    connection.setAutoCommit(false);
    update("INSERT INTO t VALUES (1)");
    submit("INSERT INTO t VALUES (2)");
    await().until(() -> query("SELECT COUNT(*) FROM t").contains("2"));
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> update("INSERT INTO t VALUES (3)"))
        .isInstanceOf(TransactionLostException.class)
        .hasStackTraceContaining("asynchronous INSERT");
    connection.commit();
    assertThat(emulator.table("T")).isEmpty();
  }

  @Test
  void shouldTellOnceOfWhatItHasLeftInTheSession() throws Exception {
    submit("SET x = 1");
    await().until(() -> query("SELECT $x").contains("1"));
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(ReplayRefusedException.class);
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  @Test
  void shouldKnowTheLastQueryIdAfterItsRowsWereFetched() throws Exception {
    emulator.faults().expireAllSessions();
    query("SELECT 1");
    try (var rows = submit(THREE)) {
      gives(rows, 1);
      var view = statement.unwrap(VendorTypes.STATEMENT);
      var last = (String) call(VendorTypes.STATEMENT, view, "getQueryID");
      emulator.faults().expireAllSessions();
      // As with the physical driver: the query that fetched them.
      assertThat(query("SELECT LAST_QUERY_ID()")).containsExactly(last);
      assertThat(last).isNotEqualTo(id(rows));
    }
  }

  @Test
  void shouldFollowAQueryOverASilentSwap() throws Exception {
    connection.close();
    connection =
        DriverManager.getConnection(emulator.oauthUrl().replaceFirst("^jdbc:", "jdbc:selfheal:"));
    statement = connection.createStatement();
    update("CREATE TEMPORARY TABLE held (id INT)");
    try (var rows = submit(THREE)) {
      emulator.faults().expireAllSessions();
      gives(rows, 1, 2, 3);
    }
    assertThat(query("SELECT COUNT(*) FROM held")).containsExactly("0");
    assertThat(ran(THREE)).isEqualTo(1);
  }
}
