package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.StatementRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every way to execute every kind of statement, taken over from a dead session: all that the
 * statement tells afterwards is what the physical driver's own tells without a fault.
 */
class AdoptedFormsTest extends HealingFixture {

  private static final List<String> SETUP =
      List.of(
          "CREATE OR REPLACE TABLE t (id INT, name VARCHAR)",
          "INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three')",
          "CREATE OR REPLACE TABLE s (id INT, name VARCHAR)",
          "INSERT INTO s VALUES (3, 'drei'), (4, 'vier')",
          "DROP TABLE IF EXISTS made",
          "CREATE OR REPLACE STAGE box",
          "COPY INTO @box/in FROM s",
          "CREATE OR REPLACE PROCEDURE add(a INT) RETURNS VARCHAR LANGUAGE SQL AS"
              + " $$ BEGIN INSERT INTO t VALUES (:a, 'added'); RETURN 'done'; END $$");

  private static final List<String> LOOK =
      List.of("SELECT id || name FROM t ORDER BY 1", "SELECT COUNT(*) FROM made", "LIST @box");

  @TempDir Path files;

  /** A way to execute a text. */
  enum Form {
    UPDATE(Statement::executeUpdate),
    LARGE_UPDATE(Statement::executeLargeUpdate),
    UPDATE_KEYS((statement, sql) -> statement.executeUpdate(sql, Statement.NO_GENERATED_KEYS)),
    EXECUTE(Statement::execute),
    QUERY((statement, sql) -> rows(statement.executeQuery(sql))),
    PREPARED_UPDATE(null),
    PREPARED_LARGE_UPDATE(null),
    PREPARED_EXECUTE(null),
    PREPARED_QUERY(null);

    private final Run text;

    Form(Run text) {
      this.text = text;
    }

    boolean givesRows() {
      return !name().contains("UPDATE");
    }

    /** Gives what the statement tells. */
    String run(Connection connection, String sql) throws SQLException {
      if (text != null) {
        try (var statement = connection.createStatement()) {
          return told(statement, () -> text.of(statement, sql));
        }
      }
      try (var prepared = connection.prepareStatement(sql)) {
        return told(
            prepared,
            () ->
                switch (this) {
                  case PREPARED_UPDATE -> prepared.executeUpdate();
                  case PREPARED_LARGE_UPDATE -> prepared.executeLargeUpdate();
                  case PREPARED_EXECUTE -> prepared.execute();
                  default -> rows(prepared.executeQuery());
                });
      }
    }
  }

  private interface Run {
    Object of(Statement statement, String sql) throws SQLException;
  }

  private interface Ask {
    Object get() throws SQLException;
  }

