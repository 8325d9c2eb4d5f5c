package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Hold;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * INSERT, MERGE, COPY and COMMIT whose session dies while they are in flight: once, never twice,
 * never zero times, whatever comes on top of it. {@link EveryPointTest} has the plain cases.
 */
class InFlightTest extends HealingFixture {

  private static final List<String> BEFORE = List.of("1:10", "2:20");

  enum Write {
    INSERT("INSERT INTO t SELECT id + 2, n FROM s", "1:10", "2:20", "3:5", "4:30"),
    MERGE(
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = t.n + s.n"
            + " WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id + 1, s.n)",
        "1:15",
        "2:50"),
    COPY("COPY INTO t FROM @store/in", "1:10", "2:20", "7:70"),
    COMMIT("COMMIT", "1:10", "2:20", "9:90");

    private final String sql;
    private final List<String> after;

    Write(String sql, String... after) {
      this.sql = sql;
      this.after = List.of(after);
    }

    /** What comes before it on the connection. */
    void begin(Connection connection) throws SQLException {
      if (this == COMMIT) {
        update(connection, "BEGIN");
        update(connection, "INSERT INTO t VALUES (9, 90)");
      }
    }
  }

  private Connection admin;

  @BeforeEach
  void makeTables() throws SQLException {
    admin = DriverManager.getConnection(emulator.url());
    update(admin, "CREATE TABLE t (id INT, n INT)");
    update(admin, "INSERT INTO t VALUES (1, 10), (2, 20)");
    update(admin, "CREATE TABLE s AS SELECT 1 AS id, 5 AS n UNION ALL SELECT 2, 30");
    update(admin, "CREATE STAGE store");
    update(admin, "COPY INTO @store/in FROM (SELECT 7, 70)");
  }

  private List<String> table() throws SQLException {
    return query(admin, "SELECT id || ':' || n FROM t ORDER BY 1");
  }

  /** Its session dies while it runs, and the call comes to look for it in the history. */
  private CompletableFuture<Integer> looking(Write write, Hold hold, java.sql.Statement statement)
      throws Exception {
    emulator.faults().expireWhileRunning(text(write.sql), hold, Expiry.BOTH_TOKENS);
    var call = async(() -> statement.executeUpdate(write.sql));
    assertThat(hold.awaitReached(SOON)).isTrue();
    Awaitility.await().until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 0);
    return call;
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void shouldBeDoneOnceHoweverLateItEnds(Write write) throws Exception {
    write.begin(connection);
    try (var statement = connection.createStatement()) {
      var hold = Hold.untilReleased();
      var call = looking(write, hold, statement);
      hold.release();
      end(call);
      assertThat(call).isCompleted();
    }
    assertThat(query("SELECT 1")).containsExactly("1");
    Awaitility.await().until(() -> emulator.openTransactions() == 0);
    assertThat(table()).isEqualTo(write.after);
  }

  @ParameterizedTest
  @EnumSource(Write.class)
  void shouldNotBeDoneWhenItIsCancelledInDoubt(Write write) throws Exception {
    write.begin(connection);
    var hold = Hold.untilReleased();
    try (var statement = connection.createStatement()) {
      var call = looking(write, hold, statement);
      statement.cancel();
      Awaitility.await().until(() -> call.isDone() || emulator.runs("SYSTEM$CANCEL_QUERY") > 0);
      hold.release();
      var end = end(call);
      if (write == Write.COMMIT && Integer.valueOf(0).equals(end)) {
        // What was open on the old session was ended, and done again, before the cancel came.
        assertThat(table()).isEqualTo(write.after);
        return;
      }
      assertThat(end)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(604));
    }
    update("ROLLBACK");
    Awaitility.await().until(() -> emulator.openTransactions() == 0);
    assertThat(table()).isEqualTo(BEFORE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Write.class,
      names = {"MERGE", "COPY", "INSERT"})
  void shouldSayUnknownWhenItOutlastsItsTimeout(Write write) throws Exception {
    var hold = Hold.untilReleased();
    try (var statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      var call = looking(write, hold, statement);
      assertThat(end(call)).isInstanceOf(OutcomeUnknownException.class);
    }
    assertThat(table()).isEqualTo(BEFORE);
    hold.release();
    Awaitility.await().until(() -> table().equals(write.after));
    assertThat(ran(write.sql)).isEqualTo(1);
  }

