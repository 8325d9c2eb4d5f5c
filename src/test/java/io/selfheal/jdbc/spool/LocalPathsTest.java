package io.selfheal.jdbc.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.snowflake.client.jdbc.internal.apache.commons.io.FilenameUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LocalPathsTest {

  @TempDir Path temp;

  private List<String> names(String pattern) throws IOException {
    return LocalPaths.expand(temp + "/" + pattern).stream()
        .map(path -> path.getFileName().toString())
        .toList();
  }

  private void make(String... names) throws IOException {
    for (var name : names) {
      Files.createFile(temp.resolve(name));
    }
  }

  @Test
  void shouldMatchLikeThePhysicalDriver() {
    var random = new Random(7);
    for (int i = 0; i < 30_000; i++) {
      var pattern = text(random, "aab**?.");
      var name = text(random, "aaab..");
      if (LocalPaths.matches(pattern, name) != FilenameUtils.wildcardMatch(name, pattern)) {
        fail("%s matches %s only for one of the two", pattern, name);
      }
    }
  }

  private static String text(Random random, String alphabet) {
    var text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  @Test
  void shouldMatchInLinearTime() {
    assertThat(LocalPaths.matches("*a".repeat(100) + "b", "a".repeat(5000))).isFalse();
  }

  @Test
  void shouldExpandTheLastPart() throws IOException {
    make("a1.csv", "a2.csv", "b.csv", ".a3.csv", "A4.csv");
    assertThat(names("a*.csv")).containsExactly("a1.csv", "a2.csv");
    assertThat(names("a?.csv")).containsExactly("a1.csv", "a2.csv");
    assertThat(names("*")).hasSize(5);
    assertThat(names("none*")).isEmpty();
    assertThat(names("b.csv")).containsExactly("b.csv");
    assertThat(names("missing.csv")).containsExactly("missing.csv");
  }

  @Test
  void shouldTakeBracketsAndPercentAsTheyAre() throws IOException {
    make("a[1].csv", "a1.csv", "a%20b.csv", "a b.csv");
    assertThat(names("a[1].csv")).containsExactly("a[1].csv");
    assertThat(names("a%20b.csv")).containsExactly("a%20b.csv");
    assertThat(names("[x]missing.csv")).isEmpty();
  }

  @Test
  void shouldStartAtHomeOrTheWorkingDirectory() throws IOException {
    assertThat(LocalPaths.expand("~/x.csv"))
        .containsExactly(Path.of(System.getProperty("user.home"), "x.csv"));
    assertThat(LocalPaths.expand("x.csv"))
        .containsExactly(Path.of(System.getProperty("user.dir"), "x.csv"));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldFollowLinksOnlyInListings() throws IOException {
    make("target.csv");
    Files.createSymbolicLink(temp.resolve("link.csv"), temp.resolve("target.csv"));
    assertThat(names("link.csv")).containsExactly("link.csv");
    assertThat(names("link*.csv")).containsExactly("target.csv");
  }
}
