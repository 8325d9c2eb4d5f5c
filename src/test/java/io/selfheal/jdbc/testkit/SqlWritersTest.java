package io.selfheal.jdbc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts as the well-known writers send them. */
class SqlWritersTest {

  @TempDir Path directory;

  @Test
  void shouldTakeBareNamesAmongInsertedValuesForTheSource() {
    try (var account = new EngineFixture(directory)) {
      account.run("CREATE TABLE t (id INT, n INT)");
      account.run("CREATE TABLE s AS SELECT 1 AS id, 5 AS n");
      account.run(
          "merge into t as dest using s as src on (src.id = dest.id)"
              + " when not matched then insert (\"ID\", \"N\") values (\"ID\", \"N\")");
      assertThat(account.rows("SELECT id, n FROM t")).containsExactly(List.of("1", "5"));
    }
  }

  @Test
  void shouldReadAStageInQuotes() {
    try (var account = new EngineFixture(directory)) {
      account.run("CREATE STAGE \"box\"");
      account.run("COPY INTO @\"box\"/x FROM (SELECT 7, 'seven')");
      assertThat(account.rows("SELECT $2, $1 FROM '@\"box\"/x'"))
          .containsExactly(List.of("seven", "7"));
    }
  }
}
