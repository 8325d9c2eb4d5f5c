package io.selfheal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class LocalPathTest {

  private static String path(String sql) {
    return LocalPath.of(Shape.of(sql), sql);
  }

  private static String replaced(String sql, String path) {
    return LocalPath.replace(Shape.of(sql), sql, path);
  }

  @Test
  void shouldUndoubleBackslashesOnlyInQuotes() {
    assertThat(path("PUT 'file:///tmp/a\\\\b' @s")).isEqualTo("/tmp/a\\b");
    assertThat(path("PUT file:///tmp/a\\\\b @s")).isEqualTo("/tmp/a\\\\b");
  }

  @Test
  void shouldSayWhenThereIsNoPath() {
    for (String sql : new String[] {"PUT ? @s", "SELECT 1", "REMOVE @s"}) {
      assertThat(path(sql)).as(sql).isNull();
    }
  }

  @Test
  void shouldReplaceThePath() {
    assertThat(replaced("PUT file:///tmp/x.csv @s/a -- c", "/spool/1/x.csv"))
        .isEqualTo("PUT 'file:///spool/1/x.csv' @s/a -- c");
    assertThat(replaced("put /* a */ 'file:///tmp/a b*' ? PARALLEL=4", "C:\\spool\\a b*"))
        .isEqualTo("put /* a */ 'file://C:\\\\spool\\\\a b*' ? PARALLEL=4");
    assertThat(path(replaced("PUT file:///tmp/x @s", "/a\\b/x"))).isEqualTo("/a\\b/x");
  }

  @Test
  void shouldRefuseWhatThePhysicalDriverCannotRead() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> replaced("PUT file:///tmp/x @s", "/it's/x"));
    assertThatIllegalArgumentException().isThrownBy(() -> replaced("PUT ? @s", "/x"));
    assertThatIllegalArgumentException().isThrownBy(() -> replaced("SELECT 1", "/x"));
  }
}
