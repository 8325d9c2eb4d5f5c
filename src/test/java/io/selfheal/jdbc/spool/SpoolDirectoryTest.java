package io.selfheal.jdbc.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SpoolDirectoryTest {

  @TempDir Path parent;
  private SpoolDirectory spool;

  @BeforeEach
  void make() {
    spool = new SpoolDirectory(parent, 10);
  }

  @AfterEach
  void close() {
    spool.close();
  }

  static List<Path> list(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }

  private SpoolFile write(String content) throws IOException {
    var file = spool.create();
    try (var out = file.append()) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private static String read(SpoolFile file) throws IOException {
    try (var in = file.open()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void shouldMakeNothingBeforeTheFirstFile() throws IOException {
    assertThat(list(parent)).isEmpty();
    spool.close();
    assertThat(list(parent)).isEmpty();
  }

  @Test
  void shouldGiveBackWhatWasWritten() throws IOException {
    var file = write("12345");
    assertThat(read(file)).isEqualTo("12345");
    assertThat(read(file)).isEqualTo("12345");
    assertThat(file.size()).isEqualTo(5);
    assertThat(spool.used()).isEqualTo(5);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldLetNobodyElseIn() throws IOException {
    var file = write("1");
    var directory = list(parent).get(0);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
    for (var path : list(directory)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
    }
    assertThat(file.path).hasFileName("1");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldNotWriteThroughALinkThatWasSlippedIn() throws IOException {
    write("1");
    var victim = Files.writeString(parent.resolve("victim"), "precious");
    Files.createSymbolicLink(list(parent).get(0).resolve("2"), victim);
    assertThatThrownBy(spool::create)
        .isInstanceOf(NotSpooledException.class)
        .hasMessageContaining("selfheal.spool.dir");
    assertThat(victim).hasContent("precious");
  }

  @Test
  void shouldRefuseMoreThanTheBudgetAndGiveTheRoomBack() throws IOException {
    var first = write("1234567");
    var second = spool.create();
    var out = second.append();
    out.write("12".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> out.write("34".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(SpoolFullException.class)
        .hasMessageContaining("selfheal.spool.maxBytes (10)");
    assertThat(spool.used()).isEqualTo(7);
    assertThat(Files.exists(second.path)).isFalse();
    assertThatThrownBy(second::open).isInstanceOf(NotSpooledException.class);
    first.delete();
    first.delete();
    assertThat(spool.used()).isZero();
    assertThat(read(write("1234567890"))).isEqualTo("1234567890");
  }

  @Test
  void shouldUseNumbersAndDirectoriesAgain() throws IOException {
    var first = write("1");
    var second = write("2");
    first.delete();
    var third = write("3");
    assertThat(third.path).isEqualTo(first.path);
    assertThat(second.path).isNotEqualTo(third.path);
    spool.close();
    assertThat(list(parent)).isEmpty();
    try (var next = new SpoolDirectory(parent, 10)) {
      var reused = next.create();
      assertThat(reused.path).isEqualTo(first.path);
      // Who still holds files of the closed one has nothing to do with those of the next.
      third.delete();
      assertThat(Files.exists(reused.path)).isTrue();
      assertThatThrownBy(third::open).isInstanceOf(NotSpooledException.class);
    }
    assertThat(list(parent)).isEmpty();
  }

  @Test
  void shouldStopWritersWhenItIsClosed() throws IOException {
    var file = spool.create();
    var out = file.append();
    out.write(1);
    spool.close();
    assertThatThrownBy(() -> out.write(2)).isInstanceOf(NotSpooledException.class);
    assertThatThrownBy(spool::create)
        .isInstanceOf(NotSpooledException.class)
        .hasMessageContaining("closed");
    assertThat(list(parent)).isEmpty();
  }

  @Test
  void shouldNameTheSettingWhereTheParentIsMissing() {
    try (var nowhere = new SpoolDirectory(parent.resolve("missing"), 10)) {
      assertThatThrownBy(nowhere::create)
          .isInstanceOf(NotSpooledException.class)
          .hasMessageContaining("selfheal.spool.dir")
          .hasMessageContaining("missing is not a directory");
    }
  }
}
