package io.selfheal.jdbc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine behind the emulator's wire, asked by the real snowflake-jdbc. */
class SqlOverJdbcTest {
  private SnowflakeEmulator emulator;
  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    emulator = SnowflakeEmulator.start(0, H2SqlEngine::new);
    connection = DriverManager.getConnection(emulator.url());
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    emulator.close();
  }

  private int update(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  private List<List<String>> rows(ResultSet result, int... columns) throws SQLException {
    try (result) {
      var rows = new ArrayList<List<String>>();
      while (result.next()) {
        var row = new ArrayList<String>();
        for (int column : columns) {
          row.add(result.getString(column));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  @Test
  void shouldBringEveryTypeThereAndBack() throws SQLException {
    update(
        "create table t (i int, f number(10,2), r float, s varchar(20), b boolean, d date, tm time,"
            + " n timestamp_ntz, l timestamp_ltz, z timestamp_tz, x binary)");
    var date = Date.valueOf("2020-02-29");
    var time = Time.valueOf("12:34:56");
    var timestamp = Timestamp.valueOf("2021-03-04 05:06:07.123456789");
    try (var insert =
        connection.prepareStatement("insert into t values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setInt(1, 7);
      insert.setBigDecimal(2, new BigDecimal("12.50"));
      insert.setDouble(3, 0.25);
      insert.setString(4, "é '");
      insert.setBoolean(5, true);
      insert.setDate(6, date);
      insert.setTime(7, time);
      insert.setTimestamp(8, timestamp);
      insert.setTimestamp(9, timestamp);
      insert.setTimestamp(10, timestamp);
      insert.setBytes(11, new byte[] {0, (byte) 255});
      assertThat(insert.executeUpdate()).isEqualTo(1);
      for (int i = 1; i <= 11; i++) {
        insert.setNull(i, Types.VARCHAR);
      }
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
    try (var statement = connection.createStatement();
        var result = statement.executeQuery("select * from t order by i")) {
      assertThat(result.next()).isTrue();
      assertThat(result.getInt(1)).isEqualTo(7);
      assertThat(result.getString(1)).isEqualTo("7");
      assertThat(result.getBigDecimal(2)).isEqualByComparingTo("12.50");
      assertThat(result.getDouble(3)).isEqualTo(0.25);
      assertThat(result.getString(4)).isEqualTo("é '");
      assertThat(result.getBoolean(5)).isTrue();
      assertThat(result.getDate(6)).isEqualTo(date);
      assertThat(result.getTime(7)).isEqualTo(time);
      assertThat(result.getTimestamp(9)).isEqualTo(timestamp);
      assertThat(result.getTimestamp(10)).isEqualTo(timestamp);
      assertThat(result.getBytes(11)).containsExactly(0, 255);
      assertThat(result.getMetaData().getColumnType(2)).isEqualTo(Types.DECIMAL);
      assertThat(result.getMetaData().getPrecision(2)).isEqualTo(10);
      assertThat(result.getMetaData().getColumnTypeName(9)).isEqualTo("TIMESTAMPLTZ");
      assertThat(result.next()).isTrue();
      for (int i = 1; i <= 11; i++) {
        assertThat(result.getObject(i)).isNull();
      }
      assertThat(result.next()).isFalse();
    }
  }

  @Test
  void shouldCountUpdatesBatchesAndBulkBinds() throws SQLException {
    update("create table t (id int, v varchar)");
    assertThat(update("insert into t values (1, 'a'), (2, 'b')")).isEqualTo(2);
    assertThat(update("update t set v = 'x'")).isEqualTo(2);
    assertThat(
            update(
                "merge into t using (select 2 as id, 'm' as v union all select 3, 'n') s on t.id = s.id"
                    + " when matched then update set v = s.v when not matched then insert values (s.id, s.v)"))
        .isEqualTo(2);
    assertThat(update("delete from t where id = 1")).isEqualTo(1);
    assertThat(update("truncate table t")).isZero();
    int count = 33_000;
    try (var insert = connection.prepareStatement("insert into t values (?, ?)")) {
      for (int i = 0; i < 10; i++) {
        insert.setInt(1, i);
        insert.setString(2, "v" + i);
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).hasSize(10);
      // Enough for the hidden stage SYSTEM$BIND. [S]
      for (int i = 0; i < count; i++) {
        insert.setInt(1, i);
        insert.setString(2, "v" + i);
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).hasSize(count);
    }
    try (var statement = connection.createStatement()) {
      assertThat(
              rows(
                  statement.executeQuery("select count(*), count(distinct id), max(v) from t"),
                  1,
                  2,
                  3))
          .containsExactly(List.of("33010", "33000", "v9999"));
      statement.addBatch("insert into t values (-1, 'x')");
      statement.addBatch("update t set v = 'y' where id = -1");
      assertThat(statement.executeBatch()).containsExactly(1, 1);
    }
  }

  @Test
  void shouldShowItsMetaData() throws SQLException {
    update("create table t (id int not null, v varchar(20) default 'x', primary key (id))");
    update("create temp table tmp (a timestamp_ltz, b number(12,3))");
    update("create view vw as select id from t");
    update("create table child (tid int references t (id))");
    var meta = connection.getMetaData();
    assertThat(rows(meta.getTables("DEMO", "PUBLIC", "%", null), 1, 2, 3, 4))
        .contains(List.of("DEMO", "PUBLIC", "T", "TABLE"), List.of("DEMO", "PUBLIC", "VW", "VIEW"));
    assertThat(rows(meta.getTables("DEMO", "PUBLIC", "T%", new String[] {"TABLE"}), 3))
        .contains(List.of("T"));
    assertThat(rows(meta.getColumns("DEMO", "PUBLIC", "T", "%"), 4, 6, 7, 13, 18))
        .containsExactly(
            Arrays.asList("ID", "NUMBER", "38", null, "NO"),
            List.of("V", "VARCHAR", "20", "x", "YES"));
    assertThat(rows(meta.getColumns("DEMO", "PUBLIC", "TMP", "%"), 4, 6))
        .containsExactly(List.of("A", "TIMESTAMPLTZ"), List.of("B", "NUMBER"));
    assertThat(rows(meta.getPrimaryKeys("DEMO", "PUBLIC", "T"), 3, 4))
        .containsExactly(List.of("T", "ID"));
    assertThat(rows(meta.getImportedKeys("DEMO", "PUBLIC", "CHILD"), 3, 4, 7, 8))
        .containsExactly(List.of("T", "ID", "CHILD", "TID"));
    assertThat(rows(meta.getExportedKeys("DEMO", "PUBLIC", "T"), 7))
        .containsExactly(List.of("CHILD"));
    assertThat(rows(meta.getSchemas(), 1, 2)).contains(List.of("PUBLIC", "DEMO"));
    assertThat(rows(meta.getCatalogs(), 1)).containsExactly(List.of("DEMO"));
    assertThat(rows(meta.getTables("NOSUCH", "PUBLIC", "%", null), 1)).isEmpty();
    assertThat(rows(meta.getProcedures("DEMO", "PUBLIC", "%"), 3)).isEmpty();
    assertThat(rows(meta.getFunctions("DEMO", "PUBLIC", "%"), 3)).isEmpty();
    assertThat(rows(meta.getTablePrivileges("DEMO", "PUBLIC", "T"), 3)).isEmpty();
    try (var prepared = connection.prepareStatement("select id, v from t where id = ?")) {
      assertThat(prepared.getMetaData().getColumnCount()).isEqualTo(2);
      assertThat(prepared.getMetaData().isNullable(1)).isZero();
      assertThat(prepared.getParameterMetaData().getParameterCount()).isEqualTo(1);
    }
  }

  @Test
  void shouldPutUploadCopyAndGet(@TempDir Path folder) throws Exception {
    update("create table t (id int, v varchar)");
    update("create temp stage s");
    var file = Files.writeString(folder.resolve("a.csv"), "1,a\n2,b\n");
    try (var statement = connection.createStatement()) {
      assertThat(rows(statement.executeQuery("put file://" + file + " @s/in"), 2, 7))
          .containsExactly(List.of("a.csv.gz", "UPLOADED"));
      assertThat(rows(statement.executeQuery("put file://" + file + " @s/in"), 7))
          .containsExactly(List.of("SKIPPED"));
      var stream = new ByteArrayInputStream("3,c\n".getBytes(StandardCharsets.UTF_8));
      WithEmulator.vendor(connection, "compressAndUploadStream", "s", "/in", stream, "b.csv");
      assertThat(rows(statement.executeQuery("list @s"), 1))
          .containsExactly(List.of("s/in/a.csv.gz"), List.of("s/in/b.csv.gz"));
      assertThat(update("copy into t from @s/in purge = true")).isEqualTo(3);
      assertThat(rows(statement.executeQuery("list @s"), 1)).isEmpty();
      statement.execute(
          "copy into @s/out/data.csv from t file_format = (type = csv compression = none) single = true");
      var down = Files.createDirectory(folder.resolve("down"));
      assertThat(rows(statement.executeQuery("get @s/out/data.csv file://" + down + "/"), 3))
          .containsExactly(List.of("DOWNLOADED"));
      assertThat(down.resolve("data.csv")).hasContent("1,a\n2,b\n3,c");
    }
  }

  @Test
  void shouldKeepTransactionsAndNamesInStep() throws SQLException {
    update("create table t (id int)");
    connection.setAutoCommit(false);
    update("insert into t values (1)");
    connection.rollback();
    update("insert into t values (2)");
    connection.commit();
    connection.setAutoCommit(true);
    assertThat(emulator.table("T")).containsExactly(List.of("2"));
    update("create schema other");
    assertThat(connection.getSchema()).isEqualTo("OTHER");
    connection.setSchema("PUBLIC");
    assertThat(connection.getSchema()).isEqualTo("PUBLIC");
    assertThat(connection.getCatalog()).isEqualTo("DEMO");
  }

  @Test
  void shouldRunSeveralStatements() throws SQLException {
    try (var statement = connection.createStatement()) {
      WithEmulator.vendor(statement, "setParameter", "MULTI_STATEMENT_COUNT", 0);
      assertThat(
              statement.execute(
                  "create temp table t (i int); insert into t values (1), (2); select count(*) from t"))
          .isFalse();
      // The driver's getMoreResults also says true before an update count. [R]
      statement.getMoreResults();
      assertThat(statement.getUpdateCount()).isEqualTo(2);
      assertThat(statement.getMoreResults()).isTrue();
      assertThat(rows(statement.getResultSet(), 1)).containsExactly(List.of("2"));
    }
  }

  @Test
  void shouldWordErrors() {
    var missing =
        catchThrowableOfType(SQLException.class, () -> update("insert into nosuch values (1)"));
    assertThat(missing.getErrorCode()).isEqualTo(2003);
    assertThat(missing.getSQLState()).isEqualTo("42S02");
  }
}
