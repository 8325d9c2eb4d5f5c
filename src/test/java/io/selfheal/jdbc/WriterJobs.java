package io.selfheal.jdbc;

import static io.selfheal.jdbc.Job.ROWS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the well-known writers send, in JDBC's words; their Parquet files are CSV here, as that is
 * what the emulator reads.
 */
final class WriterJobs {

  private static final String STAGE = "DEMO.PUBLIC.\"pandas_stage\"";
  private static final String FORMAT = "DEMO.PUBLIC.\"pandas_format\"";

  private WriterJobs() {}

  static List<Job> all(Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("file0.txt"), ROWS);
    return List.of(
        Job.of("write_pandas, append", tape -> pandasAppends(tape, file)),
        Job.of("write_pandas, overwrite", tape -> pandasOverwrites(tape, file))
            .with("DROP TABLE IF EXISTS target_new"),
        Job.of("write_pandas, temporary table", tape -> pandasIntoTemp(tape, file)),
        Job.of("Spark", WriterJobs::spark)
            .with(
                "CREATE OR REPLACE TABLE target_staging LIKE target",
                "INSERT INTO target_staging VALUES (98, 98)")
            .looking("SELECT id, n FROM target_staging ORDER BY 1, 2"),
        Job.of("dbt", WriterJobs::dbt)
            .with(
                "CREATE OR REPLACE TABLE source AS SELECT 1 AS id, 5 AS n UNION ALL SELECT 3, 30"),
        Job.of("JDBC Loader", tape -> loader(tape, file)));
  }

  private static void pandasStage(Tape tape, Path file) throws Exception {
    tape.prepared(
        "CREATE SCOPED TEMPORARY STAGE /* Java:write_pandas() */ identifier(?)"
            + " FILE_FORMAT=(TYPE=CSV)",
        STAGE);
    tape.execute("PUT /* Java:write_pandas() */ 'file://" + file + "' '@" + STAGE + "' PARALLEL=4");
    tape.prepared(
        "CREATE SCOPED TEMPORARY FILE FORMAT identifier(?) /* Java:write_pandas() */ TYPE=CSV",
        FORMAT);
  }

  private static void pandasCopy(Tape tape, String table) throws Exception {
    tape.prepared(
        "COPY INTO identifier(?) /* Java:write_pandas() */ (\"ID\", \"N\") FROM (SELECT $1, $2 FROM '@"
            + STAGE
            + "') FILE_FORMAT=(FORMAT_NAME='"
            + FORMAT
            + "') PURGE=TRUE ON_ERROR=abort_statement",
        table);
  }

  private static void pandasAppends(Tape tape, Path file) throws Exception {
    pandasStage(tape, file);
    tape.prepared("CREATE TABLE IF NOT EXISTS identifier(?) (\"ID\" INT, \"N\" INT)", "target");
    pandasCopy(tape, "target");
    tape.query("SELECT id, n FROM target ORDER BY 1, 2");
  }

  private static void pandasOverwrites(Tape tape, Path file) throws Exception {
    pandasStage(tape, file);
    tape.prepared("CREATE TABLE IF NOT EXISTS identifier(?) (\"ID\" INT, \"N\" INT)", "target_new");
    tape.prepared("TRUNCATE TABLE identifier(?)", "target_new");
    pandasCopy(tape, "target_new");
    tape.prepared("DROP TABLE IF EXISTS identifier(?)", "target");
    tape.prepared("ALTER TABLE identifier(?) RENAME TO target", "target_new");
    tape.query("SELECT id, n FROM target ORDER BY 1, 2");
  }

  private static void pandasIntoTemp(Tape tape, Path file) throws Exception {
    pandasStage(tape, file);
    tape.prepared(
        "CREATE SCOPED TEMPORARY TABLE IF NOT EXISTS identifier(?) (\"ID\" INT, \"N\" INT)",
        "staging");
    pandasCopy(tape, "staging");
    tape.update(Job.MERGE);
    tape.prepared("DROP TABLE IF EXISTS identifier(?)", "staging");
  }

  private static void spark(Tape tape) throws Exception {
    tape.execute("alter session set timezone = 'UTC'");
    tape.execute("create temporary stage if not exists spark_stage");
    tape.upload("@spark_stage", "0.csv", ROWS);
    tape.execute("START TRANSACTION NAME spark_connector_tx_1");
    tape.execute("truncate target_staging");
    tape.execute(
        "copy into target_staging FROM @spark_stage/ FILE_FORMAT = ( TYPE=CSV"
            + " FIELD_OPTIONALLY_ENCLOSED_BY='\"' NULL_IF= () )");
    tape.execute("insert into target_staging select id, n from target");
    tape.query("select count(*) from target_staging");
    tape.execute("commit");
    tape.execute("alter table target_staging swap with target");
    tape.query("select id, n from target order by 1, 2");
  }

  private static void dbt(Tape tape) throws Exception {
    tape.execute(
        "/* {\"app\": \"dbt\", \"node_id\": \"model.a;b\"} */\n"
            + "create or replace temporary table demo.public.staging\n"
            + "  as (select id, n from demo.public.source)");
    tape.query("describe table demo.public.staging");
    tape.execute("begin;");
    tape.execute(
        "merge into demo.public.target as DBT_INTERNAL_DEST\n"
            + "  using demo.public.staging as DBT_INTERNAL_SOURCE\n"
            + "  on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)\n"
            + "  when matched then update set n = DBT_INTERNAL_DEST.n + DBT_INTERNAL_SOURCE.n\n"
            + "  when not matched then insert (\"ID\", \"N\") values (\"ID\", \"N\")\n\n;");
    tape.execute("COMMIT");
    tape.execute("drop table if exists demo.public.staging cascade");
  }

  private static void loader(Tape tape, Path file) throws Exception {
    tape.execute("CREATE TEMPORARY TABLE \"DEMO\".\"PUBLIC\".\"STAGING\" LIKE \"TARGET\"");
    tape.execute("CREATE TEMPORARY STAGE box");
    tape.execute("PUT 'file://" + file + "' '@box/x/' parallel=10 overwrite=true");
    tape.execute(
        "COPY INTO \"DEMO\".\"PUBLIC\".\"STAGING\" (\"ID\", \"N\") FROM '@box/x/'"
            + " on_error='CONTINUE' file_format=(field_optionally_enclosed_by='\"')");
    tape.execute("DELETE FROM \"TARGET\" T USING \"STAGING\" S WHERE T.id = S.id AND S.n = 30");
    tape.execute("INSERT INTO \"TARGET\" (\"ID\", \"N\") SELECT id + 10, n FROM \"STAGING\"");
    tape.execute(
        "MERGE INTO \"TARGET\" T USING \"STAGING\" AS S ON T.id = S.id"
            + " WHEN MATCHED THEN UPDATE SET T.n = T.n + S.n");
    tape.execute("DROP TABLE \"STAGING\"");
  }
}
