package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.StatementMatch;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Temporary tables made from what lies outside the session: rebuilt where it is proved to be as it
 * was, refused by name otherwise.
 */
class ExternalSourcesTest extends RebuildFixture {

  private static final String COPY = "CREATE TEMPORARY TABLE staging AS SELECT id, n FROM source";

  private static final String EMPTY = "CREATE TEMPORARY TABLE staging (id INT, n INT)";

  @Test
  void shouldRebuildFromAnUnchangedTable() throws SQLException {
    update(COPY);
    update("INSERT INTO staging SELECT s.id + 2, s.n FROM source s JOIN staging t ON s.id = t.id");
    expire();
    assertThat(staging()).containsExactly("1:10", "2:20", "3:10", "4:20");
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldRebuildFromAnUnchangedTableWhenOthersChange() throws SQLException {
    update(COPY);
    update(other, "INSERT INTO target VALUES (1, 1)");
    update("INSERT INTO target SELECT id, n FROM staging");
    expire();
    assertThat(staging()).containsExactly("1:10", "2:20");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO source VALUES (3, 30)",
        // As many rows as before: no count would tell.
        "UPDATE source SET n = n + 1 WHERE id = 1",
        "DELETE FROM source",
        "TRUNCATE TABLE source",
        "CREATE OR REPLACE TABLE source AS SELECT 1 AS id, 11 AS n UNION ALL SELECT 2, 20",
        "DROP TABLE source"
      })
  void shouldRefuseAfterAChange(String change) throws SQLException {
    update(COPY);
    update(other, change);
    expire();
    assertThat(refused(this::staging).getMessage()).containsIgnoringCase("staging");
    stagingIsLost();
  }

  @Test
  void shouldRefuseAfterAChangeOfItsOwn() throws SQLException {
    update(COPY);
    update("UPDATE source SET n = n + 1");
    expire();
    refused(this::staging);
    stagingIsLost();
  }

  @Test
  void shouldRefuseAnInsertFromATableThatChanged() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (7, 70)");
    update("INSERT INTO staging SELECT id, n FROM source");
    update(other, "UPDATE source SET n = 0 WHERE id = 2");
    expire();
    refused(this::staging);
    stagingIsLost();
  }

  @Test
  void shouldRefuseWhereTheTableBehindAViewChanged() throws SQLException {
    update(other, "CREATE VIEW seen AS SELECT id, n FROM source");
    update("CREATE TEMPORARY TABLE staging AS SELECT id, n FROM seen");
    update(other, "UPDATE source SET n = n + 1");
    expire();
    refused(this::staging);
    stagingIsLost();
  }

  @Test
  void shouldRefuseWhereTheMergedSourceChanged() throws SQLException {
    update(EMPTY);
    update(
        "MERGE INTO staging t USING source s ON t.id = s.id"
            + " WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n)");
    update(other, "UPDATE source SET n = n + 1");
    expire();
    refused(this::staging);
    stagingIsLost();
  }

  @Test
  void shouldTellOfOtherCountsWhereOnlyThoseAreCompared() throws SQLException {
    reconnect("selfheal.verify=counts");
    update(EMPTY);
    update("INSERT INTO staging SELECT id, n FROM source");
    update(other, "DELETE FROM source WHERE id = 1");
    expire();
    var refusal = refused(ReplayDivergedException.class, this::staging);
    assertThat(refusal.getSQLState()).isEqualTo("40001");
    stagingIsLost();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO staging SELECT RANDOM(), 1",
        "INSERT INTO staging SELECT 1, LENGTH(CURRENT_TIMESTAMP())",
        "INSERT INTO staging SELECT 1, LENGTH(UUID_STRING())",
        "INSERT INTO staging VALUES (ids.NEXTVAL, 1)",
        "UPDATE staging SET n = RANDOM()"
      })
  void shouldRefuseWhatNobodyCanRepeat(String volatileText) throws SQLException {
    update(other, "CREATE SEQUENCE ids");
    update(EMPTY);
    update("INSERT INTO staging VALUES (7, 70)");
    update(volatileText);
    expire();
    assertThat(refused(this::staging).getMessage()).containsIgnoringCase("staging");
    stagingIsLost();
  }

  @Test
  void shouldForgetWhatNobodyCanRepeatOnceItIsVoid() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging SELECT RANDOM(), 1");
    update("TRUNCATE TABLE staging");
    update("INSERT INTO staging VALUES (7, 70)");
    expire();
    assertThat(staging()).containsExactly("7:70");
    update("INSERT INTO staging SELECT RANDOM(), 1");
    update("CREATE OR REPLACE TEMPORARY TABLE staging AS SELECT 8 AS id, 80 AS n");
    expire();
    assertThat(staging()).containsExactly("8:80");
  }

  @Test
  void shouldTellWhereARebuildRunsIntoAnError() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (7, 70)");
    emulator
        .faults()
        .fail(
            StatementMatch.where("INSERT INTO staging VALUES (7, 70)"::equals),
            604,
            "57014",
            "no warehouse");
    expire();
    var refusal = refused(SQLException.class, this::staging);
    assertThat(List.of(ReplayRefusedException.class, ReplayDivergedException.class))
        .contains(refusal.getClass().asSubclass(SQLException.class));
    assertThat(refusal.getMessage()).containsIgnoringCase("staging");
    stagingIsLost();
  }

  @Test
  void shouldRefuseAWriteInTheSameWay() throws SQLException {
    update(COPY);
    update(other, "UPDATE source SET n = n + 1");
    expire();
    refused(() -> update("INSERT INTO target SELECT id, n FROM staging"));
    assertThat(emulator.table("TARGET")).isEmpty();
    stagingIsLost();
  }
}
