package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Hold;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prepared batches that the physical driver sends row by row. */
class BatchHealingTest extends HealingFixture {

  private static final String UPDATE = "UPDATE t SET n = n + 100 / ? WHERE id = ?";

  @BeforeEach
  void createTable() throws SQLException {
    update("CREATE TABLE t (id INT, n INT)");
    update("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)");
  }

  private static StatementMatch row(int nth) {
    return text(UPDATE).nth(nth);
  }

  /** One row for each divisor, on the table's rows in their order. */
  private PreparedStatement batch(int... divisors) throws SQLException {
    var statement = connection.prepareStatement(UPDATE);
    add(statement, divisors);
    return statement;
  }

  private static void add(PreparedStatement statement, int... divisors) throws SQLException {
    for (int i = 0; i < divisors.length; i++) {
      statement.setInt(1, divisors[i]);
      statement.setInt(2, i + 1);
      statement.addBatch();
    }
  }

  private List<String> table() throws SQLException {
    return query("SELECT n FROM t ORDER BY id");
  }

  private static BatchUpdateException inside(Throwable error) {
    for (var link = error; link != null; link = link.getCause()) {
      if (link instanceof BatchUpdateException batch) {
        return batch;
      }
    }
    throw new AssertionError("no counts in it", error);
  }

  @Test
  void shouldHealTwiceInOneBatch() throws SQLException {
    // Rows 3 to 5 are sent to the dead session, too: the seventh is row 4 again.
    emulator.faults().expireWhilePolling(row(2)).loseAnswerAndExpire(row(7));
    try (var statement = batch(1, 2, 4, 5, 10)) {
      assertThat(statement.executeBatch()).containsExactly(1, 1, 1, 1, 1);
    }
    assertThat(table()).containsExactly("100", "50", "25", "20", "10");
    assertThat(generation()).isEqualTo(2);
  }

  @Test
  void shouldTellTheIdsOfAllRowsAndTakeTheNextBatch() throws Exception {
    emulator.faults().expireWhilePolling(row(3));
    try (var statement = batch(1, 2, 4, 5, 10)) {
      assertThat(statement.executeBatch()).containsExactly(1, 1, 1, 1, 1);
      var view = statement.unwrap(VendorTypes.STATEMENT);
      var ids = (List<?>) VendorTypes.call(VendorTypes.STATEMENT, view, "getBatchQueryIDs");
      assertThat(ids).hasSize(5).doesNotHaveDuplicates();

      add(statement, 100, 50);
      assertThat(statement.executeBatch()).containsExactly(1, 1);
      ids = (List<?>) VendorTypes.call(VendorTypes.STATEMENT, view, "getBatchQueryIDs");
      assertThat(ids).hasSize(2);
    }
    assertThat(table()).containsExactly("101", "52", "25", "20", "10");
  }

  @Test
  void shouldMeanTheAdoptedRowByLastQueryId() throws Exception {
    emulator.faults().expireWhilePolling(row(3));
    try (var statement = batch(1, 2, 4)) {
      assertThat(statement.executeBatch()).containsExactly(1, 1, 1);
      var view = statement.unwrap(VendorTypes.STATEMENT);
      var ids = (List<?>) VendorTypes.call(VendorTypes.STATEMENT, view, "getBatchQueryIDs");
      assertThat(query("SELECT LAST_QUERY_ID()")).containsExactly(String.valueOf(ids.get(2)));
    }
  }

