package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Expiry;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The physical driver logs in again by itself, inside the call, and tells nobody. */
class SilentSwapTest extends HealingFixture {

  private static final String IDLE = "io.selfheal.jdbc.silentIdleMillis";

  /** Another session, which does not expire. */
  private Connection other;

  private int logins;

  @BeforeEach
  void connectByOAuth() throws SQLException {
    other = DriverManager.getConnection(emulator.url());
    update(other, "CREATE TABLE staging AS SELECT 99 AS id");
    update(other, "CREATE TABLE target (id INT)");
    update(other, "CREATE SCHEMA demo.side");
    reconnect();
  }

  @AfterEach
  void closeOther() throws SQLException {
    other.close();
  }

  private void reconnect() throws SQLException {
    connection.close();
    connection = DriverManager.getConnection(oauth());
    logins = emulator.logins();
  }

  private String oauth() {
    return emulator.oauthUrl().replaceFirst("^jdbc:", "jdbc:selfheal:");
  }

  /** With a heartbeat before each call that has something to lose. */
  private void watched() throws SQLException {
    System.setProperty(IDLE, "0");
    try {
      reconnect();
    } finally {
      System.clearProperty(IDLE);
    }
  }

  private void expire() {
    JobRuns.expireNewest(emulator, Expiry.BOTH_TOKENS);
  }

  /** The physical driver's own, and ours. */
  private int loginsSince() {
    return emulator.logins() - logins;
  }

  private <T extends SQLException> T refused(Class<T> type, ThrowingCallable call)
      throws SQLException {
    var thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(type);
    var refusal = type.cast(thrown);
    assertThat(refusal.getErrorCode()).isNotEqualTo(390114);
    assertThat(query("SELECT 1")).containsExactly("1");
    return refusal;
  }

  private List<List<String>> target() {
    return emulator.table("TARGET");
  }

  private static List<List<String>> rows(String... ids) {
    return java.util.stream.Stream.of(ids).map(List::of).toList();
  }

  // Nothing was held: the physical driver's session is as good as the one that died

  @Test
  void shouldGoOnWithThePhysicalDriversSessionWhereNothingWasLost() throws SQLException {
    assertThat(update("INSERT INTO target VALUES (1)")).isEqualTo(1);
    expire();
    assertThat(update("INSERT INTO target VALUES (2)")).isEqualTo(1);
    assertThat(query("SELECT id FROM target ORDER BY id")).containsExactly("1", "2");
    assertThat(loginsSince()).isEqualTo(1);
    assertThat(generation()).isEqualTo(1);
    expire();
    assertThat(query("SELECT id FROM target ORDER BY id")).containsExactly("1", "2");
    assertThat(loginsSince()).isEqualTo(2);
    assertThat(generation()).isEqualTo(2);
    assertThat(target()).isEqualTo(rows("1", "2"));
  }

  @Test
  void shouldPassOnAnOrdinaryErrorWhereNothingWasLost() {
    expire();
    assertThat(catchThrowable(() -> query("SELECT * FROM nowhere")))
        .isInstanceOf(SQLException.class)
        .satisfies(e -> assertThat(((SQLException) e).getErrorCode()).isEqualTo(2003));
    assertThat(loginsSince()).isEqualTo(1);
  }

  @Test
  void shouldKeepOpenResultsAndStatementsWhereNothingWasLost() throws SQLException {
    try (var statement = connection.createStatement();
        var prepared = connection.prepareStatement("SELECT ? + 1");
        var rows = statement.executeQuery("SELECT 1 UNION ALL SELECT 2")) {
      expire();
      prepared.setInt(1, 4);
      try (var sum = prepared.executeQuery()) {
        assertThat(sum.next()).isTrue();
        assertThat(sum.getInt(1)).isEqualTo(5);
      }
      assertThat(rows.next()).isTrue();
      assertThat(rows.next()).isTrue();
      assertThat(query("SELECT 3")).containsExactly("3");
    }
  }