  private Map<String, String> kinds(Form form) throws IOException {
    var file = Files.writeString(files.resolve("put.csv"), "7,sieben\n");
    var kinds = new LinkedHashMap<String, String>();
    kinds.put("insert", "INSERT INTO t SELECT id, name FROM s");
    kinds.put("update", "UPDATE t SET name = name || '!' WHERE id < 3");
    kinds.put("delete", "DELETE FROM t WHERE id = 2");
    kinds.put(
        "merge",
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name"
            + " WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)");
    kinds.put("truncate", "TRUNCATE TABLE t");
    kinds.put("load", "COPY INTO t FROM @box/in");
    kinds.put("unload", "COPY INTO @box/out FROM t");
    kinds.put("ctas", "CREATE TABLE made AS SELECT * FROM t");
    kinds.put("create", "CREATE TABLE made (id INT)");
    kinds.put("alter", "ALTER TABLE t ADD COLUMN more INT");
    kinds.put("drop", "DROP TABLE t");
    kinds.put("put", "PUT 'file://" + file + "' @box/put AUTO_COMPRESS = FALSE");
    if (form.givesRows()) {
      // Otherwise it runs, and then only the physical driver words its refusal to give rows.
      kinds.put("remove", "REMOVE @box/in");
      // What executeUpdate says of these rests on what type the server calls them [I].
      kinds.put("call", "CALL add(9)");
      kinds.put("immediate", "EXECUTE IMMEDIATE 'INSERT INTO t VALUES (9, ''nine'')'");
    }
    return kinds;
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void shouldTellWhatThePhysicalDriverTells(Form form) throws Exception {
    Map<String, String> plainly = new LinkedHashMap<>();
    Map<String, String> healed = new LinkedHashMap<>();
    for (var kind : kinds(form).entrySet()) {
      var sql = kind.getValue();
      long before = took(sql);
      try (var plain = DriverManager.getConnection(emulator.url())) {
        prepare(plain);
        plainly.put(kind.getKey(), form.run(plain, sql) + "\n" + see(plain));
        prepare(plain);
      }
      long once = took(sql) - before;
      reconnect("selfheal.verify=full");
      if (once > 0) {
        emulator.faults().expire(ExpiryPoint.WHILE_POLLING, text(sql), Expiry.BOTH_TOKENS);
      }
      healed.put(kind.getKey(), form.run(connection, sql) + "\n" + see());
      // Done twice it is done once.
      boolean again = sql.startsWith("PUT");
      assertThat(took(sql) - before - once).as(kind.getKey()).isEqualTo(again ? 2 * once : once);
      assertThat(emulator.faults().allStruck()).isTrue();
      assertThat(generation()).as(kind.getKey()).isEqualTo(once);
    }
    SoftAssertions.assertSoftly(
        all ->
            healed.forEach(
                (kind, told) -> all.assertThat(told).as(kind).isEqualTo(plainly.get(kind))));
  }

  private static void prepare(Connection plain) throws SQLException {
    for (var text : SETUP) {
      try (var statement = plain.createStatement()) {
        statement.execute(text);
      }
    }
  }

  /** How often that text took effect. */
  private long took(String sql) {
    return emulator.log().stream()
        .filter(one -> one.sql().equals(sql))
        .filter(one -> one.outcome() == StatementRecord.Outcome.RAN)
        .count();
  }

  private String see() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      return see(plain);
    }
  }

  private static String see(Connection plain) {
    List<String> all = new ArrayList<>();
    for (var text : LOOK) {
      all.add(answer(() -> query(plain, text).toString()));
    }
    return all.toString();
  }

  /** All that a statement tells of its last execution. */
  private static String told(Statement statement, Ask execution) {
    List<String> told = new ArrayList<>();
    told.add("gives " + answer(execution));
    told.add("count " + answer(statement::getUpdateCount));
    told.add("large " + answer(statement::getLargeUpdateCount));
    told.add("rows " + answer(() -> rows(statement.getResultSet())));
    told.add("keys " + answer(() -> statement.getGeneratedKeys().next()));
    told.add("warns " + answer(statement::getWarnings));
    told.add("id " + answer(() -> id(statement) != null));
    told.add("more " + answer(statement::getMoreResults));
    told.add("then " + answer(statement::getUpdateCount));
    told.add("closed " + answer(statement::isClosed));
    return String.join("\n", told);
  }

  private static Object id(Statement statement) throws SQLException {
    try {
      var view = statement.unwrap(VendorTypes.STATEMENT);
      return VendorTypes.call(VendorTypes.STATEMENT, view, "getQueryID");
    } catch (SQLException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String answer(Ask ask) {
    try {
      return String.valueOf(ask.get());
    } catch (SQLException e) {
      return "error " + e.getErrorCode() + " " + e.getSQLState();
    }
  }

  private static String rows(ResultSet results) throws SQLException {
    if (results == null) {
      return "none";
    }
    try (results) {
      var text = new StringBuilder();
      var meta = results.getMetaData();
      for (int i = 1; i <= meta.getColumnCount(); i++) {
        text.append(meta.getColumnLabel(i))
            .append(':')
            .append(meta.getColumnTypeName(i))
            .append(' ');
      }
      while (results.next()) {
        text.append('|');
        for (int i = 1; i <= meta.getColumnCount(); i++) {
          text.append(results.getString(i)).append(' ');
        }
      }
      return text.toString();
    }
  }
}
