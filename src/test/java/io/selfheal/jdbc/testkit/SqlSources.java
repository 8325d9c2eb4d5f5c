package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlH2Text.Param;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import io.selfheal.jdbc.testkit.SqlToken.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The FROM half of {@link SqlTranslator}: tables, views, VALUES, table functions, stages, earlier
 * states of a table. Confined to one thread.
 */
final class SqlSources {
  private static final Set<String> NO_ALIAS =
      Set.of(
          "ON",
          "JOIN",
          "INNER",
          "LEFT",
          "RIGHT",
          "FULL",
          "CROSS",
          "NATURAL",
          "WHERE",
          "GROUP",
          "ORDER",
          "HAVING",
          "QUALIFY",
          "LIMIT",
          "OFFSET",
          "FETCH",
          "UNION",
          "INTERSECT",
          "EXCEPT",
          "MINUS",
          "USING",
          "SET",
          "WHEN",
          "AT",
          "BEFORE",
          "SELECT",
          "VALUES",
          "WINDOW",
          "FOR",
          "TABLESAMPLE",
          "SAMPLE",
          "PIVOT",
          "UNPIVOT",
          "ASOF",
          "MATCH_RECOGNIZE",
          "LATERAL",
          "CHANGES",
          "WITH",
          "FROM",
          "START",
          "CONNECT");

  private final SqlRun run;
  private final SqlTranslator to;
  private final String database;
  private final String schema;
  private String valuesNames;
  private SqlRows staged;

  /** Unqualified names are of this database and schema, or if null of the session's. */
  SqlSources(SqlRun run, SqlTranslator to, String database, String schema) {
    this.run = run;
    this.to = to;
    this.database = database;
    this.schema = schema;
  }

  /** One item of a FROM clause, with an alias where H2 would not know it by its Snowflake name. */
  void one() throws SqlFailure {
    if (to.in.isNext("LATERAL") || to.in.isNext("FLATTEN", "(")) {
      throw SqlErrors.unsupported("LATERAL");
    } else if (to.in.accept("(")) {
      if (to.in.isNext("VALUES")) {
        values();
        to.in.expect(")");
        valuesAlias();
      } else {
        to.emit("(");
        to.source();
        to.in.expect(")");
        to.emit(")");
      }
    } else if (to.in.isNext("VALUES")) {
      values();
      valuesAlias();
    } else if (to.in.isNext("TABLE", "(")) {
      to.in.at += 2;
      tableFunction();
    } else if (isStage(to.in.peek())) {
      stage();
    } else {
      relation(to.in.name());
    }
  }

  /** {@code @stage/path}, or with quotes as write_pandas has it. */
  static boolean isStage(SqlToken token) {
    return token.kind() == Kind.LOCATION
        || token.kind() == Kind.STRING && token.value().startsWith("@");
  }

  private void values() throws SqlFailure {
    to.emit("(");
    to.in.expect("VALUES");
    to.emit("VALUES");
    var probe = new SqlCursor(to.in.text, to.in.tokens, run);
    probe.at = to.in.at;
    probe.expect("(");
    int columns = 1;
    for (int level = 1; level > 0; probe.at++) {
      var token = probe.peek();
      if (token.kind() == Kind.END) {
        throw SqlErrors.unexpected(token);
      }
      level += token.is("(") ? 1 : token.is(")") ? -1 : 0;
      columns += level == 1 && token.is(",") ? 1 : 0;
    }
    var names = new ArrayList<String>();
    for (int i = 1; i <= columns; i++) {
      names.add("COLUMN" + i);
    }
    valuesNames = String.join(", ", names);
    do {
      to.in.expect("(");
      to.emit("(");
      to.plain();
      to.in.expect(")");
      to.emit(")");
      if (to.in.isNext(",", "(")) {
        to.emit(",");
      }
    } while (to.in.isNext(",", "(") && to.in.accept(","));
    to.emit(")");
  }

  private void valuesAlias() throws SqlFailure {
    var alias = "VALUES";
    if (to.in.accept("AS") || hasAlias()) {
      alias = to.in.identifier();
    }
    to.emit("AS " + SqlTranslator.quote(alias));
    if (!to.in.isNext("(")) {
      to.emit("(" + valuesNames + ")");
    }
  }

  boolean hasAlias() {
    var token = to.in.peek();
    return token.kind() == Kind.QUOTED
        || token.is("AS")
        || token.kind() == Kind.WORD && !NO_ALIAS.contains(token.value());
  }

