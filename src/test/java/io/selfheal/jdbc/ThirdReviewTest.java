package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Expiry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a third look at journal, rebuilding and recovery has found. */
class ThirdReviewTest extends HealingFixture {

  private static final String NEVER_WRONG = "answered as it was, or refused";

  @TempDir Path folder;

  /** Another session, which does not expire. */
  private Connection other;

  @BeforeEach
  void prepare() throws SQLException {
    other = DriverManager.getConnection(emulator.url());
    update(other, "CREATE TABLE ledger (n INT)");
    update(other, "CREATE TABLE t AS SELECT 99 AS n");
    reconnect("");
  }

  @AfterEach
  void leave() throws SQLException {
    other.close();
  }

  private void expire() {
    JobRuns.expireNewest(emulator, Expiry.BOTH_TOKENS);
  }

  /** The rows, or the refusal. */
  private Object rows(String sql) {
    try {
      return query(sql);
    } catch (ReplayRefusedException
        | ReplayDivergedException
        | OutcomeUnknownException
        | TransactionLostException e) {
      return e;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void refusedOr(Object answer, String... rows) {
    if (!(answer instanceof SQLException)) {
      assertThat(answer).as(NEVER_WRONG).isEqualTo(List.of(rows));
    }
  }

  private Path file(String content) throws Exception {
    return Files.writeString(folder.resolve("rows.csv"), content);
  }

  // 1

  @Test
  void shouldKeepWhatAnOverwriteOfItselfReads() throws SQLException {
    update("CREATE TEMPORARY TABLE x (n INT)");
    update("INSERT INTO x VALUES (1), (1), (2)");
    update("INSERT OVERWRITE INTO x SELECT DISTINCT n FROM x");
    expire();
    // The emulator empties the table before it is read, so the rows themselves tell nothing here.
    if (!(rows("SELECT n FROM x ORDER BY 1") instanceof SQLException)) {
      assertThat(sent("INSERT INTO x VALUES (1), (1), (2)")).isEqualTo(2);
    }
  }

  // 2

  @Test
  void shouldNotAdoptTheDropOfATempTable() throws SQLException {
    update("CREATE TEMPORARY TABLE t (n INT)");
    emulator.faults().loseAnswerAndExpire(matching("DROP TABLE t"));
    var end = catchThrowable(() -> update("DROP TABLE t"));
    if (end == null) {
      refusedOr(rows("SELECT n FROM t"), "99");
    }
  }

  @Test
  void shouldNotAdoptARenameOfATempTable() throws SQLException {
    update("CREATE TEMPORARY TABLE x AS SELECT 1 AS n");
    emulator.faults().loseAnswerAndExpire(matching("RENAME"));
    var end = catchThrowable(() -> update("ALTER TABLE x RENAME TO t"));
    if (end == null) {
      refusedOr(rows("SELECT n FROM t"), "1");
    }
  }

  // 3

  @Test
  void shouldNotLoadAFileTwiceAfterAnAdoptedCopy() throws Exception {
    var file = file("1\n2\n");
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    emulator.faults().loseAnswerAndExpire(matching("COPY INTO ledger"));
    assertThat(update("COPY INTO ledger FROM @box")).isEqualTo(2);
    catchThrowable(() -> update("COPY INTO ledger FROM @box"));
    assertThat(emulator.table("LEDGER")).hasSize(2);
  }

  // 4

  @Test
  void shouldNotRepeatAWriteThatCommittedByItselfAfterAFailedDdl() throws SQLException {
    update("BEGIN");
    update("INSERT INTO ledger VALUES (1)");
    catchThrowable(() -> update("CREATE TABLE ledger (n INT)"));
    emulator.faults().loseAnswerAndExpire(matching("VALUES (2)"));
    catchThrowable(() -> update("INSERT INTO ledger VALUES (2)"));
    catchThrowable(() -> update("COMMIT"));
    assertThat(emulator.table("LEDGER").stream().filter(List.of("2")::equals))
        .hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void shouldNotRepeatAWriteThatCommittedByItselfAfterCreateTemp() throws SQLException {
    update("BEGIN");
    update("INSERT INTO ledger VALUES (1)");
    update("CREATE TEMPORARY TABLE x (n INT)");
    emulator.faults().loseAnswerAndExpire(matching("VALUES (2)"));
    catchThrowable(() -> update("INSERT INTO ledger VALUES (2)"));
    catchThrowable(() -> update("COMMIT"));
    assertThat(emulator.table("LEDGER").stream().filter(List.of("2")::equals))
        .hasSizeLessThanOrEqualTo(1);
  }

  // 5

  @Test
  void shouldKeepWhatARollbackBringsBack() throws SQLException {
    update("CREATE TEMPORARY TABLE x AS SELECT 1 AS n");
    update("INSERT INTO x VALUES (2)");
    connection.setAutoCommit(false);
    update("INSERT OVERWRITE INTO x SELECT 5 AS n");
    expire();
    refusedOr(rows("SELECT n FROM x"), "5");
    connection.rollback();
    refusedOr(rows("SELECT n FROM x ORDER BY 1"), "1", "2");
  }

  // 6

  @Test
  void shouldKeepAFileThatWasPutBeforeARollback() throws Exception {
    var file = file("1\n2\n");
    update("CREATE TEMPORARY STAGE box");
    connection.setAutoCommit(false);
    query("PUT 'file://" + file + "' @box");
    connection.rollback();
    assertThat(query("LIST @box")).hasSize(1);
    expire();
    var end = rows("LIST @box");
    assertThat(end instanceof SQLException || ((List<?>) end).size() == 1).isTrue();
  }

  @Test
  void shouldKeepTheFilesOfATableThatIsTruncated() throws Exception {
    var file = file("1\n2\n");
    update("CREATE TEMPORARY TABLE x (n INT)");
    query("PUT 'file://" + file + "' @%x");
    update("TRUNCATE TABLE x");
    assertThat(query("LIST @%x")).hasSize(1);
    expire();
    var end = rows("LIST @%x");
    assertThat(end instanceof SQLException || ((List<?>) end).size() == 1).isTrue();
  }

  @Test
  void shouldHealAnUploadInATransaction() throws Exception {
    var file = file("1\n2\n");
    connection.setAutoCommit(false);
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    expire();
    assertThat(update("COPY INTO ledger FROM @box")).isEqualTo(2);
    connection.commit();
    assertThat(emulator.table("LEDGER")).hasSize(2);
  }

  // 7

  @Test
  void shouldNotTakeAVolatileViewForUnchanged() throws SQLException {
    update(other, "CREATE VIEW v AS SELECT UUID_STRING() AS id, n FROM t");
    update("CREATE TEMPORARY TABLE x AS SELECT id FROM v");
    var before = query("SELECT id FROM x");
    expire();
    refusedOr(rows("SELECT id FROM x"), before.get(0));
  }

  @Test
  void shouldNotTakeARedefinedViewForUnchanged() throws SQLException {
    update(other, "CREATE VIEW v AS SELECT n FROM t");
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM v");
    update(other, "CREATE OR REPLACE VIEW v AS SELECT n + 1 AS n FROM t");
    expire();
    refusedOr(rows("SELECT n FROM x"), "99");
  }

  @Test
  void shouldNotTakeASwappedTableForUnchanged() throws SQLException {
    update(other, "CREATE TABLE u AS SELECT 11 AS n");
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM t");
    update(other, "ALTER TABLE t SWAP WITH u");
    expire();
    refusedOr(rows("SELECT n FROM x"), "99");
  }

  @Test
  void shouldNotTakeAnotherTableOfThatNameForUnchanged() throws SQLException {
    update(other, "CREATE TABLE u AS SELECT 11 AS n");
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM t");
    update(other, "DROP TABLE t");
    update(other, "ALTER TABLE u RENAME TO t");
    expire();
    refusedOr(rows("SELECT n FROM x"), "99");
  }

  // 8

  @Test
  void shouldNeverRenameAPermanentTable() throws SQLException {
    connection.setAutoCommit(false);
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM t");
    assertThat(query("SELECT n FROM x")).containsExactly("99");
    update("CREATE TEMPORARY TABLE t AS SELECT n + 1 AS n FROM t");
    update("INSERT INTO ledger VALUES (1)");
    int from = emulator.log().size();
    expire();
    rows("SELECT n FROM t");
    var log = emulator.log().subList(from, emulator.log().size());
    int made = -1;
    int renamed = -1;
    for (int i = 0; i < log.size(); i++) {
      if (log.get(i).sql().startsWith("CREATE TEMPORARY TABLE t ")) {
        made = i;
      }
      if (renamed < 0 && log.get(i).sql().contains("RENAME TO")) {
        renamed = i;
      }
    }
    assertThat(renamed < 0 || (made >= 0 && made < renamed))
        .as("no rename before the temporary table is there: %s", log)
        .isTrue();
  }

  // 9

  @Test
  void shouldNotGiveOtherDefaultsInACopiedTable() throws SQLException {
    update("CREATE TEMPORARY TABLE y (id VARCHAR DEFAULT UUID_STRING(), n INT)");
    update("CREATE TEMPORARY TABLE x LIKE y");
    update("INSERT INTO x (n) VALUES (1)");
    var before = query("SELECT id FROM x");
    expire();
    refusedOr(rows("SELECT id FROM x"), before.get(0));
  }

  // 10

  @Test
  void shouldNotBringBackATableThatWasDroppedAfterAnAlter() throws SQLException {
    update("CREATE TEMPORARY TABLE t AS SELECT 1 AS n");
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM t");
    update("ALTER TABLE t ADD COLUMN m INT");
    update("DROP TABLE t");
    assertThat(query("SELECT n FROM t")).containsExactly("99");
    expire();
    refusedOr(rows("SELECT n FROM t"), "99");
  }

  @Test
  void shouldNotBringBackATableThatWasRenamedAndDropped() throws SQLException {
    update("CREATE TEMPORARY TABLE t AS SELECT 1 AS n");
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM t");
    update("ALTER TABLE t RENAME TO t2");
    update("DROP TABLE t2");
    expire();
    refusedOr(rows("SELECT n FROM t"), "99");
  }

  @Test
  void shouldNotBringBackATableThatWasReplacedAndDropped() throws SQLException {
    update("CREATE TEMPORARY TABLE t AS SELECT 1 AS n");
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM t");
    update("CREATE OR REPLACE TEMPORARY TABLE t (m INT)");
    update("DROP TABLE t");
    expire();
    refusedOr(rows("SELECT n FROM t"), "99");
  }

  // 11

  @Test
  void shouldNotTakeATableThatWasThereForATempOne() throws SQLException {
    var made = catchThrowable(() -> update("CREATE TEMPORARY TABLE IF NOT EXISTS t (n INT)"));
    assertThat(made == null || made instanceof SQLException).isTrue();
    update("INSERT INTO t VALUES (5)");
    long real = emulator.table("T").size();
    emulator.faults().loseAnswerAndExpire(matching("VALUES (6)"));
    catchThrowable(() -> update("INSERT INTO t VALUES (6)"));
    expire();
    rows("SELECT n FROM t");
    assertThat(emulator.table("T").size()).isBetween((int) real, (int) real + 1);
  }

  // 12

  @Test
  void shouldRebuildWhatWasMadeAnewAfterACheckpoint() throws SQLException {
    update("CREATE TEMPORARY TABLE x (n INT)");
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    update("CREATE OR REPLACE TEMPORARY TABLE x AS SELECT 1 AS n");
    expire();
    assertThat(query("SELECT n FROM x")).containsExactly("1");
  }

  // 13

  @Test
  void shouldNotReplayTheSecondHalfOfATransaction() throws SQLException {
    connection.unwrap(SelfHealingConnection.class).setReplay(ReplayScope.SESSION);
    connection.setAutoCommit(false);
    update("INSERT INTO ledger VALUES (1)");
    connection.unwrap(SelfHealingConnection.class).setReplay(ReplayScope.TRANSACTION);
    update("INSERT INTO ledger VALUES (2)");
    expire();
    catchThrowable(connection::commit);
    assertThat(emulator.table("LEDGER").size()).isIn(0, 2);
  }

  // 14

  @Test
  void shouldRebuildWhereEachStatementOfATextRan() throws Exception {
    update(other, "CREATE SCHEMA s2");
    update(other, "CREATE TABLE s2.t AS SELECT 77 AS n");
    try (var statement = connection.createStatement()) {
      VendorTypes.call(
          VendorTypes.STATEMENT,
          statement.unwrap(VendorTypes.STATEMENT),
          "setParameter",
          "MULTI_STATEMENT_COUNT",
          0);
      statement.execute("CREATE TEMPORARY TABLE t AS SELECT 1 AS n; USE SCHEMA s2");
    }
    assertThat(query("SELECT n FROM t")).containsExactly("77");
    expire();
    refusedOr(rows("SELECT n FROM t"), "77");
  }

  // 15

  @Test
  void shouldKeepTempTablesHoweverMuchATransactionReads() throws SQLException {
    reconnect("selfheal.journal.maxStatements=20");
    update("CREATE TEMPORARY TABLE x AS SELECT 1 AS n");
    connection.setAutoCommit(false);
    for (int i = 0; i < 25; i++) {
      query("SELECT n FROM t");
    }
    connection.commit();
    expire();
    assertThat(query("SELECT n FROM x")).containsExactly("1");
  }

  // 16

  @Test
  void shouldNotTakeALostTempTableForALivingOneAfterARollback() throws SQLException {
    update("CREATE TEMPORARY TABLE t AS SELECT UUID_STRING() AS n");
    connection.setAutoCommit(false);
    update("INSERT INTO ledger VALUES (1)");
    expire();
    rows("SELECT n FROM ledger");
    connection.rollback();
    connection.setAutoCommit(true);
    catchThrowable(() -> update("DROP TABLE t"));
    emulator.faults().loseAnswerAndExpire(matching("VALUES (6)"));
    var end = catchThrowable(() -> update("INSERT INTO t VALUES (6)"));
    assertThat(emulator.table("T")).hasSize(2);
    assertThat(end instanceof ReplayRefusedException)
        .as("it ran, so nobody may be told to run it again")
        .isFalse();
  }

  // 17

  @Test
  void shouldNotReadThroughAViewWhoseTempTableIsGone() throws SQLException {
    update("CREATE TEMPORARY TABLE t AS SELECT 1 AS n");
    update("CREATE TEMPORARY VIEW v AS SELECT n FROM t");
    update("DROP TABLE t");
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM v");
    assertThat(query("SELECT n FROM x")).containsExactly("99");
    update(other, "UPDATE t SET n = 98");
    expire();
    refusedOr(rows("SELECT n FROM x"), "99");
  }

  // 18

  @Test
  void shouldNotReplayTheHistoryOfAnotherSession() throws SQLException {
    reconnect("selfheal.verify=counts");
    update("CREATE TEMPORARY TABLE x (n INT)");
    query("SELECT n FROM t");
    update("INSERT INTO x SELECT n FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))");
    query("SELECT 5 AS n");
    assertThat(query("SELECT n FROM x")).containsExactly("99");
    expire();
    refusedOr(rows("SELECT n FROM x"), "99");
  }

  // 19

  @Test
  void shouldLoadTheSecondFileOfAReplayedTransaction() throws Exception {
    var file = file("1\n2\n");
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    connection.setAutoCommit(false);
    assertThat(update("COPY INTO ledger FROM @box")).isEqualTo(2);
    expire();
    // The replay has loaded the file on this very session, so it is known as loaded.
    update("COPY INTO ledger FROM @box");
    connection.commit();
    assertThat(emulator.table("LEDGER")).hasSize(2);
  }

  // 20

  @Test
  void shouldNotAdoptAnUnloadToATempStage() throws SQLException {
    update("CREATE TEMPORARY STAGE box");
    emulator.faults().loseAnswerAndExpire(matching("COPY INTO @box"));
    var end = catchThrowable(() -> query("COPY INTO @box FROM (SELECT 1)"));
    if (end == null) {
      var files = rows("LIST @box");
      assertThat(files instanceof SQLException || ((List<?>) files).size() == 1).isTrue();
    }
  }

  // 21

  @Test
  void shouldKnowTheFileFormatOfACopy() throws Exception {
    var file = file("1;10\n");
    update("CREATE TEMPORARY TABLE x (id INT, n INT)");
    update("CREATE TEMPORARY FILE FORMAT semi TYPE = CSV FIELD_DELIMITER = ';'");
    query("PUT 'file://" + file + "' @%x");
    update("COPY INTO x FROM @%x FILE_FORMAT = (FORMAT_NAME = 'semi')");
    update("DROP FILE FORMAT semi");
    expire();
    assertThat(query("SELECT n FROM x")).containsExactly("10");
  }

  @Test
  void shouldRebuildATableWhoseSourceIsHiddenByATempView() throws SQLException {
    update("CREATE TEMPORARY TABLE x AS SELECT n FROM t");
    update("CREATE TEMPORARY VIEW t AS SELECT 5 AS n");
    expire();
    assertThat(query("SELECT n FROM x")).containsExactly("99");
    assertThat(query("SELECT n FROM t")).containsExactly("5");
  }

  @Test
  void shouldRebuildAnAutoincrementThatWasAddedLaterOnlyAsItWas() throws SQLException {
    update("CREATE TEMPORARY TABLE x (n INT)");
    update("ALTER TABLE x ADD COLUMN id VARCHAR DEFAULT UUID_STRING()");
    update("INSERT INTO x (n) VALUES (1)");
    var before = query("SELECT id FROM x");
    expire();
    refusedOr(rows("SELECT id FROM x"), before.get(0));
  }

  // 22

  @Test
  void shouldNotTakeAnotherCaseForAnotherTable() throws SQLException {
    update("ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE");
    update("CREATE TEMPORARY TABLE \"x\" (n INT)");
    var end = catchThrowable(() -> update("INSERT INTO x VALUES (1)"));
    if (end == null) {
      expire();
      refusedOr(rows("SELECT n FROM x"), "1");
    }
  }
}
