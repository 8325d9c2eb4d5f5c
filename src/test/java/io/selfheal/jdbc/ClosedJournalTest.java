package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is remembered no more, by a limit, a checkpoint, a setting or a hint: the rest heals without
 * a word, and what names the lost table is refused.
 */
class ClosedJournalTest extends RebuildFixture {

  private void fill() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT, n INT)");
    for (int i = 0; i < 5; i++) {
      update("INSERT INTO staging VALUES (" + i + ", " + i + ")");
    }
  }

  private void healsTheRestInSilence() throws SQLException {
    update("SET v = 7");
    long generation = generation();
    expire();
    assertThat(query("SELECT $v")).containsExactly("7");
    assertThat(generation()).isEqualTo(generation + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"selfheal.journal.maxStatements=3", "selfheal.journal.maxBytes=150"})
  void shouldRefuseWhatWentPastALimit(String limit) throws SQLException {
    reconnect(limit);
    fill();
    healsTheRestInSilence();
    assertThat(refused(this::staging).getMessage()).containsIgnoringCase("staging");
    stagingIsLost();
  }

  @Test
  void shouldStayWithinTheLimitWhereTheTableIsEmptiedInTime() throws SQLException {
    reconnect("selfheal.journal.maxStatements=8");
    for (int i = 0; i < 4; i++) {
      update("CREATE OR REPLACE TEMPORARY TABLE staging (id INT, n INT)");
      update("INSERT INTO staging VALUES (1, 1)");
      update("TRUNCATE TABLE staging");
      update("INSERT INTO staging VALUES (2, 2)");
    }
    expire();
    assertThat(staging()).containsExactly("2:2");
  }

  @Test
  void shouldForgetAtACheckpoint() throws SQLException {
    fill();
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    assertThat(staging()).hasSize(5);
    healsTheRestInSilence();
    refused(this::staging);
    stagingIsLost();
    expire();
    assertThat(staging()).containsExactly("6:60");
  }

  @Test
  void shouldForgetAtTheEndOfARequest() throws SQLException {
    connection.beginRequest();
    fill();
    connection.endRequest();
    healsTheRestInSilence();
    refused(this::staging);
    stagingIsLost();
  }

  @Test
  void shouldForgetAtACheckpointInAHint() throws SQLException {
    fill();
    query("SELECT /* selfheal: checkpoint */ 1");
    healsTheRestInSilence();
    refused(this::staging);
    stagingIsLost();
  }

  @Test
  void shouldRebuildWhatCameAfterACheckpoint() throws SQLException {
    fill();
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    update("CREATE TEMPORARY TABLE later (id INT)");
    update("INSERT INTO later VALUES (1)");
    expire();
    assertThat(query("SELECT id FROM later")).containsExactly("1");
    refused(this::staging);
    // Not even half of it: rows added after the checkpoint do not make the table.
    stagingIsLost();
  }

  @Test
  void shouldNotRebuildATableOfWhichOnlyTheLastRowsAreKnown() throws SQLException {
    fill();
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    update("INSERT INTO staging VALUES (8, 80)");
    expire();
    refused(this::staging);
    stagingIsLost();
  }

  @Test
  void shouldRefuseUnderReplayStatement() throws SQLException {
    reconnect("selfheal.replay=statement");
    fill();
    expire();
    refused(this::staging);
    stagingIsLost();
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldNotRepeatWhatSaysSo(ExpiryPoint point) throws SQLException {
    fill();
    var text = "INSERT /* selfheal: no-replay */ INTO staging VALUES (8, 80)";
    emulator.faults().expire(point, text(text), Expiry.BOTH_TOKENS);
    if (point == ExpiryPoint.AFTER) {
      assertThat(update(text)).isEqualTo(1);
    } else {
      refused(() -> update(text));
    }
    long ran = ran(text);
    var seen = catchThrowable(this::staging);
    if (point == ExpiryPoint.AFTER) {
      assertThat(seen).isInstanceOf(ReplayRefusedException.class);
    }
    assertThat(ran(text)).isEqualTo(ran).isLessThanOrEqualTo(1);
  }

  @Test
  void shouldRefuseWhatAProcedureMayHaveMade() throws SQLException {
    update(
        other,
        "CREATE PROCEDURE make() RETURNS VARCHAR LANGUAGE SQL EXECUTE AS CALLER AS"
            + " $$ BEGIN CREATE TEMPORARY TABLE staging (id INT, n INT);"
            + " INSERT INTO staging VALUES (1, 1); RETURN 'done'; END $$");
    query("CALL make()");
    assertThat(staging()).containsExactly("1:1");
    expire();
    refused(this::staging);
    assertThat(emulator.table("TARGET")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE staging",
        "DROP TABLE IF EXISTS staging",
        "TRUNCATE TABLE staging",
        "ALTER TABLE staging RENAME TO gone",
        "ALTER TABLE staging SWAP WITH target",
        "CREATE OR REPLACE TEMPORARY TABLE copy CLONE staging",
        "MERGE INTO target t USING staging s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, n)"
            + " VALUES (s.id, s.n)"
      })
  void shouldSendNothingThatNamesALostTable(String text) throws SQLException {
    fill();
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    emulator.faults().expireBefore(text(text));
    refused(() -> update(text));
    assertThat(ran(text)).isZero();
    assertThat(emulator.table("TARGET")).isEmpty();
  }
}