  /** It had come to its end on the server, and that end was an error of its own. */
  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldGiveTheErrorsOfMergeAndCopy(ExpiryPoint point) throws SQLException {
    if (point == ExpiryPoint.AFTER) {
      return; // the error itself is the answer
    }
    for (var sql :
        List.of(
            "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = s.n / 0",
            "COPY INTO t FROM (SELECT $1, 'x' FROM @store/in)")) {
      var expected = catchThrowableOfType(SQLException.class, () -> update(admin, sql));
      emulator.faults().expire(point, text(sql), Expiry.BOTH_TOKENS);
      assertThatThrownBy(() -> update(sql))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> assertThat(e.getErrorCode()).as(sql).isEqualTo(expected.getErrorCode()));
      assertThat(emulator.faults().allStruck()).isTrue();
    }
    assertThat(table()).isEqualTo(BEFORE);
  }

  /** A failed DML leaves its transaction open [D]. */
  @Test
  void shouldKeepTheTransactionOfAWriteThatFailsInDoubt() throws SQLException {
    var bad = "INSERT INTO t SELECT id, n / 0 FROM s";
    connection.setAutoCommit(false);
    update(Write.INSERT.sql);
    emulator.faults().expireWhilePolling(text(bad));
    assertThatThrownBy(() -> update(bad))
        .isInstanceOf(SQLException.class)
        .isNotInstanceOf(TransactionLostException.class);
    connection.commit();
    assertThat(table()).isEqualTo(Write.INSERT.after);
  }

  @ParameterizedTest
  @EnumSource(
      value = Write.class,
      names = {"MERGE", "COPY"})
  void shouldBeDoneAsOftenAsTwoCallersAreTold(Write write) throws Exception {
    var hold = Hold.untilReleased();
    try (var one = connection.createStatement();
        var other = connection.createStatement()) {
      emulator.faults().expireWhileRunning(text(write.sql), hold, Expiry.BOTH_TOKENS);
      var login = emulator.faults().holdLogin();
      var first = async(() -> one.executeUpdate(write.sql));
      assertThat(login.awaitReached(SOON)).isTrue();
      long refused = refused();
      var second = async(() -> other.executeUpdate(write.sql));
      Awaitility.await().until(() -> refused() > refused);
      login.release();
      Awaitility.await().until(() -> emulator.runs("QUERY_HISTORY_BY_SESSION") > 2);
      hold.release();
      end(first);
      end(second);
      long told = List.of(first, second).stream().filter(InFlightTest::isDone).count();
      long ran = ran(write.sql);
      assertThat(ran).isBetween(Math.max(1, told), 2L);
      // A file is loaded once, whoever loads it.
      assertThat(table())
          .isEqualTo(write == Write.COPY || ran == 1 ? write.after : List.of("1:20", "2:80"));
    }
  }

  private long refused() {
    return emulator.log().stream().filter(one -> one.queryId() == null).count();
  }

  private static boolean isDone(CompletableFuture<?> call) {
    return !call.isCompletedExceptionally();
  }

  /** Somebody else's files may have come between the REMOVE that ran and its repeat. */
  @Test
  void shouldNotRemoveFilesThatCameAfterARemoveInDoubt() throws SQLException {
    emulator.faults().expireWhilePolling(text("REMOVE @store"));
    var looked = emulator.faults().hold(StatementMatch.matching("QUERY_HISTORY_BY_SESSION"));
    var call = async(() -> query("REMOVE @store"));
    Awaitility.await().until(looked::isReached);
    update(admin, "COPY INTO @store/late FROM (SELECT 8, 80)");
    looked.release();
    Awaitility.await().until(call::isDone);
    assertThat(call).isCompletedWithValue(List.of("store/in_0_0_0.csv.gz"));
    assertThat(emulator.files().get("PUBLIC.STORE")).hasSize(1);
  }

  @Test
  void shouldNotRemoveFilesAgainWhereNobodyKnows() throws SQLException {
    emulator.faults().expireWhilePolling(text("REMOVE @store"));
    emulator
        .faults()
        .fail(StatementMatch.matching("QUERY_HISTORY_BY_SESSION"), 3001, "42501", "not authorized");
    assertThatThrownBy(() -> query("REMOVE @store")).isInstanceOf(OutcomeUnknownException.class);
    assertThat(sent("REMOVE @store")).isEqualTo(1);
  }
}
