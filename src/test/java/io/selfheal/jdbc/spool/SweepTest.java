package io.selfheal.jdbc.spool;

import static io.selfheal.jdbc.spool.SpoolDirectoryTest.list;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What killed processes left is removed by the next one, and nothing else. */
class SweepTest {

  @TempDir Path parent;
  private String dead;

  @BeforeEach
  void endAProcess() throws Exception {
    var process = new ProcessBuilder(java(), "-version").redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    dead = OwnerName.PREFIX + process.pid() + "-1700000000000-0123456789abcdef";
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String location(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  private Process spawn(String how) throws Exception {
    var path =
        String.join(
            System.getProperty("path.separator"),
            location(SpoolMain.class),
            location(SpoolDirectory.class),
            location(LoggerFactory.class));
    var process =
        new ProcessBuilder(java(), "-cp", path, SpoolMain.class.getName(), parent.toString(), how)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    return process;
  }

  private void sweep() throws IOException {
    Sweep.sweep(parent, Files.getOwner(parent));
  }

  private Path leftOver(String name) throws IOException {
    var directory = Files.createDirectory(parent.resolve(name));
    Files.writeString(directory.resolve("1"), "content");
    Files.createFile(directory.resolve(SpoolHome.LOCK));
    var stage = Files.createDirectory(directory.resolve("stage-1"));
    Files.writeString(stage.resolve("data.csv"), "content");
    return directory;
  }

  @Test
  void shouldRemoveWhatTheDeadLeft() throws IOException {
    leftOver(dead);
    sweep();
    assertThat(list(parent)).isEmpty();
  }

  @Test
  void shouldKeepWhatIsAliveOrNotOurs() throws IOException {
    leftOver(OwnerName.fresh());
    leftOver(OwnerName.PREFIX + "notes");
    leftOver(dead + "0");
    Files.writeString(parent.resolve(dead), "a file");
    var before = list(parent);
    sweep();
    assertThat(list(parent)).isEqualTo(before);
  }

  @Test
  void shouldRemoveWhatAnEarlierProcessOfTheSameNumberLeft() throws IOException {
    leftOver(OwnerName.PREFIX + ProcessHandle.current().pid() + "-1000-0123456789abcdef");
    sweep();
    assertThat(list(parent)).isEmpty();
  }

  @Test
  void shouldKeepWhatALockSaysIsUsed() throws IOException {
    // As by a process in another container, whose number means nothing here.
    var directory = leftOver(dead);
    try (var channel =
        FileChannel.open(directory.resolve(SpoolHome.LOCK), StandardOpenOption.WRITE)) {
      channel.lock();
      sweep();
      assertThat(directory.resolve("1")).exists();
    }
    sweep();
    assertThat(list(parent)).isEmpty();
  }

  @Test
  void shouldGiveAStarterTimeForItsLock() throws IOException {
    var directory = leftOver(dead);
    Files.delete(directory.resolve(SpoolHome.LOCK));
    sweep();
    assertThat(directory).exists();
    Files.setLastModifiedTime(directory, FileTime.from(Instant.now().minusSeconds(600)));
    sweep();
    assertThat(list(parent)).isEmpty();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldNotFollowLinks(@TempDir Path elsewhere) throws IOException {
    var precious = Files.writeString(elsewhere.resolve("precious"), "content");
    Files.createFile(elsewhere.resolve(SpoolHome.LOCK));
    var link = parent.resolve(dead.replace("abcdef", "000000"));
    Files.createSymbolicLink(link, elsewhere);
    var directory = leftOver(dead);
    Files.createSymbolicLink(directory.resolve("directory"), elsewhere);
    Files.createSymbolicLink(directory.resolve("file"), precious);
    Files.createLink(directory.resolve("hard"), precious);
    sweep();
    assertThat(list(parent)).containsExactly(link);
    assertThat(precious).hasContent("content");
  }

  @Test
  void shouldLeaveNothingWhenTheProcessEnds() throws Exception {
    var process = spawn("end");
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(list(parent)).isEmpty();
  }

  @Test
  void shouldSweepAfterAProcessThatWasKilled() throws Exception {
    var process = spawn("wait");
    assertThat(list(parent)).hasSize(1);
    sweep();
    assertThat(list(parent)).hasSize(1);
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    var left = list(parent).get(0);
    try (var spool = new SpoolDirectory(parent, 10)) {
      spool.create();
      assertThat(list(parent)).hasSize(1).doesNotContain(left);
    }
  }
}
