package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files put to a temporary stage: there again after a heal, as they were, or refused. */
class LostUploadsTest extends RebuildFixture {

  /** No room for copies: the file on the disk has to be as it was. */
  private static final String NO_SPOOL = "selfheal.spool.maxBytes=8";

  private static final String CONTENT = "1,10\n2,20\n";

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("rows.csv"), CONTENT);
  }

  private void load() throws SQLException {
    update("CREATE TEMPORARY TABLE staging (id INT, n INT)");
    query("PUT 'file://" + file + "' @%staging");
    update("COPY INTO staging PURGE = TRUE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", NO_SPOOL})
  void shouldPutTheFileAgain(String settings) throws SQLException {
    reconnect(settings);
    load();
    expire();
    assertThat(staging()).containsExactly("1:10", "2:20");
  }

  @Test
  void shouldPutASmallFileAgainAsItWas() throws Exception {
    load();
    Files.writeString(file, "3,30\n");
    expire();
    assertThat(staging()).containsExactly("1:10", "2:20");
    Files.delete(file);
    expire();
    assertThat(staging()).containsExactly("1:10", "2:20");
    assertThat(query("LIST @%staging")).isEmpty();
  }

  @Test
  void shouldRefuseAFileThatChanged() throws Exception {
    reconnect(NO_SPOOL);
    load();
    var time = Files.getLastModifiedTime(file);
    // As long and as old as before.
    Files.writeString(file, "1,10\n2,21\n");
    Files.setLastModifiedTime(file, FileTime.from(time.toInstant()));
    expire();
    var refusal = refused(this::staging);
    assertThat(refusal.getMessage()).doesNotContain("2,21").doesNotContain("2,20");
    stagingIsLost();
  }

  @Test
  void shouldRefuseAFileThatVanished() throws Exception {
    reconnect(NO_SPOOL);
    load();
    Files.delete(file);
    expire();
    refused(this::staging);
    stagingIsLost();
  }

  @Test
  void shouldUploadAStreamAgainWithoutReadingItTwice() throws Exception {
    update("CREATE TEMPORARY STAGE box");
    var stream = new Once(CONTENT);
    Tape.upload(connection, "@box", "rows.csv", stream);
    expire();
    update("CREATE TEMPORARY TABLE staging (id INT, n INT)");
    assertThat(update("COPY INTO staging FROM @box")).isEqualTo(2);
    expire();
    assertThat(staging()).containsExactly("1:10", "2:20");
    assertThat(stream.bytes).isEqualTo(CONTENT.length());
  }

  @Test
  void shouldUploadTheRestOfAStreamWhoseSessionIsDead() throws Exception {
    update("CREATE TEMPORARY STAGE box");
    expire();
    var stream = new Once(CONTENT);
    Tape.upload(connection, "@box", "rows.csv", stream);
    update("CREATE TEMPORARY TABLE staging (id INT, n INT)");
    assertThat(update("COPY INTO staging FROM @box")).isEqualTo(2);
    assertThat(staging()).containsExactly("1:10", "2:20");
    assertThat(stream.bytes).isEqualTo(CONTENT.length());
  }

  @Test
  void shouldRefuseAStreamThatDidNotFitIntoTheSpool() throws Exception {
    reconnect(NO_SPOOL);
    update("CREATE TEMPORARY TABLE staging (id INT, n INT)");
    Tape.upload(connection, "@%staging", "rows.csv", new Once(CONTENT));
    assertThat(update("COPY INTO staging")).isEqualTo(2);
    expire();
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat(refused(this::staging).getMessage()).contains("selfheal.spool.maxBytes");
    stagingIsLost();
  }

  /** A stream that tells how much of it was read, and cannot be read again. */
  private static final class Once extends FilterInputStream {
    private int bytes;

    Once(String content) {
      super(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      bytes += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      bytes += Math.max(0, read);
      return read;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  private enum Death {
    AFTER_THE_COPY,
    IN_THE_COPY
  }

  @ParameterizedTest
  @EnumSource(Death.class)
  void shouldNotLoadAFileTwiceIntoAPermanentTable(Death death) throws Exception {
    loadsOnce("COPY INTO target FROM @box", death);
  }

  @ParameterizedTest
  @EnumSource(Death.class)
  void shouldNotLoadAPurgedFileTwiceIntoAPermanentTable(Death death) throws Exception {
    loadsOnce("COPY INTO target FROM @box PURGE = TRUE", death);
  }

  /**
   * The server knows which files of a stage a table has loaded; of a stage that was made anew it
   * knows nothing.
   */
  private void loadsOnce(String copy, Death death) throws Exception {
    var second = Files.writeString(folder.resolve("more.csv"), "3,30\n");
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    if (death == Death.IN_THE_COPY) {
      emulator.faults().expireWhilePolling(text(copy));
    }
    assertThat(update(copy)).isEqualTo(2);
    if (death == Death.AFTER_THE_COPY) {
      expire();
    }
    try {
      query("PUT 'file://" + second + "' @box");
      assertThat(update(copy)).isEqualTo(1);
      assertThat(emulator.table("TARGET")).hasSize(3);
    } catch (ReplayRefusedException rather) {
      assertThat(emulator.table("TARGET")).hasSize(2);
    }
  }

  @Test
  void shouldLoadOnceInATransaction() throws Exception {
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    connection.setAutoCommit(false);
    assertThat(update("COPY INTO target FROM @box")).isEqualTo(2);
    expire();
    assertThat(query("SELECT COUNT(*) FROM target")).containsExactly("2");
    connection.commit();
    expire();
    try {
      assertThat(update("COPY INTO target FROM @box")).isZero();
      connection.commit();
    } catch (ReplayRefusedException | TransactionLostException rather) {
      connection.rollback();
    }
    assertThat(emulator.table("TARGET")).hasSize(2);
  }

  @Test
  void shouldNotBringBackFilesThatWereLoadedAndPurged() throws Exception {
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    update("COPY INTO target FROM @box PURGE = TRUE");
    expire();
    assertThat(query("LIST @box")).isEmpty();
  }

  @Test
  void shouldNotBringBackFilesThatWerePurgedInDoubt() throws Exception {
    var copy = "COPY INTO target FROM @box PURGE = TRUE";
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box");
    emulator.faults().expireWhilePolling(text(copy));
    assertThat(update(copy)).isEqualTo(2);
    try {
      assertThat(query("LIST @box")).isEmpty();
    } catch (ReplayRefusedException rather) {
      assertThat(query("SELECT 1")).containsExactly("1");
    }
  }

  @Test
  void shouldNotBringBackFilesThatWereRemoved() throws Exception {
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + file + "' @box/a");
    query("PUT 'file://" + file + "' @box/b");
    query("REMOVE @box/a");
    expire();
    assertThat(query("LIST @box")).containsExactly("box/b/rows.csv.gz");
  }

  @Test
  void shouldPutAllFilesOfAPattern() throws Exception {
    Files.writeString(folder.resolve("rows2.csv"), "3,30\n");
    update("CREATE TEMPORARY STAGE box");
    query("PUT 'file://" + folder + "/rows*.csv' @box AUTO_COMPRESS = FALSE");
    Files.writeString(folder.resolve("rows3.csv"), "4,40\n");
    expire();
    assertThat(query("LIST @box")).containsExactly("box/rows.csv", "box/rows2.csv");
  }

  @Test
  void shouldNotTakeAFileOfAPermanentStageForOneToPutAgain() throws Exception {
    update(other, "CREATE STAGE lasting");
    query("PUT 'file://" + file + "' @lasting");
    query(other, "REMOVE @lasting");
    update("SET v = 1");
    expire();
    assertThat(query("SELECT $v")).containsExactly("1");
    assertThat(query("LIST @lasting")).isEmpty();
  }
}
