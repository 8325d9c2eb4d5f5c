package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Column;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlH2Text.Param;
import io.selfheal.jdbc.testkit.SqlStages.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** COPY INTO a table. Confined to one statement. */
final class SqlCopy {
  private static final List<String> COLUMNS =
      List.of(
          "file",
          "status",
          "rows_parsed",
          "rows_loaded",
          "error_limit",
          "errors_seen",
          "first_error",
          "first_error_line",
          "first_error_character",
          "first_error_column_name");

  private final SqlRun run;
  private final SqlObject.Table table;
  private final List<SqlObject.TableColumn> columns;
  private final boolean lenient;

  private SqlCopy(
      SqlRun run, SqlObject.Table table, List<SqlObject.TableColumn> columns, boolean lenient) {
    this.run = run;
    this.table = table;
    this.columns = columns;
    this.lenient = lenient;
  }

  static SqlRows load(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.expect("COPY");
    in.expect("INTO");
    var table = run.session.names.table(in.name());
    var columns = new ArrayList<SqlObject.TableColumn>();
    if (in.accept("(")) {
      do {
        var name = in.identifier();
        if (table.column(name) == null) {
          throw SqlErrors.invalidIdentifier(name);
        }
        columns.add(table.column(name));
      } while (in.accept(","));
      in.expect(")");
    } else {
      columns.addAll(table.columns());
    }
    Location location;
    int transformed = -1;
    if (in.isNext("FROM", "(")) {
      in.at += 2;
      transformed = in.at;
      int from = SqlDml.topLevel(in, "FROM");
      in.at = from + 1;
      location = SqlStages.location(run, in);
      in.at = transformed;
      in.skipParenthesis();
    } else if (in.accept("FROM")) {
      location = SqlStages.location(run, in);
    } else {
      // Without FROM a table is loaded from its own stage. [D]
      location =
          new Location("", SqlStages.tableStage(run.session.engine, table), "", SqlOptions.none());
    }
    var options = SqlOptions.read(in);
    in.accept(";");
    in.expectEnd();
    var onError = options.text("ON_ERROR", "ABORT_STATEMENT").toUpperCase(Locale.ROOT);
    if (options.values().containsKey("VALIDATION_MODE")
        || !onError.equals("ABORT_STATEMENT") && !onError.equals("CONTINUE")
        || options.values().containsKey("MATCH_BY_COLUMN_NAME")
            && !options.text("MATCH_BY_COLUMN_NAME", "").equalsIgnoreCase("NONE")) {
      throw SqlErrors.unsupported("this COPY option");
    }
    var copy = new SqlCopy(run, table, columns, onError.equals("CONTINUE"));
    var format = location.format().with(SqlStages.format(run, options));
    int query = transformed;
    return run.session.work.change(
        run,
        inside -> {
          inside.changed.add(table.id());
          return copy.load(inside, location, SqlCsv.of(format), options, query);
        });
  }

  private SqlRows load(
      SqlTransactions.Transaction inside,
      Location location,
      SqlCsv format,
      SqlOptions options,
      int query)
      throws SqlFailure {
    var rows = new ArrayList<List<String>>();
    var files = SqlStages.matching(location.files(), location, options.text("PATTERN", null));
    var wanted = options.list("FILES", null);
    var loaded = new ArrayList<Path>();
    var marks = new ArrayList<String>();
    for (var file : files) {
      var relative = location.name(file).substring(location.path().length()).replaceFirst("^/", "");
      var mark = location.root() + "/" + location.name(file) + " " + md5(file);
      if (wanted != null && !wanted.contains(relative)) {
        continue;
      }
      // A file that was loaded before is passed over, unless its content changed. [D]
      if (!options.flag("FORCE", false)
          && run.session.engine.loads.isLoaded(inside, table.id(), mark)) {
        continue;
      }
      rows.add(query < 0 ? load(location, file, format) : transform(location, file, format, query));
      loaded.add(file);
      marks.add(mark);
    }
    marks.forEach(mark -> run.session.engine.loads.add(inside, table.id(), mark));
    if (options.flag("PURGE", false)) {
      for (var file : loaded) {
        delete(file);
      }
    }
    if (rows.isEmpty()) {
      return new SqlRows(
          List.of(SqlType.TEXT.column("status", true)),
          List.of(List.of("Copy executed with 0 files processed.")));
    }
    return new SqlRows(columns(), rows);
  }

