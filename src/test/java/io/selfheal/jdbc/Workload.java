package io.selfheal.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One write, made in one of JDBC's ways, and all that the application can see of it: to be compared
 * between a connection that meets a fault and the physical driver's own that meets none.
 */
record Workload(String name, List<String> setup, String sql, Call call, List<String> look) {

  /** A call, giving what the application sees of it. */
  interface Call {
    String of(Connection connection, String sql) throws SQLException;
  }

  static final List<String> TABLES =
      List.of(
          "CREATE OR REPLACE TABLE t (id INT, name VARCHAR)",
          "INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three')",
          "CREATE OR REPLACE TABLE s (id INT, name VARCHAR)",
          "INSERT INTO s VALUES (3, 'drei'), (4, 'vier')",
          "DROP TABLE IF EXISTS made");

  private static final String SUM = "SELECT id || name FROM t ORDER BY 1";
  static final String INSERT = "INSERT INTO t SELECT id, name FROM s";
  private static final String BOUND = "INSERT INTO t (id, name) VALUES (?, ?)";

  static Workload of(String name, String sql, Call call, String... look) {
    return new Workload(name, TABLES, sql, call, look.length == 0 ? List.of(SUM) : List.of(look));
  }

  /** Every kind of statement that lasts, by executeUpdate. */
  static List<Workload> kinds() {
    var made = "SELECT COUNT(*) FROM made";
    return List.of(
        of("insert", INSERT, Workload::update),
        of("update", "UPDATE t SET name = name || '!' WHERE id < 3", Workload::update),
        of("delete", "DELETE FROM t WHERE id = 2", Workload::update),
        of(
            "merge",
            "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = t.name || s.name"
                + " WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)",
            Workload::update),
        of("create", "CREATE TABLE made (id INT)", Workload::update, made),
        of(
            "replace",
            "CREATE OR REPLACE TABLE s AS SELECT * FROM t",
            Workload::update,
            "SELECT id FROM s ORDER BY 1"),
        of("drop", "DROP TABLE s", Workload::update, "SELECT COUNT(*) FROM s"),
        of("truncate", "TRUNCATE TABLE t", Workload::update),
        of("none", "DELETE FROM t WHERE id = 99", Workload::update));
  }

  /** Every way to run one. */
  static List<Workload> ways() {
    return List.of(
        of("executeLargeUpdate", INSERT, Workload::largeUpdate),
        of("execute", INSERT, Workload::execute),
        of("executeQuery", INSERT, Workload::query),
        of(
            "execute DDL",
            "CREATE TABLE made (id INT)",
            Workload::execute,
            "SELECT COUNT(*) FROM made"),
        of("prepared executeUpdate", BOUND, prepared((p, c) -> state(p, p.executeUpdate()))),
        of(
            "prepared executeLargeUpdate",
            BOUND,
            prepared((p, c) -> state(p, p.executeLargeUpdate()))),
        of("prepared execute", BOUND, prepared((p, c) -> state(p, p.execute()))),
        of("prepared executeQuery", BOUND, prepared((p, c) -> rows(p.executeQuery()))),
        of("array batch", BOUND, prepared(Workload::batch)),
        of("text batch", INSERT, Workload::texts));
  }

  void prepare(Connection connection) throws SQLException {
    for (var text : setup) {
      try (var statement = connection.createStatement()) {
        statement.execute(text);
      }
    }
  }

  String run(Connection connection) throws SQLException {
    return call.of(connection, sql);
  }

  /** The tables afterwards. */
  List<List<String>> see(Connection connection) throws SQLException {
    List<List<String>> all = new ArrayList<>();
    for (var text : look) {
      List<String> values = new ArrayList<>();
      try (var statement = connection.createStatement();
          var results = statement.executeQuery(text)) {
        while (results.next()) {
          values.add(results.getString(1));
        }
      } catch (SQLException noSuchTable) {
        values.add("error " + noSuchTable.getErrorCode());
      }
      all.add(values);
    }
    return all;
  }

  @Override
  public String toString() {
    return name;
  }

  private static String update(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return state(statement, statement.executeUpdate(sql));
    }
  }

  private static String largeUpdate(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return state(statement, statement.executeLargeUpdate(sql));
    }
  }

  private static String execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return state(statement, statement.execute(sql));
    }
  }

  private static String query(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return rows(statement.executeQuery(sql));
    }
  }

  private static String texts(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.addBatch("UPDATE s SET name = name || '?'");
      statement.addBatch(sql);
      statement.addBatch("DELETE FROM t WHERE id = 1");
      return Arrays.toString(statement.executeBatch());
    }
  }

  private static String batch(PreparedStatement prepared, Connection connection)
      throws SQLException {
    prepared.addBatch();
    prepared.setInt(1, 8);
    prepared.setString(2, "acht");
    prepared.addBatch();
    return Arrays.toString(prepared.executeBatch()) + Arrays.toString(prepared.executeBatch());
  }

  private interface Prepared {
    String of(PreparedStatement prepared, Connection connection) throws SQLException;
  }

  private static Call prepared(Prepared call) {
    return (connection, sql) -> {
      try (var prepared = connection.prepareStatement(sql)) {
        prepared.setInt(1, 7);
        prepared.setString(2, "sieben");
        return call.of(prepared, connection);
      }
    };
  }

  /** Everything that a statement tells of its last execution. */
  private static String state(Statement statement, Object result) throws SQLException {
    var results = statement.getResultSet();
    return result
        + ", count "
        + statement.getUpdateCount()
        + "/"
        + statement.getLargeUpdateCount()
        + ", rows "
        + (results == null ? null : rows(results))
        + ", more "
        + statement.getMoreResults()
        + "/"
        + statement.getUpdateCount();
  }

  private static String rows(ResultSet results) throws SQLException {
    try (results) {
      var text = new StringBuilder();
      int columns = results.getMetaData().getColumnCount();
      for (int i = 1; i <= columns; i++) {
        text.append(results.getMetaData().getColumnLabel(i)).append(' ');
      }
      while (results.next()) {
        text.append('|');
        for (int i = 1; i <= columns; i++) {
          text.append(results.getString(i)).append(' ');
        }
      }
      return text.toString();
    }
  }
}
