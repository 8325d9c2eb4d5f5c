package io.selfheal.jdbc.spool;

import static io.selfheal.jdbc.spool.SpoolDirectoryTest.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LocalFilesTest {

  @TempDir Path data;
  @TempDir Path parent;
  private SpoolDirectory spool;

  @BeforeEach
  void make() throws IOException {
    spool = new SpoolDirectory(parent, 1000);
    Files.writeString(data.resolve("a.csv"), "first");
    Files.writeString(data.resolve("b.csv"), "second");
  }

  @AfterEach
  void close() {
    spool.close();
  }

  private LocalFiles snapshot() throws IOException {
    return LocalFiles.of(data + "/*.csv", spool);
  }

  /** Of another content, length and time kept. */
  private void rewrite(String name, String content) throws IOException {
    var path = data.resolve(name);
    var time = Files.getLastModifiedTime(path);
    Files.writeString(path, content);
    Files.setLastModifiedTime(path, time);
  }

  @Test
  void shouldTellWhetherFilesAreTheSame() throws IOException {
    try (var files = snapshot()) {
      assertThat(files.size()).isEqualTo(11);
      assertThat(files.unchanged()).isTrue();
      assertThat(files.untouched()).isTrue();
      Files.setLastModifiedTime(data.resolve("a.csv"), FileTime.fromMillis(0));
      assertThat(files.unchanged()).isTrue();
      assertThat(files.untouched()).isFalse();
      rewrite("a.csv", "f1rst");
      assertThat(files.unchanged()).isFalse();
      Files.delete(data.resolve("a.csv"));
      assertThat(files.unchanged()).isFalse();
    }
  }

  @Test
  void shouldSeeThatTheWildcardMeansMoreFilesNow() throws IOException {
    try (var files = snapshot()) {
      Files.writeString(data.resolve("c.csv"), "third");
      assertThat(files.unchanged()).isFalse();
      assertThat(files.untouched()).isFalse();
    }
  }

  @Test
  void shouldStageWhatWasThereUnderItsOwnName() throws IOException {
    try (var files = snapshot()) {
      rewrite("a.csv", "other");
      Files.delete(data.resolve("b.csv"));
      Path directory;
      try (var staged = files.stage()) {
        directory = staged.directory();
        assertThat(LocalPaths.expand(staged.localPath())).isEqualTo(list(directory)).hasSize(2);
        assertThat(directory.resolve("a.csv")).hasContent("first");
        assertThat(directory.resolve("b.csv")).hasContent("second");
      }
      assertThat(directory).doesNotExist();
      assertThat(data.resolve("a.csv")).hasContent("other");
      // And once more: the copies are still there.
      try (var staged = files.stage()) {
        assertThat(staged.directory().resolve("b.csv")).hasContent("second");
      }
    }
    assertThat(spool.used()).isZero();
  }

  @Test
  void shouldDoWithoutCopiesWhileNothingChanges() throws IOException {
    try (var small = new SpoolDirectory(parent, 7);
        var files = LocalFiles.of(data + "/*.csv", small)) {
      // One of the two found room.
      assertThat(small.used()).isBetween(5L, 6L);
      var copied = small.used() == 5 ? "a.csv" : "b.csv";
      var other = copied.equals("a.csv") ? "b.csv" : "a.csv";
      rewrite(copied, "changed");
      try (var staged = files.stage()) {
        assertThat(list(staged.directory())).hasSize(2);
        assertThat(staged.directory().resolve(copied))
            .content()
            .endsWith(copied.equals("a.csv") ? "first" : "second");
      }
      assertThat(data.resolve(other)).exists();
      rewrite(other, "changed");
      assertThatThrownBy(files::stage)
          .isInstanceOf(NotSpooledException.class)
          .hasMessageContaining(other)
          .hasMessageContaining("selfheal.spool.maxBytes")
          .hasMessageNotContaining("changed\n");
      assertThat(list(list(parent).get(0))).noneMatch(Files::isDirectory);
    }
  }

  @Test
  void shouldNotCopyLargeFiles() throws IOException {
    try (var roomy = new SpoolDirectory(parent, 1L << 30);
        var large =
            Files.newByteChannel(
                data.resolve("big.csv"),
                java.nio.file.StandardOpenOption.WRITE,
                java.nio.file.StandardOpenOption.CREATE)) {
      large.position(LocalFiles.SMALL).write(java.nio.ByteBuffer.wrap(new byte[] {1}));
      try (var files = LocalFiles.of(data + "/big.csv", roomy)) {
        assertThat(files.unchanged()).isTrue();
        assertThat(roomy.used()).isZero();
        try (var staged = files.stage()) {
          assertThat(staged.directory().resolve("big.csv"))
              .hasSameBinaryContentAs(data.resolve("big.csv"));
        }
        assertThat(data.resolve("big.csv")).exists();
      }
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldKeepTheNameOfALink() throws IOException {
    Files.createSymbolicLink(data.resolve("link.csv"), Path.of("a.csv"));
    try (var none = new SpoolDirectory(parent, 0);
        var files = LocalFiles.of(data + "/link.csv", none);
        var staged = files.stage()) {
      assertThat(LocalPaths.expand(staged.localPath()))
          .containsExactly(staged.directory().toRealPath().resolve("link.csv"));
      assertThat(staged.directory().resolve("link.csv")).hasContent("first");
    }
  }

  @Test
  void shouldSayWhatCannotBeRead() {
    assertThatThrownBy(() -> LocalFiles.of(data.toString(), spool))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a directory");
    assertThatThrownBy(() -> LocalFiles.of(data + "/missing", spool))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing");
    assertThat(spool.used()).isZero();
  }
}
