package io.selfheal.jdbc;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A program's connection, and everything that JDBC told the program: counts and rows. What the
 * program does is counted in steps.
 */
final class Tape {

  /** One step: gives what the program sees of it, or null. */
  interface Step {
    Object run() throws Exception;
  }

  /** What the program does about an error. */
  enum Then {
    STOP,
    TRY_AGAIN,
    /** It has found that the step was done all the same, and goes on. */
    GO_ON
  }

  interface OnError {
    Then after(SQLException error) throws SQLException;
  }

  /** What is noted of a step whose result the program could not get. */
  static final String NOT_SEEN = "not seen";

  final Connection connection;
  private final List<String> seen = new ArrayList<>();
  private IntConsumer eachStep = step -> {};
  private OnError onError = e -> Then.STOP;
  private int steps;

  Tape(Connection connection) {
    this.connection = connection;
  }

  /** Called before each step, numbered from 1. */
  void beforeEachStep(IntConsumer action) {
    eachStep = action;
  }

  /** What the program does about the errors of its steps; a second one in a step stops it. */
  void onError(OnError action) {
    onError = action;
  }

  int steps() {
    return steps;
  }

  List<String> seen() {
    return List.copyOf(seen);
  }

  void note(Object what) {
    seen.add(String.valueOf(what));
  }

  void step(Step step) throws Exception {
    eachStep.accept(++steps);
    Object result;
    try {
      result = step.run();
    } catch (SQLException e) {
      result =
          switch (onError.after(e)) {
            case STOP -> throw e;
            case TRY_AGAIN -> step.run();
            case GO_ON -> NOT_SEEN;
          };
    }
    if (result != null) {
      note(result);
    }
  }

  void update(String... texts) throws Exception {
    for (var sql : texts) {
      step(
          () -> {
            try (var statement = connection.createStatement()) {
              return statement.executeUpdate(sql);
            }
          });
    }
  }

  /** The rows, for a program that decides by them. */
  List<String> query(String sql) throws Exception {
    List<String> lines = new ArrayList<>();
    step(
        () -> {
          try (var statement = connection.createStatement();
              var rows = statement.executeQuery(sql)) {
            lines.addAll(rows(rows));
            return lines;
          }
        });
    return lines;
  }

  void autoCommit(boolean on) throws Exception {
    step(
        () -> {
          connection.setAutoCommit(on);
          return "autocommit " + connection.getAutoCommit();
        });
  }

  void commit() throws Exception {
    step(
        () -> {
          connection.commit();
          return "committed";
        });
  }

  void rollback() throws Exception {
    step(
        () -> {
          connection.rollback();
          return "rolled back";
        });
  }

  /** By {@code execute}, on a statement that may have been opened long ago. */
  void execute(Statement statement, String sql) throws Exception {
    step(() -> result(statement, statement.execute(sql)));
  }

  void execute(String sql) throws Exception {
    try (var statement = connection.createStatement()) {
      execute(statement, sql);
    }
  }

  /** On a statement that may have been prepared long ago. */
  void execute(PreparedStatement prepared, Object... binds) throws Exception {
    bind(prepared, binds);
    step(() -> result(prepared, prepared.execute()));
  }

  void prepared(String sql, Object... binds) throws Exception {
    try (var prepared = connection.prepareStatement(sql)) {
      execute(prepared, binds);
    }
  }

  /** A row for each array of binds. */
  void batch(PreparedStatement prepared, Object[]... rows) throws Exception {
    add(prepared, rows);
    boolean[] tried = new boolean[1];
    step(
        () -> {
          if (tried[0]) {
            prepared.clearBatch();
            add(prepared, rows);
          }
          tried[0] = true;
          return Arrays.toString(prepared.executeBatch());
        });
  }

  private static void add(PreparedStatement prepared, Object[]... rows) throws SQLException {
    for (var row : rows) {
      bind(prepared, row);
      prepared.addBatch();
    }
  }

  void batch(String... texts) throws Exception {
    try (var statement = connection.createStatement()) {
      for (var sql : texts) {
        statement.addBatch(sql);
      }
      step(() -> Arrays.toString(statement.executeBatch()));
    }
  }

  void upload(String stage, String file, String content) throws Exception {
    step(
        () -> {
          var bytes = content.getBytes(StandardCharsets.UTF_8);
          upload(connection, stage, file, new ByteArrayInputStream(bytes));
          return null;
        });
  }

  /** By the vendor's {@code uploadStream}, whose signature differs between the driver's lines. */
  static void upload(Connection connection, String stage, String file, InputStream content)
      throws Exception {
    Object view = connection.unwrap(VendorTypes.CONNECTION);
    if (VendorTypes.CONNECTION.getName().contains(".api.")) {
      VendorTypes.call(VendorTypes.CONNECTION, view, "uploadStream", stage, file, content);
    } else {
      VendorTypes.call(
          VendorTypes.CONNECTION, view, "uploadStream", stage, "", content, file, true);
    }
  }

  private static Object result(Statement statement, boolean isRows) throws SQLException {
    return isRows ? rows(statement.getResultSet()) : statement.getUpdateCount();
  }

  private static void bind(PreparedStatement prepared, Object... binds) throws SQLException {
    for (int i = 0; i < binds.length; i++) {
      prepared.setObject(i + 1, binds[i]);
    }
  }

  static List<String> rows(ResultSet rows) throws SQLException {
    List<String> lines = new ArrayList<>();
    int columns = rows.getMetaData().getColumnCount();
    while (rows.next()) {
      List<String> line = new ArrayList<>();
      for (int i = 1; i <= columns; i++) {
        line.add(rows.getString(i));
      }
      lines.add(String.join("|", line.stream().map(String::valueOf).toList()));
    }
    return lines;
  }
}
