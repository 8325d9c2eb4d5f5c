package io.selfheal.jdbc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages, COPY both ways and what is remembered of loaded files. */
class SqlStageTest {
  private EngineFixture sql;

  @BeforeEach
  void open(@TempDir Path directory) {
    sql = new EngineFixture(directory);
    sql.run("create table t (id int, v varchar, d date)");
  }

  @AfterEach
  void close() {
    sql.close();
  }

  private void put(String command, String file, String text) throws IOException {
    var transfer = sql.run(command).transfer();
    assertThat(transfer.upload()).isTrue();
    Files.writeString(Path.of(transfer.directory()).resolve(file), text);
  }

  @Test
  void shouldLoadAndPurge() throws IOException {
    sql.run("create temp stage s file_format = (type = csv field_optionally_enclosed_by = '\"')");
    put(
        "put file:///data/a.csv @s/in/ auto_compress=false",
        "a.csv",
        "1,\"x,\"\"y\",2020-01-02\n2,,\n");
    assertThat(sql.rows("list @s"))
        .singleElement()
        .satisfies(row -> assertThat(row.get(0)).isEqualTo("s/in/a.csv"));
    var copy = sql.run("copy into t from @s/in purge=true");
    assertThat(copy.statementTypeId()).isEqualTo(SqlKind.COPY);
    assertThat(copy.rows().get(0)).startsWith("s/in/a.csv", "LOADED", "2", "2");
    assertThat(sql.engine.table("T"))
        .containsExactly(List.of("1", "x,\"y", "18263"), Arrays.asList("2", null, null));
    assertThat(sql.rows("ls @s")).isEmpty();
    assertThat(sql.engine.history(copy.queryId())).containsEntry("ROWS_INSERTED", 2L);
  }

  @Test
  void shouldPassOverLoadedFilesUntilTheTableIsTruncated() throws IOException {
    put("put 'file:///data/a.csv' '@%t'", "a.csv", "1,a,\n");
    sql.run("copy into t");
    assertThat(sql.value("copy into t from @%t"))
        .isEqualTo("Copy executed with 0 files processed.");
    sql.run("begin");
    sql.run("truncate t");
    assertThat(sql.rows("copy into t from @%t")).hasSize(1);
    sql.run("rollback");
    assertThat(sql.value("copy into t")).isEqualTo("Copy executed with 0 files processed.");
    assertThat(sql.run("copy into t force=true").rows().get(0)).contains("LOADED");
    assertThat(sql.engine.table("T")).hasSize(2);
  }

  @Test
  void shouldUnloadTransformAndGet() throws IOException {
    sql.run("insert into t values (1, 'a', '2020-01-02'), (2, null, null)");
    assertThat(
            sql.rows(
                    "copy into @~/out/ from (select * from t order by id) file_format = (type = csv)")
                .get(0))
        .startsWith("2");
    assertThat(sql.rows("list @~/out"))
        .singleElement()
        .satisfies(row -> assertThat(row.get(0)).isEqualTo("out/data_0_0_0.csv.gz"));
    assertThat(sql.rows("select $1, t.$2 from @~/out t order by 1"))
        .containsExactly(List.of("1", "a"), Arrays.asList("2", null));
    sql.run("create table u (id int, w varchar)");
    assertThat(
            sql.run("copy into u from (select $1::int + 1, upper($2) from @~/out s)").rows().get(0))
        .contains("LOADED");
    assertThat(sql.engine.table("U")).containsExactly(List.of("2", "A"), Arrays.asList("3", null));
    var get = sql.run("get @~/out file:///down/").transfer();
    assertThat(get.upload()).isFalse();
    assertThat(get.localLocation()).isEqualTo("/down/");
    assertThat(get.sourceLocations()).containsExactly("out/data_0_0_0.csv.gz");
    assertThat(sql.rows("remove @~/out")).hasSize(1);
  }

  @Test
  void shouldTellWhatIsWrongWithAFile() throws IOException {
    sql.run("create stage s");
    sql.run("create file format f type = csv skip_header = 1 field_delimiter = '|'");
    put("put file:///data/a.csv @s", "a.csv", "id|v|d\n1|a|2020-01-02\nx|b|\n");
    assertThat(sql.failure("copy into t from @s file_format = (format_name = 'f')").code)
        .isEqualTo(100038);
    assertThat(sql.engine.table("T")).isEmpty();
    var copy = sql.run("copy into t from @s file_format = (format_name = f) on_error = continue");
    assertThat(copy.rows().get(0)).startsWith("s/a.csv", "PARTIALLY_LOADED", "2", "1");
    assertThat(sql.failure("copy into t from @s file_format = (type = json)").code).isEqualTo(2);
    assertThat(sql.failure("list @nosuch").code).isEqualTo(2003);
  }
}
