package io.selfheal.jdbc.testkit;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files, which the physical driver copies by itself once the server has told it where to. */
class EmulatorTransferTest extends WithEmulator {

  @TempDir Path folder;

  @Test
  void shouldPutAndGetAFile() throws Exception {
    var file = Files.writeString(folder.resolve("rows.csv"), "1,one\n");
    try (var statement = connection.createStatement()) {
      try (var rows = statement.executeQuery("PUT 'file://" + file + "' @s/in")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString("source")).isEqualTo("rows.csv");
        assertThat(rows.getString("target")).isEqualTo("rows.csv.gz");
        assertThat(rows.getString("status")).isEqualTo("UPLOADED");
      }
      var back = Files.createDirectory(folder.resolve("back"));
      statement.execute("GET @s/in 'file://" + back + "'");
      assertThat(back.resolve("rows.csv.gz")).exists();
    }
  }

  @Test
  void shouldUploadAStream() throws Exception {
    var rows = new ByteArrayInputStream("1,one\n".getBytes(StandardCharsets.UTF_8));
    if (connection.getMetaData().getDriverMajorVersion() == 3) {
      vendor(connection, "compressAndUploadStream", "s", "in", rows, "rows.csv");
    } else {
      vendor(connection, "uploadStream", "s", "rows.csv", rows);
    }
    assertThat(emulator.runs("put file:///tmp/placeholder")).isEqualTo(1);
  }

  @Test
  void shouldRefuseAPutOfADeadSession() throws Exception {
    var file = Files.writeString(folder.resolve("rows.csv"), "1,one\n");
    emulator.faults().expireBefore(matching("PUT"));
    assertThat(codeOf(() -> update("PUT 'file://" + file + "' @s/in"))).isEqualTo(390114);
  }

  /**
   * Above the threshold the driver makes a hidden stage and uploads the binds there before it sends
   * the statement [S].
   */
  @Test
  void shouldTakeManyBindsFromTheHiddenStage() throws SQLException {
    var rows = 65_280;
    try (var prepared = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      for (var i = 0; i < rows; i++) {
        prepared.setInt(1, i);
        prepared.addBatch();
      }
      assertThat(prepared.executeBatch()).hasSize(rows);
    }
    assertThat(emulator.runs("put file:///tmp/placeholder '@SYSTEM$BIND/")).isPositive();
    assertThat(emulator.table("T")).hasSize(rows);
  }
}
