package io.selfheal.jdbc.programs;

import io.selfheal.jdbc.SelfHealingConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Does the steps of a program on one connection and tells what it saw. Confined to one thread. */
final class Application implements AutoCloseable {
  /** How it comes by its connection. */
  record Opener(String url, boolean retries) {}

  private final Opener opener;
  private final Path files;
  private final Map<String, PreparedStatement> kept = new HashMap<>();
  private Connection connection;

  Application(Opener opener, Path files) throws SQLException {
    this.opener = opener;
    this.files = files;
    this.connection = DriverManager.getConnection(opener.url);
  }

  /** One connection for all. */
  static Opener once(String url) {
    return new Opener(url, false);
  }

  /** Opens another one after an expiry, and repeats the step. */
  static Opener again(String url) {
    return new Opener(url, true);
  }

  Connection connection() {
    return connection;
  }

  /** All that the caller can see of a step that ends well, or in an ordinary batch error. */
  String run(Step step) throws SQLException {
    try {
      return attempt(step);
    } catch (SQLException e) {
      if (!opener.retries || !Refusal.isExpiry(e)) {
        throw e;
      }
      boolean autocommit = connection.getAutoCommit();
      connection = DriverManager.getConnection(opener.url);
      connection.setAutoCommit(autocommit);
      kept.clear();
      return attempt(step);
    }
  }

  private String attempt(Step step) throws SQLException {
    var sql = step.sql();
    return switch (step.way()) {
      case EXECUTE -> {
        try (var statement = connection.createStatement()) {
          yield all(statement, statement.execute(withFile(sql)));
        }
      }
      case UPDATE -> {
        try (var statement = connection.createStatement()) {
          yield "count " + statement.executeUpdate(sql);
        }
      }
      case QUERY -> {
        try (var statement = connection.createStatement()) {
          yield rows(statement.executeQuery(sql), sql.startsWith("LIST"));
        }
      }
      case PREPARED -> {
        try (var statement = connection.prepareStatement(sql)) {
          yield all(statement, bind(statement, step.binds()).execute());
        }
      }
      case KEPT -> {
        var statement = kept.get(sql);
        if (statement == null) {
          statement = connection.prepareStatement(sql);
          kept.put(sql, statement);
        }
        yield all(statement, bind(statement, step.binds()).execute());
      }
      case ARRAY_BATCH -> arrayBatch(sql, step.binds());
      case TEXT_BATCH -> textBatch(sql);
      case SET_SCHEMA -> {
        connection.setSchema(sql);
        yield connection.getSchema();
      }
      case AUTOCOMMIT_OFF -> autocommit(false);
      case AUTOCOMMIT_ON -> autocommit(true);
      case COMMIT -> {
        connection.commit();
        yield "committed";
      }
      case ROLLBACK -> {
        connection.rollback();
        yield "rolled back";
      }
      case CHECKPOINT -> {
        if (connection.isWrapperFor(SelfHealingConnection.class)) {
          connection.unwrap(SelfHealingConnection.class).checkpoint();
        }
        yield "checkpoint";
      }
      case UPLOAD_STREAM -> upload(sql, step.binds());
    };
  }

  private String autocommit(boolean on) throws SQLException {
    connection.setAutoCommit(on);
    return "autocommit " + connection.getAutoCommit();
  }

  private static PreparedStatement bind(PreparedStatement statement, List<?> binds)
      throws SQLException {
    for (int i = 0; i < binds.size(); i++) {
      if (binds.get(i) instanceof Integer number) {
        statement.setInt(i + 1, number);
      } else {
        statement.setString(i + 1, (String) binds.get(i));
      }
    }
    return statement;
  }

  private String arrayBatch(String sql, List<Object> binds) throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      for (var row : binds) {
        bind(statement, (List<?>) row).addBatch();
      }
      return counts(statement);
    }
  }

  private String textBatch(String texts) throws SQLException {
    try (var statement = connection.createStatement()) {
      for (var text : texts.split("; ")) {
        statement.addBatch(text);
      }
      return counts(statement);
    }
  }

  /** A batch goes on after an error, so that the counts around it are to be seen too. */
  private static String counts(Statement statement) throws SQLException {
    try {
      return "counts " + Arrays.toString(statement.executeBatch());
    } catch (BatchUpdateException e) {
      if (Refusal.of(e) != null || Refusal.isExpiry(e)) {
        throw e;
      }
      return "counts " + Arrays.toString(e.getUpdateCounts()) + " error " + e.getErrorCode();
    }
  }

  private static String all(Statement statement, boolean results) throws SQLException {
    return results ? rows(statement.getResultSet(), false) : "count " + statement.getUpdateCount();
  }

  private static String rows(ResultSet results, boolean firstColumnOnly) throws SQLException {
    try (results) {
      var rows = new ArrayList<List<String>>();
      int columns = firstColumnOnly ? 1 : results.getMetaData().getColumnCount();
      while (results.next()) {
        var row = new ArrayList<String>();
        for (int i = 1; i <= columns; i++) {
          row.add(results.getString(i));
        }
        rows.add(row);
      }
      return "rows " + rows;
    }
  }

  /** {@code ${…}} in a text stands for a file with these lines, the same one in each run. */
  private String withFile(String sql) {
    int from = sql.indexOf("${");
    if (from < 0) {
      return sql;
    }
    int to = sql.indexOf('}', from);
    var lines = sql.substring(from + 2, to);
    var file = files.resolve("f" + Integer.toHexString(lines.hashCode()) + ".csv");
    try {
      if (!Files.exists(file)) {
        // Whole, or not there: other programs of the same run use it, too.
        var part = Files.createTempFile(files, "part", null);
        Files.writeString(part, content(lines));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sql.substring(0, from)
        + "'file://"
        + file.toString().replace('\\', '/')
        + "'"
        + sql.substring(to + 1);
  }

  private static String content(String lines) {
    return lines.replace('|', '\n') + "\n";
  }

  private String upload(String stage, List<Object> binds) throws SQLException {
    var type =
        Arrays.stream(
                new String[] {"net.snowflake.client.api.connection.", "net.snowflake.client.jdbc."})
            .map(in -> type(in + "SnowflakeConnection"))
            .filter(found -> found != null)
            .findFirst()
            .orElseThrow();
    var content =
        new ByteArrayInputStream(content((String) binds.get(1)).getBytes(StandardCharsets.UTF_8));
    boolean line4 = type.getName().contains(".api.");
    var arguments =
        line4
            ? new Object[] {"@" + stage, binds.get(0), content}
            : new Object[] {"@" + stage, "", content, binds.get(0), false};
    var method =
        Arrays.stream(type.getMethods())
            .filter(one -> one.getName().equals("uploadStream"))
            .filter(one -> one.getParameterCount() == arguments.length)
            .findFirst()
            .orElseThrow();
    try {
      method.invoke(connection.unwrap(type), arguments);
      return "uploaded";
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof SQLException failed) {
        throw failed;
      }
      throw new AssertionError(e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException theOtherLine) {
      return null;
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException dead) {
      // A logout from a dead session may fail; what the tables hold by then is what counts.
    }
  }
}
