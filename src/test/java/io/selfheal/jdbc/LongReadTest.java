package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selfheal.jdbc.testkit.Hold;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A query that has taken long when its session dies is not made again if its result can be had. The
 * build sets the time from which on that is so to one and a half seconds.
 */
class LongReadTest extends HealingFixture {

  private static final String READ = "SELECT id FROM t WHERE id < 3 ORDER BY id DESC";
  private static final Duration LONG = Duration.ofMillis(1700);

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
      update(plain, "INSERT INTO t VALUES (1), (2), (3)");
    }
  }

  private void expire(Hold hold) {
    emulator.faults().expireWhileRunning(text(READ), LONG, hold);
  }

  @Test
  void shouldTakeOverALongOne() throws Exception {
    var hold = Hold.untilReleased();
    expire(hold);
    try (var statement = connection.createStatement()) {
      var call = async(() -> statement.executeQuery(READ));
      Awaitility.await().atMost(SOON).until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 1);
      hold.release();
      try (var rows = (ResultSet) end(call)) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt("ID")).isEqualTo(2);
        assertThat(rows.getStatement()).isSameAs(statement);
        assertThat(rows.next()).isTrue();
        assertThat(rows.next()).isFalse();
      }
      var ran =
          emulator.log().stream().filter(one -> one.sql().equals(READ)).findFirst().orElseThrow();
      var view = statement.unwrap(VendorTypes.STATEMENT);
      assertThat(VendorTypes.call(VendorTypes.STATEMENT, view, "getQueryID"))
          .isEqualTo(ran.queryId());
    }
    assertThat(sent(READ)).isEqualTo(1);
    assertThat(query("SELECT COUNT(*) FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))"))
        .containsExactly("2");
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldTakeOverNoMoreRowsThanAskedFor() throws SQLException {
    expire(Hold.lasting(LONG.plusMillis(300)));
    try (var statement = connection.createStatement()) {
      statement.setMaxRows(1);
      try (var rows = statement.executeQuery(READ)) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt("ID")).isEqualTo(2);
        assertThat(rows.next()).isFalse();
      }
    }
    assertThat(sent(READ)).isEqualTo(1);
  }

  @Test
  void shouldTakeOverWhatItReadOfALostTemporaryTable() throws SQLException {
    update("CREATE TEMPORARY TABLE t AS SELECT 1 AS id");
    expire(Hold.lasting(LONG.plusMillis(300)));
    assertThat(query(READ)).containsExactly("1");
    assertThat(sent(READ)).isEqualTo(1);
    assertThat(query(READ)).containsExactly("1");
  }

  @Test
  void shouldNotTakeOverAnothersOfTheSameText() throws Exception {
    var read = "SELECT id FROM t WHERE id = ?";
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(read).nth(1), LONG, hold);
    emulator.faults().expireWhileRunning(text(read).nth(2), LONG, hold);
    var three = async(() -> read(read, 3));
    assertThat(hold.awaitReached(SOON)).isTrue();
    var one = async(() -> read(read, 1));
    Awaitility.await().atMost(SOON).until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 2);
    hold.release();
    assertThat(end(one)).isEqualTo("1");
    assertThat(end(three)).isEqualTo("3");
    // Their rows of the history look alike, so both were made again.
    assertThat(sent(read)).isEqualTo(4);
  }

  private String read(String sql, int id) throws SQLException {
    try (var prepared = connection.prepareStatement(sql)) {
      prepared.setInt(1, id);
      try (var rows = prepared.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  @Test
  void shouldMakeAQuickOneAgain() throws SQLException {
    emulator.faults().expireWhilePolling(text(READ));
    assertThat(query(READ)).containsExactly("2", "1");
    assertThat(sent(READ)).isEqualTo(2);
    assertThat(emulator.runs("QUERY_HISTORY_BY_SESSION")).isZero();
  }

  @Test
  void shouldMakeOneAgainInATransaction() throws SQLException {
    connection.setAutoCommit(false);
    update("INSERT INTO t VALUES (0)");
    expire(Hold.lasting(LONG.plusMillis(300)));
    assertThat(query(READ)).containsExactly("2", "1", "0");
    awaitTwice();
    connection.commit();
    assertThat(emulator.table("T")).hasSize(4);
  }

  @Test
  void shouldMakeOneAgainWhoseResultCannotBeRead() throws SQLException {
    expire(Hold.lasting(LONG.plusMillis(300)));
    emulator.faults().fail(matching("RESULT_SCAN"), 709, "02000", "not found");
    assertThat(query(READ)).containsExactly("2", "1");
    assertThat(sent(READ)).isEqualTo(2);
    assertThat(emulator.faults().allStruck()).isTrue();
  }

  @Test
  void shouldMakeOneAgainWhereTheHistoryIsNotReadable() throws SQLException {
    expire(Hold.lasting(LONG.plusMillis(300)));
    emulator.faults().fail(matching("QUERY_HISTORY_BY_SESSION"), 3001, "42501", "not authorized");
    assertThat(query(READ)).containsExactly("2", "1");
    awaitTwice();
  }

  /** The first one ends by itself. */
  private void awaitTwice() {
    Awaitility.await().atMost(SOON).until(() -> sent(READ) == 2);
  }

  @Test
  void shouldCancelOneOnTheServer() throws Exception {
    var hold = Hold.untilReleased();
    expire(hold);
    try (var statement = connection.createStatement()) {
      var call = async(() -> statement.executeQuery(READ));
      Awaitility.await().atMost(SOON).until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 0);
      statement.cancel();
      Awaitility.await().until(() -> emulator.runs("SYSTEM$CANCEL_QUERY") > 0);
      hold.release();
      assertThat(end(call))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(604));
    }
    assertThat(sent(READ)).isEqualTo(1);
    assertThat(query("SELECT 1")).containsExactly("1");
  }

  @Test
  void shouldGiveItsOwnError() throws SQLException {
    var failing = "SELECT SYSTEM$WAIT(2), 1 / (id - 1) FROM t";
    int code;
    try (var plain = DriverManager.getConnection(emulator.url())) {
      code = catchThrowableOfType(SQLException.class, () -> query(plain, failing)).getErrorCode();
    }
    emulator.faults().expireWhilePolling(text(failing));
    assertThatThrownBy(() -> query(failing))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(code));
    assertThat(sent(failing)).isEqualTo(2);
  }
}