  private static String md5(Path file) {
    try {
      return SqlStages.md5(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Column> columns() {
    return COLUMNS.stream()
        .map(
            name ->
                (switch (name) {
                      case "file", "status", "first_error", "first_error_column_name" ->
                          SqlType.TEXT;
                      default -> SqlType.INTEGER;
                    })
                    .column(name, true))
        .toList();
  }

  private List<String> load(Location location, Path file, SqlCsv format) throws SqlFailure {
    var names =
        String.join(
            ", ", columns.stream().map(column -> SqlTranslator.quote(column.name())).toList());
    var sql =
        "INSERT INTO "
            + table.h2()
            + " ("
            + names
            + ") VALUES ("
            + String.join(", ", columns.stream().map(c -> "?").toList())
            + ")";
    var rows = format.parse(SqlCsv.text(file));
    if (!lenient && loadAtOnce(sql, rows, format)) {
      var count = Integer.toString(rows.size());
      return Arrays.asList(
          location.shown(file), "LOADED", count, count, "1", "0", null, null, null, null);
    }
    long parsed = 0;
    long loaded = 0;
    SqlFailure first = null;
    long firstLine = 0;
    for (var row : rows) {
      parsed++;
      try {
        run.update(new SqlH2Text(sql, params(row, format)), 0);
        loaded++;
      } catch (SqlFailure e) {
        if (!lenient || e.code == 604) {
          throw new SqlFailure(
              e.code,
              e.sqlState,
              e.getMessage()
                  + "\n  File '"
                  + location.shown(file)
                  + "', line "
                  + (parsed + format.skip()));
        }
        firstLine = first == null ? parsed + format.skip() : firstLine;
        first = first == null ? e : first;
      }
    }
    var status = parsed == loaded ? "LOADED" : loaded == 0 ? "LOAD_FAILED" : "PARTIALLY_LOADED";
    return Arrays.asList(
        location.shown(file),
        status,
        Long.toString(parsed),
        Long.toString(loaded),
        lenient ? Long.toString(parsed) : "1",
        Long.toString(parsed - loaded),
        first == null ? null : first.getMessage(),
        first == null ? null : Long.toString(firstLine),
        null,
        null);
  }

  /** False where a row is bad: then they go one by one, to tell which. */
  private boolean loadAtOnce(String sql, List<List<String>> rows, SqlCsv format) throws SqlFailure {
    try {
      var all = new ArrayList<List<Param>>();
      for (var row : rows) {
        if (row.size() != columns.size() && format.checkCount()) {
          return false;
        }
        all.add(params(row, format));
      }
      var before = run.session.work.connection().setSavepoint();
      try {
        run.insertAll(sql, all);
        return true;
      } catch (SqlFailure bad) {
        run.session.work.connection().rollback(before);
        run.checkCancelled();
        return false;
      }
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    }
  }

  private List<Param> params(List<String> row, SqlCsv format) throws SqlFailure {
    if (row.size() != columns.size() && format.checkCount()) {
      throw new SqlFailure(
          100080,
          "22000",
          "Number of columns in file ("
              + row.size()
              + ") does not match that of the corresponding table ("
              + columns.size()
              + "), use file format option error_on_column_count_mismatch=false to ignore this error");
    }
    var params = new ArrayList<Param>();
    for (int i = 0; i < columns.size(); i++) {
      params.add(new Param(0, null, value(columns.get(i), i < row.size() ? row.get(i) : null)));
    }
    return params;
  }

  private Object value(SqlObject.TableColumn column, String text) throws SqlFailure {
    boolean read = text != null && SqlValues.needsReading(column.type());
    return read ? SqlValues.fromText(column.type(), text, run.zone()) : text;
  }

  /** COPY INTO t FROM (SELECT $1, … FROM @stage): the query over one file at a time. */
  private List<String> transform(Location location, Path file, SqlCsv format, int query)
      throws SqlFailure {
    var names =
        String.join(
            ", ", columns.stream().map(column -> SqlTranslator.quote(column.name())).toList());
    run.in.at = query;
    var to =
        new SqlTranslator(run, run.in)
            .emit("INSERT INTO " + table.h2() + " (" + names + ")")
            .staged(rows(format, List.of(file)));
    long loaded = run.update(to.subquery().done(), 0);
    var count = Long.toString(loaded);
    return Arrays.asList(
        location.shown(file), "LOADED", count, count, "1", "0", null, null, null, null);
  }

  /** Staged files as a table of $1, $2, … */
  static SqlRows rows(SqlCsv format, List<Path> files) {
    var rows = new ArrayList<List<String>>();
    for (var file : files) {
      rows.addAll(format.parse(SqlCsv.text(file)));
    }
    int width = Math.max(1, rows.stream().mapToInt(List::size).max().orElse(1));
    var columns = new ArrayList<Column>();
    for (int i = 1; i <= width; i++) {
      columns.add(SqlType.TEXT.column("$" + i, true));
    }
    var even = new ArrayList<List<String>>();
    for (var row : rows) {
      even.add(Arrays.asList(row.toArray(new String[width])));
    }
    return new SqlRows(columns, even);
  }
}