  @Test
  void shouldMakeWhatBelongsToTheSessionAgain() throws SQLException {
    expire();
    update("CREATE TEMPORARY TABLE staging (id INT)");
    update("INSERT INTO staging VALUES (1)");
    assertThat(query("SELECT id FROM staging")).containsExactly("1");
    expire();
    assertThat(query("SELECT id FROM staging")).containsExactly("1");
    assertThat(emulator.table("STAGING")).isEqualTo(rows("99"));
  }

  // Something was held: read again, refused where it ran

  @Test
  void shouldNeverReadThePermanentTableBehindATemporaryOne() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT)");
    update("INSERT INTO staging VALUES (1)");
    expire();
    assertThat(query("SELECT id FROM staging")).containsExactly("1");
    assertThat(loginsSince()).isEqualTo(2);
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldMakeACallAgainThatFailedForWhatWasLost() throws SQLException {
    update("CREATE TEMPORARY TABLE fresh (id INT)");
    update("SET v = 7");
    expire();
    assertThat(update("INSERT INTO fresh SELECT $v")).isEqualTo(1);
    assertThat(query("SELECT id FROM fresh")).containsExactly("7");
    expire();
    assertThat(query("SELECT $v")).containsExactly("7");
    assertThat(loginsSince()).isEqualTo(4);
  }

  @Test
  void shouldAnswerFromTheSchemaThatWasInUse() throws SQLException {
    update("USE SCHEMA demo.side");
    expire();
    assertThat(query("SELECT CURRENT_SCHEMA()")).containsExactly("SIDE");
    assertThat(connection.getSchema()).isEqualTo("SIDE");
    expire();
    update("USE SCHEMA demo.public");
    assertThat(connection.getSchema()).isEqualTo("PUBLIC");
    assertThat(query("SELECT CURRENT_SCHEMA()")).containsExactly("PUBLIC");
  }

  @Test
  void shouldTellOfAWriteThatRanInASessionThatWasNotRebuilt() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT)");
    update("INSERT INTO staging VALUES (1)");
    expire();
    var refusal =
        refused(
            ReplayDivergedException.class,
            () -> update("INSERT INTO target SELECT id FROM staging"));
    assertThat((Throwable) refusal)
        .hasMessageContaining("DID run, as query ")
        .hasMessageContaining("temporary table DEMO.PUBLIC.STAGING");
    assertThat(ran("INSERT INTO target SELECT id FROM staging")).isEqualTo(1);
    assertThat(query("SELECT id FROM staging")).containsExactly("1");
    assertThat(loginsSince()).isEqualTo(2);
  }

  @Test
  void shouldTellOfAWriteThatMissedItsTemporaryTable() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT)");
    expire();
    refused(ReplayDivergedException.class, () -> update("INSERT INTO staging VALUES (5)"));
    assertThat(ran("INSERT INTO staging VALUES (5)")).isEqualTo(1);
    assertThat(query("SELECT id FROM staging")).isEmpty();
  }

  @Test
  void shouldTellOfDdlAndScriptsThatRan() throws SQLException {
    update("SET v = 1");
    expire();
    refused(ReplayDivergedException.class, () -> update("CREATE TABLE made (id INT)"));
    assertThat(ran("CREATE TABLE made (id INT)")).isEqualTo(1);
    expire();
    refused(ReplayDivergedException.class, this::taint);
  }

  // Transactions

  @Test
  void shouldTellOfAWriteOutsideOfItsTransaction() throws SQLException {
    connection.setAutoCommit(false);
    update("INSERT INTO target VALUES (1)");
    expire();
    var lost =
        refused(TransactionLostException.class, () -> update("INSERT INTO target VALUES (2)"));
    assertThat((Throwable) lost).hasCauseInstanceOf(OutcomeUnknownException.class);
    assertThat(lost.getCause()).hasMessageContaining("DID run, outside of the transaction");
    connection.rollback();
    assertThat(connection.getAutoCommit()).isFalse();
    // What the physical driver did by itself; the first half is not committed with it.
    assertThat(target()).isEqualTo(rows("2"));
    update("INSERT INTO target VALUES (3)");
    connection.commit();
    assertThat(target()).isEqualTo(rows("2", "3"));
  }

  @Test
  void shouldReadInsideOfTheTransactionThatWasRunAgain() throws SQLException {
    update("BEGIN");
    update("INSERT INTO target VALUES (1)");
    expire();
    assertThat(query("SELECT id FROM target")).containsExactly("1");
    assertThat(target()).isEmpty();
    update("COMMIT");
    assertThat(target()).isEqualTo(rows("1"));
  }

  @Test
  void shouldCommitWhatACommitMeant() throws SQLException {
    connection.setAutoCommit(false);
    update("INSERT INTO target VALUES (1)");
    expire();
    connection.commit();
    assertThat(target()).isEqualTo(rows("1"));
    update("INSERT INTO target VALUES (2)");
    expire();
    connection.rollback();
    connection.commit();
    assertThat(target()).isEqualTo(rows("1"));
  }

  @Test
  void shouldTellOfALostTransactionAtItsCommit() throws SQLException {
    connection.unwrap(SelfHealingConnection.class).setReplay(ReplayScope.SESSION);
    connection.setAutoCommit(false);
    update("INSERT INTO target VALUES (1)");
    expire();
    refused(TransactionLostException.class, connection::commit);
    assertThat(target()).isEmpty();
  }

  @Test
  void shouldBeginAgain() throws SQLException {
    expire();
    update("BEGIN");
    update("INSERT INTO target VALUES (1)");
    assertThat(target()).isEmpty();
    update("ROLLBACK");
    assertThat(target()).isEmpty();
  }

  // The physical driver sends a statement again that has run

  @Test
  void shouldTellOfAWriteThatThePhysicalDriverHasRunTwice() throws SQLException {
    var insert = "INSERT INTO target VALUES (1)";
    emulator.faults().loseAnswerAndExpire(text(insert));
    var refusal = refused(ReplayDivergedException.class, () -> update(insert));
    assertThat((Throwable) refusal).hasMessageContaining("TWICE");
    assertThat(target()).isEqualTo(rows("1", "1"));
  }

  @Test
  void shouldTakeOverWhatRanBeforeItWasSentAgainInVain() throws SQLException {
    var create = "CREATE TABLE made (id INT)";
    emulator.faults().loseAnswerAndExpire(text(create));
    assertThat(update(create)).isZero();
    assertThat(query("SELECT id FROM made")).isEmpty();
  }

  @Test
  void shouldNotCountARepeatedCallTwiceAmongTheLastQueries() throws SQLException {
    update("USE SCHEMA demo.public");
    update("SET v = 1");
    query("SELECT 11");
    expire();
    query("SELECT 22");
    assertThat(query("SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(-2)))")).containsExactly("11");
  }

  // Calls without a text

  @Test
  void shouldAskForMetadataAgain() throws SQLException {
    update("USE SCHEMA demo.side");
    expire();
    try (var schemas = connection.getMetaData().getSchemas()) {
      assertThat(schemas.next()).isTrue();
    }
    assertThat(generation()).isEqualTo(1);
    assertThat(connection.getSchema()).isEqualTo("SIDE");
    assertThat(loginsSince()).isEqualTo(2);
  }

  @Test
  void shouldDescribeAPreparedStatementAgain() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT, n INT)");
    try (var select = connection.prepareStatement("SELECT * FROM staging")) {
      expire();
      assertThat(select.getMetaData().getColumnCount()).isEqualTo(2);
    }
  }

  @Test
  void shouldUploadAgainToAStageThatWasLost() throws SQLException {
    update("CREATE TEMPORARY STAGE box");
    expire();
    upload("box");
    assertThat(query("SELECT $1 FROM @box")).containsExactly("1");
    expire();
    refused(ReplayDivergedException.class, () -> upload("~/"));
  }

  private void upload(String stage) throws SQLException {
    try {
      Tape.upload(connection, stage, "in.csv", new ByteArrayInputStream(new byte[] {'1', '\n'}));
    } catch (SQLException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // A connection of the caller's own

  @Test
  void shouldTrustOnlyTheFactoryToSetUpASession() throws SQLException {
    connection.close();
    ConnectionFactory factory =
        () -> {
          var opened = DriverManager.getConnection(emulator.oauthUrl());
          update(opened, "SET prepared = 5");
          return opened;
        };
    connection = SelfHealing.wrap(factory.open(), factory);
    expire();
    assertThat(query("SELECT $prepared")).containsExactly("5");
    expire();
    refused(ReplayDivergedException.class, () -> update("INSERT INTO target VALUES (1)"));
    assertThat(target()).isEqualTo(rows("1"));
  }

  // Prevented by a heartbeat

  @Test
  void shouldRebuildBeforeTheCallWhereTheHeartbeatFails() throws SQLException {
    watched();
    update("CREATE TEMPORARY TABLE staging (id INT)");
    update("INSERT INTO staging VALUES (1)");
    expire();
    assertThat(update("INSERT INTO target SELECT id FROM staging")).isEqualTo(1);
    assertThat(target()).isEqualTo(rows("1"));
    assertThat(loginsSince()).isEqualTo(1);
    assertThat(ran("INSERT INTO target SELECT id FROM staging")).isEqualTo(1);
  }

  @Test
  void shouldTellBeforeTheCallWhatTheHeartbeatFoundLost() throws SQLException {
    watched();
    taint();
    expire();
    refused(ReplayRefusedException.class, () -> update("INSERT INTO target VALUES (1)"));
    assertThat(target()).isEmpty();
  }

  @Test
  void shouldGoOnInTheTransactionWhereTheHeartbeatFails() throws SQLException {
    watched();
    connection.setAutoCommit(false);
    update("INSERT INTO target VALUES (1)");
    expire();
    update("INSERT INTO target VALUES (2)");
    expire();
    connection.commit();
    assertThat(target()).isEqualTo(rows("1", "2"));
    assertThat(loginsSince()).isEqualTo(2);
  }

  @Test
  void shouldNotAskWhereNothingCouldBeLost() throws SQLException {
    watched();
    expire();
    assertThat(update("INSERT INTO target VALUES (1)")).isEqualTo(1);
    // One more, by the physical driver, says that no heartbeat told of the end before.
    assertThat(loginsSince()).isEqualTo(1);
    assertThat(generation()).isEqualTo(1);
  }

  // Several callers

  @Test
  void shouldHealOnceForAllThatMeetIt() throws Exception {
    update("CREATE TEMPORARY TABLE staging (id INT)");
    update("INSERT INTO staging VALUES (1)");
    expire();
    var start = new CyclicBarrier(8);
    List<CompletableFuture<List<String>>> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      callers.add(
          async(
              () -> {
                start.await();
                return query("SELECT id FROM staging");
              }));
    }
    for (var caller : callers) {
      assertThat(end(caller)).isEqualTo(List.of("1"));
    }
    assertThat(generation()).isEqualTo(1);
    assertThat(connection.unwrap(SelfHealingConnection.class).statistics().heals()).isEqualTo(1);
    assertThat(emulator.table("STAGING")).isEqualTo(rows("99"));
  }

  @Test
  void shouldLoseNoneOfManyWritesAndRunNoneTwice() throws Exception {
    var start = new CyclicBarrier(8);
    expire();
    List<CompletableFuture<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      var insert = "INSERT INTO target VALUES (" + i + ")";
      callers.add(
          async(
              () -> {
                start.await();
                return update(insert);
              }));
    }
    for (var caller : callers) {
      assertThat(end(caller)).isEqualTo(1);
    }
    assertThat(target()).hasSize(8).doesNotHaveDuplicates();
  }
}