  /** Another thread's answer, while the row runs, must not hide that row. */
  @Test
  void shouldFindTheRowThatBeganBeforeAnotherThreadWasAnswered() throws Exception {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(row(3), SOON, hold);
    try (var statement = batch(1, 2, 4, 5, 10)) {
      var counts = async(statement::executeBatch);
      assertThat(hold.awaitReached(SOON)).isTrue();
      assertThat(query("SELECT COUNT(*) FROM t")).containsExactly("5");
      hold.release();
      assertThat((int[]) end(counts)).containsExactly(1, 1, 1, 1, 1);
    }
    assertThat(table()).containsExactly("100", "50", "25", "20", "10");
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldHoldMoreRowsThanTheSessionRemembers() throws SQLException {
    emulator.faults().expireWhilePolling(row(290));
    try (var statement = connection.prepareStatement(UPDATE)) {
      for (int i = 0; i < 300; i++) {
        add(statement, 100);
      }
      assertThat(statement.executeBatch()).hasSize(300).containsOnly(1);
    }
    assertThat(table()).startsWith("300");
  }

  /** The history does not show the last answered row at once. */
  @Test
  void shouldNotTakeTheFirstRowForTheOneInDoubt() throws SQLException {
    emulator.faults().expireBefore(row(66));
    emulator.showHistoryLate(Duration.ofMillis(100));
    try (var statement = connection.prepareStatement(UPDATE)) {
      for (int i = 0; i < 70; i++) {
        add(statement, 100);
      }
      assertThat(statement.executeBatch()).hasSize(70).containsOnly(1);
    }
    assertThat(table()).startsWith("70");
  }

  @Test
  void shouldLookBehindAnOrdinaryErrorOnlyWhereAnEndCanBe() throws SQLException {
    try (var statement = batch(1, 2, 4, 5, 0)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat((Object) inside(error)).isSameAs(error);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, 1, 1, 1, -3);
    }
    assertThat(sent("SELECT 1")).isZero();
    // The last row failed, and what with is not told: the session could be dead.
    try (var statement = batch(1, 0, 4, 5, 0)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, -3, 1, 1, -3);
    }
    assertThat(generation()).isZero();
    assertThat(table()).containsExactly("200", "50", "50", "40", "0");
  }

  @Test
  void shouldRebuildWhatRanOfAHalfFailedBatch() throws SQLException {
    update("CREATE TEMPORARY TABLE t (id INT, n INT)");
    update("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)");
    try (var statement = batch(1, 0, 4)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, -3, 1);
    }
    emulator.faults().expireAllSessions();
    assertThat(table()).containsExactly("100", "0", "25");
  }

  @Test
  void shouldReplayWhatRanOfAHalfFailedBatchInATransaction() throws SQLException {
    connection.setAutoCommit(false);
    try (var statement = batch(1, 0, 4)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, -3, 1);
    }
    emulator.faults().expireAllSessions();
    update("UPDATE t SET n = n + 1");
    connection.commit();
    assertThat(table()).containsExactly("101", "1", "26", "1", "1");
  }

  /** The error of the second one is not told, so that it may have run all the same. */
  @Test
  void shouldNotRebuildABatchOfWhichSeveralRowsFailed() throws SQLException {
    update("CREATE TEMPORARY TABLE t (id INT, n INT)");
    update("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)");
    try (var statement = batch(0, 2, 0)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat(inside(error).getUpdateCounts()).containsExactly(-3, 1, -3);
    }
    emulator.faults().expireAllSessions();
    assertThat(catchThrowable(this::table))
        .isInstanceOf(ReplayRefusedException.class)
        .hasMessageContaining("failed half-way");
  }

  /** After a code of the user's own the session may have gone on to answer. */
  @Test
  void shouldNotTakeAnyCodeForTheEnd() throws SQLException {
    reconnect("selfheal.expiryCodes=100051");
    emulator.faults().expireWhilePolling(row(3));
    try (var statement = batch(1, 0, 4, 5)) {
      assertThat(catchThrowable(statement::executeBatch))
          .isInstanceOf(OutcomeUnknownException.class);
    }
    assertThat(ran(UPDATE)).isEqualTo(2);
  }

  /** Another thread has the session replaced while the last row runs. */
  @Test
  void shouldRunAHalfFailedBatchAgainWhoseTableWasRebuiltWithoutIt() throws Exception {
    update("CREATE TEMPORARY TABLE t (id INT, n INT)");
    update("INSERT INTO t VALUES (1, 1), (2, 1), (3, 1), (4, 1)");
    var hold = emulator.faults().hold(row(4));
    try (var statement = batch(1, 0, 0, 4)) {
      var call = async(statement::executeBatch);
      assertThat(hold.awaitReached(SOON)).isTrue();
      emulator.faults().expireBefore(text("SELECT 5"));
      assertThat(query("SELECT 5")).containsExactly("5");
      hold.release();
      var error = (Throwable) end(call);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, -3, -3, 1);
    }
    assertThat(table()).containsExactly("101", "1", "1", "26");
  }

  @Test
  void shouldTellTheCountsWhereItCannotTellTheRow() throws SQLException {
    emulator.faults().expireWhilePolling(row(3));
    try (var statement = batch(1, 0, 4, 5, 10)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat(error)
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("row by row");
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, -3, -3, -3, -3);
    }
    assertThat(table()).containsExactly("100", "0", "25", "0", "0");
  }

  @Test
  void shouldNotLookUpARowWhereItIsToldNotTo() throws SQLException {
    reconnect("selfheal.inDoubt=fail");
    emulator.faults().expireBefore(row(3));
    try (var statement = batch(1, 2, 4)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat(error).isInstanceOf(OutcomeUnknownException.class);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, 1, -3);
    }
    assertThat(table()).startsWith("100", "50", "0");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0})
  void shouldLeaveABatchAloneThatIsNotToBeHealed(int second) throws SQLException {
    reconnect("selfheal.replay=none");
    emulator.faults().expireBefore(row(3));
    try (var statement = batch(1, second, 4, 5)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat((Object) inside(error)).isSameAs(error);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, second == 0 ? -3 : 1, -3, -3);
    }
    assertThat(ran(UPDATE)).isEqualTo(second == 0 ? 1 : 2);
  }

  @Test
  void shouldNotRunARowAgainThatSaysSo() throws SQLException {
    var sql = "/* selfheal: no-replay */ UPDATE t SET n = n + ? WHERE id = ?";
    emulator.faults().expireBefore(text(sql).nth(2));
    try (var statement = connection.prepareStatement(sql)) {
      add(statement, 1, 2, 3);
      var error = catchThrowable(statement::executeBatch);
      assertThat(error).isInstanceOf(ReplayRefusedException.class);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, -3, -3);
    }
    assertThat(ran(sql)).isEqualTo(1);
  }

  /** The physical driver logs in again by itself between two rows. */
  @Test
  void shouldKnowTheRowsThatRanBeforeASilentSwap() throws SQLException {
    swapping();
    emulator.faults().expireBefore(row(3));
    try (var statement = batch(1, 2, 4, 5, 10)) {
      assertThat(statement.executeBatch()).containsExactly(1, 1, 1, 1, 1);
    }
    assertThat(table()).containsExactly("100", "50", "25", "20", "10");
  }

  @Test
  void shouldSayThatARowRanTwiceInASilentSwap() throws SQLException {
    swapping();
    emulator.faults().loseAnswerAndExpire(row(3));
    try (var statement = batch(1, 2, 4, 5, 10)) {
      assertThat(catchThrowable(statement::executeBatch))
          .isInstanceOf(ReplayDivergedException.class)
          .hasMessageContaining("TWICE");
    }
    assertThat(table()).containsExactly("100", "50", "50", "20", "10");
  }

  @Test
  void shouldSayThatRowsRanInASessionWithoutTheTemporaryTable() throws SQLException {
    swapping();
    update("CREATE TEMPORARY TABLE t (id INT, n INT)");
    update("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)");
    emulator.faults().expireBefore(row(2));
    try (var statement = batch(1, 2, 4)) {
      assertThat(catchThrowable(statement::executeBatch))
          .isInstanceOf(ReplayDivergedException.class);
    }
  }

  private void swapping() throws SQLException {
    connection.close();
    connection =
        DriverManager.getConnection(emulator.oauthUrl().replaceFirst("^jdbc:", "jdbc:selfheal:"));
  }

  /** What the physical driver does with a batch that has run, or failed, is done here too. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldClearBatchesAsThePhysicalDriverIsTold(boolean onlyAfterSuccess) throws SQLException {
    var property = "CLEAR_BATCH_ONLY_AFTER_SUCCESSFUL_EXECUTION=" + onlyAfterSuccess;
    List<String> physical;
    try (var plain = DriverManager.getConnection(emulator.url(property))) {
      physical = batchesTwice(plain);
    }
    reconnect(property);
    assertThat(batchesTwice(connection)).isEqualTo(physical);
    assertThat(physical).contains(onlyAfterSuccess ? "UPDATE again -3 1" : "UPDATE again");
  }

  @Test
  void shouldRunAFailedBatchAgainAfterAHeal() throws SQLException {
    reconnect("CLEAR_BATCH_ONLY_AFTER_SUCCESSFUL_EXECUTION=true");
    emulator.faults().expireBefore(row(2));
    try (var statement = batch(1, 2, 0)) {
      var error = catchThrowable(statement::executeBatch);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, 1, -3);
      statement.setInt(1, 100);
      statement.setInt(2, 5);
      statement.addBatch();

      error = catchThrowable(statement::executeBatch);
      assertThat(inside(error).getUpdateCounts()).containsExactly(1, 1, -3, 1);
    }
    assertThat(table()).containsExactly("200", "100", "0", "0", "1");
  }

  /** Each form fails and is run again, then succeeds and is run again. */
  private static List<String> batchesTwice(Connection connection) throws SQLException {
    List<String> seen = new ArrayList<>();
    update(connection, "CREATE OR REPLACE TABLE t (id INT NOT NULL, n INT)");
    update(connection, "INSERT INTO t VALUES (1, 0), (2, 0)");
    try (var statement = connection.prepareStatement(UPDATE)) {
      add(statement, 0, 1);
      seen.add("UPDATE" + outcome(statement));
      seen.add("UPDATE again" + outcome(statement));
      statement.clearBatch();
      add(statement, 2, 4);
      seen.add("UPDATE well" + outcome(statement));
      seen.add("UPDATE well again" + outcome(statement));
    }
    try (var statement = connection.prepareStatement("INSERT INTO t VALUES (?, 7)")) {
      statement.setNull(1, java.sql.Types.INTEGER);
      statement.addBatch();
      seen.add("INSERT" + outcome(statement));
      seen.add("INSERT again" + outcome(statement));
    }
    try (var statement = connection.createStatement()) {
      statement.addBatch("UPDATE nosuch SET n = 1");
      seen.add("TEXT" + outcome(statement));
      seen.add("TEXT again" + outcome(statement));
      statement.clearBatch();
      statement.addBatch("UPDATE t SET n = n + 1");
      seen.add("TEXT well" + outcome(statement));
      seen.add("TEXT well again" + outcome(statement));
    }
    seen.addAll(query(connection, "SELECT id || ':' || n FROM t ORDER BY id"));
    return seen;
  }

  private static String outcome(java.sql.Statement statement) {
    try {
      return counts(statement.executeBatch());
    } catch (BatchUpdateException e) {
      return counts(e.getUpdateCounts());
    } catch (SQLException e) {
      return " error " + e.getErrorCode();
    }
  }

  private static String counts(int[] counts) {
    return Arrays.stream(counts).mapToObj(count -> " " + count).reduce("", String::concat);
  }
}
