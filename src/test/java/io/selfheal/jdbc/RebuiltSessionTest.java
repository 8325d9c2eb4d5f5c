package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Types;
import org.junit.jupiter.api.Test;

/** What a session was made of is there again after its death, as it was when it died. */
class RebuiltSessionTest extends RebuildFixture {

  private static final String EMPTY = "CREATE TEMPORARY TABLE staging (id INT, n INT)";

  @Test
  void shouldRebuildEachKindOfTemporaryObject() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    update("CREATE TEMPORARY VIEW doubled AS SELECT id, n * 2 AS n FROM staging");
    update("CREATE TEMPORARY FILE FORMAT lines TYPE = CSV FIELD_DELIMITER = '|'");
    update("CREATE TEMPORARY STAGE box FILE_FORMAT = (FORMAT_NAME = lines)");
    expire();
    assertThat(query("SELECT n FROM doubled")).containsExactly("20");
    update("COPY INTO @box/out FROM staging");
    assertThat(query("SELECT $2 FROM @box")).containsExactly("10");
  }

  @Test
  void shouldRebuildWithTheValuesOfTheirTime() throws SQLException {
    update(EMPTY);
    update("SET v = 1");
    update("INSERT INTO staging SELECT $v, 10");
    update("SET v = 2");
    update("INSERT INTO staging SELECT $v, 20");
    update("UNSET v");
    update("SET (a, b) = (3, 30)");
    update("INSERT INTO staging SELECT $a, $b");
    expire();
    assertThat(staging()).containsExactly("1:10", "2:20", "3:30");
    assertThat(query("SELECT $a + $b")).containsExactly("33");
    assertThatThrownBy(() -> query("SELECT $v")).isInstanceOf(SQLException.class);
  }

  @Test
  void shouldRebuildInTheSchemasOfTheirTime() throws SQLException {
    update(other, "CREATE SCHEMA demo.side");
    update("USE SCHEMA demo.public");
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    update("USE SCHEMA demo.side");
    update("CREATE TEMPORARY TABLE staging AS SELECT 2 AS id, 20 AS n");
    update("INSERT INTO staging SELECT id, n + 5 FROM public.staging");
    expire();
    assertThat(staging()).containsExactly("1:15", "2:20");
    assertThat(query("SELECT n FROM demo.public.staging")).containsExactly("10");
    assertThat(connection.getSchema()).isEqualTo("SIDE");
  }

  @Test
  void shouldUncoverThePermanentTableAfterADrop() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    update("DROP TABLE staging");
    expire();
    assertThat(staging()).containsExactly("99:999");
  }

  @Test
  void shouldFollowARename() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    update("ALTER TABLE staging RENAME TO renamed");
    update("INSERT INTO renamed VALUES (2, 20)");
    expire();
    assertThat(query("SELECT n FROM renamed ORDER BY n")).containsExactly("10", "20");
    assertThat(staging()).containsExactly("99:999");
  }

  @Test
  void shouldNotTouchWhatIfNotExistsLeftAlone() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    update("CREATE TEMPORARY TABLE IF NOT EXISTS staging (other INT)");
    expire();
    assertThat(staging()).containsExactly("1:10");
  }

  @Test
  void shouldRebuildColumnsThatCameLater() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT)");
    update("INSERT INTO staging VALUES (1)");
    update("ALTER TABLE staging ADD COLUMN n INT");
    update("UPDATE staging SET n = 10");
    expire();
    assertThat(staging()).containsExactly("1:10");
  }

  @Test
  void shouldRebuildBoundValuesAsTheyWere() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT, n INT, b BINARY, t VARCHAR)");
    byte[] bytes = {1, 2, 3};
    try (var insert = connection.prepareStatement("INSERT INTO staging VALUES (?, ?, ?, ?)")) {
      insert.setInt(1, 1);
      insert.setInt(2, 10);
      insert.setBytes(3, bytes);
      insert.setString(4, "it's; -- ünï");
      assertThat(insert.executeUpdate()).isEqualTo(1);
      bytes[0] = 9;
      insert.setInt(1, 2);
      insert.setNull(2, Types.INTEGER);
      insert.setNull(3, Types.BINARY);
      insert.setNull(4, Types.VARCHAR);
      assertThat(insert.executeUpdate()).isEqualTo(1);
      expire();
      insert.setInt(1, 3);
      insert.setInt(2, 30);
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
    assertThat(query("SELECT COALESCE(n, 0) FROM staging ORDER BY id"))
        .containsExactly("10", "0", "30");
    assertThat(query("SELECT b FROM staging WHERE id = 1")).containsExactly("010203");
    assertThat(query("SELECT t FROM staging WHERE id = 1")).containsExactly("it's; -- ünï");
  }

  @Test
  void shouldNotRebuildWhatFailed() throws SQLException {
    update(EMPTY);
    assertThatThrownBy(() -> update("INSERT INTO staging SELECT 'x', 1"))
        .isInstanceOf(SQLException.class);
    update("INSERT INTO staging VALUES (1, 10)");
    expire();
    assertThat(staging()).containsExactly("1:10");
  }

  @Test
  void shouldRebuildWhatSucceededInABatchThatFailed() throws SQLException {
    update(EMPTY);
    try (var statement = connection.createStatement()) {
      statement.addBatch("INSERT INTO staging VALUES (1, 10)");
      statement.addBatch("INSERT INTO nowhere VALUES (1, 10)");
      statement.addBatch("INSERT INTO staging VALUES (2, 20)");
      assertThatThrownBy(statement::executeBatch).isInstanceOf(BatchUpdateException.class);
    }
    var before = staging();
    expire();
    assertThat(staging()).isEqualTo(before);
  }

  @Test
  void shouldRebuildCommittedRowsAndNotRolledBackOnes() throws SQLException {
    update(EMPTY);
    connection.setAutoCommit(false);
    update("INSERT INTO staging VALUES (1, 10)");
    update("INSERT INTO target VALUES (1, 10)");
    connection.commit();
    update("INSERT INTO staging VALUES (2, 20)");
    connection.rollback();
    connection.setAutoCommit(true);
    update("BEGIN");
    update("DELETE FROM staging");
    update("ROLLBACK");
    expire();
    assertThat(staging()).containsExactly("1:10");
    assertThat(emulator.table("TARGET")).hasSize(1);
  }

  @Test
  void shouldRebuildAnOpenTransactionOrSayThatItIsLost() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    connection.setAutoCommit(false);
    update("INSERT INTO staging VALUES (2, 20)");
    update("INSERT INTO target SELECT id, n FROM staging");
    expire();
    try {
      assertThat(staging()).containsExactly("1:10", "2:20");
      connection.commit();
      assertThat(emulator.table("TARGET")).hasSize(2);
    } catch (TransactionLostException told) {
      assertThat(staging()).containsExactly("1:10");
      assertThat(emulator.table("TARGET")).isEmpty();
    }
  }

  @Test
  void shouldMergeWhileThePermanentTableMovedOn() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    update("INSERT INTO target SELECT id, n FROM staging");
    update("DELETE FROM staging");
    update("INSERT INTO staging VALUES (2, 20)");
    expire();
    assertThat(update("INSERT INTO target SELECT id, n FROM staging")).isEqualTo(1);
    assertThat(emulator.table("TARGET")).hasSize(2);
  }

  @Test
  void shouldKeepTheApplicationsOwnHistory() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    assertThat(query("SELECT n + 1 FROM staging")).containsExactly("11");
    expire();
    try {
      assertThat(query("SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))")).containsExactly("11");
    } catch (ReplayRefusedException rather) {
      assertThat(query("SELECT 1")).containsExactly("1");
    }
  }

  @Test
  void shouldRebuildWithTheSessionParametersOfTheirTime() throws SQLException {
    update("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'");
    update("CREATE TEMPORARY TABLE staging (id INT, n TIMESTAMP_LTZ)");
    update("INSERT INTO staging SELECT 1, '2026-01-01 12:00:00'::TIMESTAMP_LTZ");
    var text = "SELECT n FROM staging";
    update("ALTER SESSION SET TIMEZONE = 'America/New_York'");
    var before = query(text);
    expire();
    assertThat(query(text)).isEqualTo(before);
    assertThat(query("SHOW PARAMETERS LIKE 'TIMEZONE'")).hasSize(1);
  }

  @Test
  void shouldHealOnceAndSayIt() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    int logins = emulator.logins();
    expire();
    assertThat(staging()).containsExactly("1:10");
    assertThat(emulator.logins()).isEqualTo(logins + 1);
    assertThat(connection.unwrap(SelfHealingConnection.class).statistics().heals()).isEqualTo(1);
    assertThat((Throwable) connection.getWarnings()).isNotNull();
  }
}