  void staged(SqlRows rows) {
    this.staged = rows;
  }

  private void stage() throws SqlFailure {
    var location = SqlStages.location(run, to.in);
    var options = SqlOptions.none();
    if (to.in.accept("(")) {
      options = SqlOptions.read(to.in);
      to.in.expect(")");
    }
    if (staged == null) {
      var files = SqlStages.matching(location.files(), location, options.text("PATTERN", null));
      staged =
          SqlCopy.rows(SqlCsv.of(location.format().with(SqlStages.format(run, options))), files);
    }
    rows(staged);
    staged = null;
    alias("STAGE");
  }

  private void tableFunction() throws SqlFailure {
    var token = to.in.peek();
    if (token.kind() == Kind.STRING || token.kind() == Kind.VARIABLE || token.kind() == Kind.BIND) {
      to.in.next();
      to.in.expect(")");
      relation(
          new SqlCursor(token.kind() == Kind.STRING ? token.value() : run.text(token), run).name());
      return;
    }
    var name = to.in.name();
    if (!to.in.accept("(")) {
      to.in.expect(")");
      relation(name);
      return;
    }
    if (name.get(name.size() - 1).equals("GENERATOR")) {
      to.in.expect("ROWCOUNT");
      to.in.expect("=>");
      to.emit("SYSTEM_RANGE(1,");
      to.plain();
      to.emit(")");
      to.in.expect(")");
    } else {
      rows(SqlTableFunctions.call(run, name, to.in));
      to.in.expect(")");
    }
    to.in.expect(")");
    if (!hasAlias()) {
      to.emit("AS " + SqlTranslator.quote(name.get(name.size() - 1)));
    }
  }

  /**
   * Rows of the engine's own, as a table of array parameters: no DDL, so that no transaction is
   * disturbed.
   */
  private void rows(SqlRows rows) {
    to.emit("TABLE(");
    var names = new HashSet<String>();
    for (int i = 0; i < rows.columns().size(); i++) {
      var column = rows.columns().get(i);
      var type = SqlType.ofColumn(column);
      var name = names.add(column.name()) ? column.name() : column.name() + "_" + i;
      to.emit((i == 0 ? "" : ", ") + SqlTranslator.quote(name) + " " + type.h2() + "=");
      var values = new Object[rows.rows().size()];
      for (int row = 0; row < values.length; row++) {
        values[row] = SqlValues.fromWire(type, rows.rows().get(row).get(i));
      }
      to.bare(new Param(0, null, values));
    }
    to.emit(")");
  }

  private void relation(List<String> parts) throws SqlFailure {
    if (parts.size() == 1 && to.isCte(parts.get(0))) {
      to.emit(SqlTranslator.quote(parts.get(0)));
      return;
    }
    var object = run.session.names.find(Space.RELATION, parts, database, schema);
    if (object == null && SqlInformationSchema.isOne(parts)) {
      rows(SqlInformationSchema.rows(run, parts));
      alias(parts.get(parts.size() - 1));
      return;
    }
    if (object == null) {
      throw SqlErrors.missing(
          "Object", run.session.names.key(Space.RELATION, parts, database, schema).toString());
    }
    var outer = run.moment;
    if (to.in.isNext("AT", "(") || to.in.isNext("BEFORE", "(")) {
      boolean inclusive = to.in.next().is("AT");
      to.in.expect("(");
      run.moment = SqlTimeTravel.moment(run, inclusive, to.in);
      to.in.expect(")");
    }
    try {
      emitObject(object);
    } finally {
      run.moment = outer;
    }
    alias(object.key().name());
  }

  private void alias(String name) {
    if (!hasAlias()) {
      to.emit("AS " + SqlTranslator.quote(name));
    }
  }

  private void emitObject(SqlObject object) throws SqlFailure {
    run.read.add(object);
    if (object instanceof SqlObject.Table table) {
      if (run.moment == null) {
        to.emit(table.h2());
      } else {
        rows(run.session.engine.timeTravel.at(table, run.moment));
      }
      return;
    }
    var view = (SqlObject.View) object;
    to.emit("(");
    if (!view.columnNames().isEmpty()) {
      to.emit(
          "WITH \"V\"("
              + String.join(", ", view.columnNames().stream().map(SqlTranslator::quote).toList())
              + ") AS (");
    }
    var key = view.key();
    to.view(view.query(), key.database(), key.schema());
    to.emit(view.columnNames().isEmpty() ? ")" : ") SELECT * FROM \"V\")");
  }
}
