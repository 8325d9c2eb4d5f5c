package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the last reading of the journal before its first release found. */
class LastReadingTest extends HealingFixture {

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void makeTarget() throws Exception {
    update("CREATE TABLE target (id INT, n INT)");
    file = Files.writeString(folder.resolve("rows.csv"), "1;10\n2;20\n");
  }

  /** Somebody may have altered it since: other rows, and as many. */
  @Test
  void shouldNotRebuildRowsThatWereReadByAPermanentFileFormat() throws SQLException {
    update("CREATE FILE FORMAT semi TYPE = CSV FIELD_DELIMITER = ';'");
    update("CREATE TEMPORARY TABLE x (id INT, n INT)");
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    assertThat(update("COPY INTO x FROM @box FILE_FORMAT = (FORMAT_NAME = 'semi')")).isEqualTo(2);
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> query("SELECT n FROM x"))
        .isInstanceOf(ReplayRefusedException.class)
        .hasMessageContaining("file format");
    // The stage itself is there again.
    assertThat(query("LIST @box")).hasSize(1);
  }

  @Test
  void shouldRebuildRowsThatWereReadByATemporaryFileFormat() throws SQLException {
    update("CREATE TEMPORARY FILE FORMAT semi TYPE = CSV FIELD_DELIMITER = ';'");
    update("CREATE TEMPORARY TABLE x (id INT, n INT)");
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    update("COPY INTO x FROM @box FILE_FORMAT = (FORMAT_NAME = 'semi')");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT n FROM x ORDER BY 1")).containsExactly("10", "20");
  }

  /** Which files it purged the text does not tell: the rebuilt stage must not show them again. */
  @Test
  void shouldNotShowFilesAgainThatAnAdoptedCopyHasPurged() throws SQLException {
    var copy =
        "COPY INTO target FROM @box FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = ';')"
            + " FILES = ('rows.csv.gz') PURGE = TRUE";
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    emulator.faults().expireWhilePolling(matching("COPY INTO target"));
    assertThat(update(copy)).isEqualTo(2);
    assertThatThrownBy(() -> query("LIST @box")).isInstanceOf(ReplayRefusedException.class);
    assertThatThrownBy(() -> update(copy)).isInstanceOf(ReplayRefusedException.class);
    assertThat(emulator.table("TARGET")).hasSize(2);
  }

  @Test
  void shouldTellOfOtherRowsThatATransactionHadRead() throws SQLException {
    update("INSERT INTO target VALUES (1, 10)");
    connection.setAutoCommit(false);
    update("INSERT INTO target VALUES (2, 20)");
    assertThat(query("SELECT SUM(n) FROM target")).containsExactly("30");
    try (var other = DriverManager.getConnection(emulator.url())) {
      update(other, "INSERT INTO target VALUES (3, 5)");
    }
    emulator.faults().expireAllSessions();
    assertThatThrownBy(connection::commit)
        .isInstanceOf(TransactionLostException.class)
        .hasCauseInstanceOf(ReplayDivergedException.class);
    assertThat(emulator.table("TARGET")).containsExactly(List.of("1", "10"), List.of("3", "5"));
    update("INSERT INTO target VALUES (4, 1)");
    connection.commit();
    assertThat(emulator.table("TARGET")).hasSize(3);
  }
}
