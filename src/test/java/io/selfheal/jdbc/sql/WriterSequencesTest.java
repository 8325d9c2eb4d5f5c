package io.selfheal.jdbc.sql;

import static io.selfheal.jdbc.sql.Kind.DDL;
import static io.selfheal.jdbc.sql.Kind.FILE;
import static io.selfheal.jdbc.sql.Kind.TEMP_DDL;
import static io.selfheal.jdbc.sql.Kind.TRANSACTION;
import static io.selfheal.jdbc.sql.Kind.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the well-known writers send, statement by statement. */
class WriterSequencesTest {

  private static Kind[] kinds(String... texts) {
    return Arrays.stream(texts).map(text -> Shape.of(text).kind()).toArray(Kind[]::new);
  }

  @Test
  void shouldReadWritePandas() {
    assertThat(
            kinds(
                "CREATE SCOPED TEMPORARY STAGE /* Python:write_pandas() */ identifier(?)"
                    + " FILE_FORMAT=(TYPE=PARQUET COMPRESSION=snappy BINARY_AS_TEXT=FALSE)",
                "PUT /* Python:write_pandas() */ 'file:///tmp/tmpx/file0.txt' ? PARALLEL=4",
                "CREATE SCOPED TEMPORARY FILE FORMAT identifier(?) TYPE=PARQUET COMPRESSION=auto",
                "CREATE TABLE IF NOT EXISTS identifier(?) (\"A\" NUMBER, \"B\" TEXT)",
                "TRUNCATE TABLE identifier(?)",
                "COPY INTO identifier(?) /* Python:write_pandas() */ (\"A\", \"B\") FROM (SELECT"
                    + " $1:\"A\",$1:\"B\" FROM '@\"stage\"') FILE_FORMAT=(TYPE=PARQUET)"
                    + " PURGE=TRUE ON_ERROR=?",
                "DROP TABLE IF EXISTS identifier(?)",
                "ALTER TABLE identifier(?) RENAME TO identifier(?)"))
        .containsExactly(TEMP_DDL, FILE, TEMP_DDL, DDL, WRITE, WRITE, DDL, DDL);
  }

  @Test
  void shouldReadSpark() {
    assertThat(
            kinds(
                "create temporary stage if not exists spark_connector_unload_stage_x",
                "START TRANSACTION NAME spark_connector_tx_1",
                "truncate spark_t",
                "copy into spark_t FROM @spark_stage/x/ FILE_FORMAT = ( TYPE=CSV"
                    + " FIELD_OPTIONALLY_ENCLOSED_BY='\"' NULL_IF= () )",
                "commit",
                "alter table t_staging swap with t"))
        .containsExactly(TEMP_DDL, TRANSACTION, WRITE, WRITE, TRANSACTION, DDL);
  }

  @Test
  void shouldReadDbt() {
    assertThat(
            kinds(
                "/* {\"app\": \"dbt\", \"node_id\": \"model.a;b\"} */\n"
                    + "create or replace temporary table db.s.t__dbt_tmp\n  as (select * from x)",
                "begin;",
                "merge into db.s.t as DBT_INTERNAL_DEST using db.s.t__dbt_tmp as"
                    + " DBT_INTERNAL_SOURCE on (1=1) when not matched then insert (\"A\")"
                    + " values (\"A\")\n\n;",
                "COMMIT",
                "drop view if exists db.s.t__dbt_tmp cascade"))
        .containsExactly(TEMP_DDL, TRANSACTION, WRITE, TRANSACTION, DDL);
  }

  @Test
  void shouldReadTheJdbcLoader() {
    assertThat(
            kinds(
                "CREATE TEMPORARY TABLE \"DB\".\"S\".\"LOADER_1\" LIKE \"DB\".\"S\".\"T\"",
                "PUT 'file:///tmp/x/stream_1' '@~/x/' parallel=10 overwrite=true",
                "COPY INTO \"DB\".\"S\".\"LOADER_1\" (\"A\") FROM '@~/x/' on_error='CONTINUE'"
                    + " file_format=(field_optionally_enclosed_by='\"')",
                "DELETE FROM \"T\" USING \"LOADER_1\" S WHERE T.A = S.A",
                "INSERT INTO \"T\" (\"A\") SELECT * FROM \"LOADER_1\"",
                "MERGE INTO \"T\" T USING \"LOADER_1\" AS S ON T.A = S.A"
                    + " WHEN MATCHED THEN UPDATE SET T.B = S.B",
                "RM '@~/x/'"))
        .containsExactly(TEMP_DDL, FILE, WRITE, WRITE, WRITE, WRITE, FILE);
  }

  @Test
  void shouldReadWhatThePhysicalDriverSends() {
    assertThat(Shape.of("use database \"My Db\"").use().target())
        .isEqualTo(ObjectName.parse("\"My Db\""));
    assertThat(
            kinds(
                "CREATE TEMPORARY STAGE SYSTEM$BIND file_format=( type=csv )",
                "put file:///tmp/placeholder '@SYSTEM$BIND/1' overwrite=true"))
        .containsExactly(TEMP_DDL, FILE);
  }
}
