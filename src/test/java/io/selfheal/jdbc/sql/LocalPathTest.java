package io.selfheal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalPathTest {

  private static LocalPath path(String sql) {
    LocalPath path = LocalPath.of(Shape.of(sql), sql);
    assertThat(path).as(sql).isNotNull();
    return path;
  }

  private static String replaced(String sql, String path) {
    return LocalPath.replace(Shape.of(sql), sql, path);
  }

  @Test
  void shouldPartDirectoryAndName() {
    LocalPath glob = path("PUT file:///tmp/dir/part-*.cs? @s/a OVERWRITE = TRUE");
    assertThat(glob.directory()).isEqualTo(Path.of("/tmp/dir"));
    assertThat(glob.pattern()).isEqualTo("part-*.cs?");
    assertThat(glob.hasWildcards()).isTrue();
    LocalPath file = path("put 'file:///tmp/a b.csv' @s");
    assertThat(file.directory()).isEqualTo(Path.of("/tmp"));
    assertThat(file.pattern()).isEqualTo("a b.csv");
    assertThat(file.hasWildcards()).isFalse();
  }

  @Test
  void shouldBeginWhereThePhysicalDriverBegins() {
    assertThat(path("PUT file://~/x.csv @s").directory())
        .isEqualTo(Path.of(System.getProperty("user.home")));
    assertThat(path("PUT file://data/x.csv @s").directory())
        .isEqualTo(Path.of(System.getProperty("user.dir"), "data"));
  }

  @Test
  void shouldUndoubleBackslashesOnlyInQuotes() {
    assertThat(path("PUT 'file:///tmp/a\\\\b' @s").pattern()).isEqualTo("a\\b");
    assertThat(path("PUT file:///tmp/a\\\\b @s").pattern()).isEqualTo("a\\\\b");
  }

  @Test
  void shouldSayWhenThereIsNoPath() {
    for (String sql : new String[] {"PUT ? @s", "PUT file:///tmp/ @s", "SELECT 1", "REMOVE @s"}) {
      assertThat(LocalPath.of(Shape.of(sql), sql)).as(sql).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "x.csv, x.csv, true",
    "x.csv, X.csv, false",
    "*, anything, true",
    "*.csv, .csv, true",
    "*.csv, a.csv.gz, false",
    "a*b*c, a1b2b3c, true",
    "a*b*c, a1b2b3, false",
    "?.csv, .csv, false",
    "a?, ab, true",
    "a?, a, false",
    "a**, a, true",
    "[ab].csv, a.csv, false",
    "[ab].csv, [ab].csv, true",
    "{a}.csv, a.csv, false",
  })
  void shouldMatchNamesAsThePhysicalDriverDoes(String pattern, String name, boolean matches) {
    assertThat(path("PUT 'file:///tmp/" + pattern + "' @s").matches(name)).isEqualTo(matches);
  }

  @Test
  void shouldTakeReasonableTimeForManyStars() {
    String sql = "PUT file:///tmp/" + "a*".repeat(200) + "b @s";
    assertThat(path(sql).matches("a".repeat(2_000))).isFalse();
  }

  @Test
  void shouldReplaceThePath() {
    assertThat(replaced("PUT file:///tmp/x.csv @s/a -- c", "/spool/1/x.csv"))
        .isEqualTo("PUT 'file:///spool/1/x.csv' @s/a -- c");
    assertThat(replaced("put /* a */ 'file:///tmp/a b*' ? PARALLEL=4", "C:\\spool\\a b*"))
        .isEqualTo("put /* a */ 'file://C:\\\\spool\\\\a b*' ? PARALLEL=4");
    String sql = "PUT file:///tmp/x @s";
    String moved = replaced(sql, "/a\\b/x");
    LocalPath again = LocalPath.of(Shape.of(moved), moved);
    assertThat(again).isNotNull();
    assertThat(again.directory()).isEqualTo(Path.of("/a\\b"));
  }

  @Test
  void shouldRefuseWhatThePhysicalDriverCannotRead() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> replaced("PUT file:///tmp/x @s", "/it's/x"));
    assertThatIllegalArgumentException().isThrownBy(() -> replaced("PUT ? @s", "/x"));
    assertThatIllegalArgumentException().isThrownBy(() -> replaced("SELECT 1", "/x"));
  }
}
