package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlObject.Table;
import io.selfheal.jdbc.testkit.SqlObject.TableColumn;
import io.selfheal.jdbc.testkit.SqlObject.View;
import java.util.List;

/**
 * SHOW, its columns in the order in which the physical driver's DatabaseMetaData reads them. [S]
 * Stateless.
 */
final class SqlShow {
  private SqlShow() {}

  static SqlRows run(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.next();
    in.accept("TERSE");
    if (in.acceptAny("VARIABLES", "PARAMETERS", "TRANSACTIONS")) {
      return session(run, in.peek(-1).value());
    }
    if (in.isNext("USER", "FUNCTIONS") || in.isNext("USER", "PROCEDURES")) {
      in.next();
    }
    var kind = in.next().value();
    if (in.isNext("KEYS") || in.isNext("FORMATS")) {
      kind += " " + in.next().value();
    }
    if (kind.equals("DATABASES") || kind.equals("SCHEMAS")) {
      return containers(run, kind);
    }
    var scope = SqlScope.read(run);
    return switch (kind) {
      case "TABLES", "OBJECTS" -> relations(run, scope, kind.equals("OBJECTS"));
      case "VIEWS" -> views(run, scope);
      case "COLUMNS" -> columns(run, scope);
      case "PRIMARY KEYS" -> primaryKeys(run, scope);
      case "IMPORTED KEYS", "EXPORTED KEYS" -> foreignKeys(run, scope, kind.startsWith("IMPORTED"));
      case "PROCEDURES", "FUNCTIONS" -> procedures(run, scope, kind);
      case "STAGES" -> others(run, scope, SqlObject.Stage.class);
      case "FILE FORMATS" -> others(run, scope, SqlObject.Format.class);
      case "SEQUENCES" -> others(run, scope, SqlObject.Sequence.class);
      default -> throw SqlErrors.unsupported("SHOW " + kind);
    };
  }

  private static SqlRows session(SqlRun run, String kind) throws SqlFailure {
    var in = run.in;
    in.accept("IN", "SESSION");
    var scope = SqlScope.read(run);
    var session = run.session;
    switch (kind) {
      case "VARIABLES" -> {
        var rows =
            SqlRows.of(
                "session_id#", "created_on@", "updated_on@", "name", "value", "type", "comment");
        session.names.variables.forEach(
            (name, variable) -> {
              if (scope.names(name)) {
                rows.row(
                    session.id(),
                    run.start,
                    run.start,
                    name,
                    SqlValues.shown(variable.type(), variable.wire()),
                    variable.type().kind().name().toLowerCase(java.util.Locale.ROOT));
              }
            });
        return rows.done();
      }
      case "PARAMETERS" -> {
        var rows = SqlRows.of("key", "value", "default", "level", "description", "type");
        session
            .parameters()
            .forEach(
                (name, value) -> {
                  if (scope.names(name)) {
                    var type =
                        value instanceof Boolean
                            ? "BOOLEAN"
                            : value instanceof Number ? "NUMBER" : "STRING";
                    rows.row(
                        name,
                        value,
                        SqlContext.DEFAULTS.getOrDefault(name, ""),
                        "SESSION",
                        "",
                        type);
                  }
                });
        return rows.done();
      }
      default -> {
        var rows = transactions();
        for (var transaction : session.engine.transactions.running()) {
          if (transaction.session.user.equals(session.user)) {
            transaction(rows, session.engine, transaction);
          }
        }
        return rows.done();
      }
    }
  }

  static SqlRows.Builder transactions() {
    return SqlRows.of("id#", "user", "session#", "name", "started_on@", "state", "scope#");
  }

  static void transaction(
      SqlRows.Builder rows, H2SqlEngine engine, SqlTransactions.Transaction transaction) {
    rows.row(
        transaction.id,
        transaction.session.user,
        transaction.session.id(),
        transaction.name,
        transaction.id,
        engine.transactions.state(transaction).word,
        0);
  }

  private static SqlRows containers(SqlRun run, String kind) throws SqlFailure {
    boolean databases = kind.equals("DATABASES");
    var scope = SqlScope.read(run);
    var catalog = run.session.engine.catalog;
    var rows =
        databases
            ? SqlRows.of(
                "created_on@",
                "name",
                "is_default",
                "is_current",
                "origin",
                "owner",
                "comment",
                "options",
                "retention_time")
            : SqlRows.of(
                "created_on@",
                "name",
                "is_default",
                "is_current",
                "database_name",
                "owner",
                "comment",
                "options",
                "retention_time");
    for (var database : catalog.databases()) {
      if (databases && scope.names(database)) {
        rows.row(
            catalog.created(database, null),
            database,
            "N",
            mark(database.equals(run.session.database())),
            "",
            "SYSADMIN",
            "",
            "",
            "1");
      } else if (!databases && (scope.database() == null || scope.database().equals(database))) {
        for (var schema : catalog.schemas(database)) {
          if (scope.names(schema)) {
            boolean current =
                database.equals(run.session.database()) && schema.equals(run.session.schema());
            rows.row(
                catalog.created(database, schema),
                schema,
                "N",
                mark(current),
                database,
                "SYSADMIN",
                "",
                "",
                "1");
          }
        }
      }
    }
    return rows.done();
  }

  private static String mark(boolean yes) {
    return yes ? "Y" : "N";
  }

  private static SqlRows relations(SqlRun run, SqlScope scope, boolean views) throws SqlFailure {
    var rows =
        SqlRows.of(
            "created_on@",
            "name",
            "database_name",
            "schema_name",
            "kind",
            "comment",
            "cluster_by",
            "rows#",
            "bytes#",
            "owner",
            "retention_time");
    int left = scope.limit();
    for (var object : scope.objects(run.session, SqlObject.class)) {
      var key = object.key();
      if (left > 0 && scope.names(key.name())) {
        if (object instanceof Table table) {
          rows.row(
              table.created(),
              key.name(),
              key.database(),
              key.schema(),
              table.temporary() ? "TEMPORARY" : "TABLE",
              table.comment(),
              "",
              count(run, table),
              0,
              "SYSADMIN",
              table.temporary() ? "0" : "1");
          left--;
        } else if (views && object instanceof View) {
          rows.row(
              object.created(),
              key.name(),
              key.database(),
              key.schema(),
              "VIEW",
              "",
              "",
              null,
              null,
              "SYSADMIN",
              "1");
          left--;
        }
      }
    }
    return rows.done();
  }

  private static long count(SqlRun run, Table table) throws SqlFailure {
    try {
      return run.number(new SqlH2Text("SELECT COUNT(*) FROM " + table.h2(), List.of()), 0);
    } finally {
      run.session.work.endRead();
    }
  }

  private static SqlRows views(SqlRun run, SqlScope scope) {
    var rows =
        SqlRows.of(
            "created_on@",
            "name",
            "reserved",
            "database_name",
            "schema_name",
            "owner",
            "comment",
            "text",
            "is_secure",
            "is_materialized");
    for (var view : scope.named(run.session, View.class)) {
      var key = view.key();
      rows.row(
          view.created(),
          key.name(),
          "",
          key.database(),
          key.schema(),
          "SYSADMIN",
          "",
          view.query(),
          "false",
          "false");
    }
    return rows.done();
  }

  /** LIKE is about the column here. */
  private static SqlRows columns(SqlRun run, SqlScope scope) throws SqlFailure {
    var rows =
        SqlRows.of(
            "table_name",
            "schema_name",
            "column_name",
            "data_type",
            "null?",
            "default",
            "kind",
            "expression",
            "comment",
            "database_name",
            "autoincrement");
    for (var object : scope.objects(run.session, SqlObject.class)) {
      for (var column : columns(run, object)) {
        if (scope.names(column.name())) {
          var key = object.key();
          rows.row(
              key.name(),
              key.schema(),
              column.name(),
              column.type().json(column.nullable(), column.type().kind() == SqlType.Kind.FIXED),
              column.nullable() ? "true" : "NOT_NULL",
              column.autoIncrement() || column.defaultText() == null ? "" : column.defaultText(),
              "COLUMN",
              "",
              column.comment() == null ? "" : column.comment(),
              key.database(),
              column.autoIncrement() ? "IDENTITY" : "");
        }
      }
    }
    return rows.done();
  }

  /** A table's columns, or those that a view's query has now. */
  static List<TableColumn> columns(SqlRun run, SqlObject object) throws SqlFailure {
    if (object instanceof Table table) {
      return table.columns();
    } else if (object instanceof View view) {
      var key = view.key();
      var text =
          "SELECT * FROM "
              + String.join(
                  ".",
                  SqlTranslator.quote(key.database()),
                  SqlTranslator.quote(key.schema()),
                  SqlTranslator.quote(key.name()));
      return run.columns(new SqlTranslator(run, new SqlCursor(text, run)).query().done()).stream()
          .map(
              column ->
                  new TableColumn(
                      column.name(),
                      SqlType.ofColumn(column),
                      column.nullable(),
                      null,
                      false,
                      null))
          .toList();
    }
    return List.of();
  }

  private static SqlRows primaryKeys(SqlRun run, SqlScope scope) {
    var rows =
        SqlRows.of(
            "created_on@",
            "database_name",
            "schema_name",
            "table_name",
            "column_name",
            "key_sequence#",
            "constraint_name",
            "rely",
            "comment");
    for (var table : scope.objects(run.session, Table.class)) {
      var key = table.key();
      int sequence = 0;
      for (var column : table.primaryKey()) {
        rows.row(
            table.created(),
            key.database(),
            key.schema(),
            key.name(),
            column,
            ++sequence,
            "SYS_CONSTRAINT_" + table.id(),
            "false");
      }
    }
    return rows.done();
  }

  private static SqlRows foreignKeys(SqlRun run, SqlScope scope, boolean imported) {
    var rows =
        SqlRows.of(
            "created_on@",
            "pk_database_name",
            "pk_schema_name",
            "pk_table_name",
            "pk_column_name",
            "fk_database_name",
            "fk_schema_name",
            "fk_table_name",
            "fk_column_name",
            "key_sequence#",
            "update_rule",
            "delete_rule",
            "fk_name",
            "pk_name",
            "deferrability",
            "rely",
            "comment");
    var everywhere = new SqlScope(null, null, null, null, "", 0);
    var mine = scope.objects(run.session, Table.class).stream().map(Table::key).toList();
    for (var table : everywhere.objects(run.session, Table.class)) {
      var from = table.key();
      for (var foreign : table.foreignKeys()) {
        var to = foreign.target();
        if (!mine.contains(imported ? from : to)
            || !(run.session.names.find(to) instanceof Table target)) {
          continue;
        }
        var columns =
            foreign.targetColumns().isEmpty() ? target.primaryKey() : foreign.targetColumns();
        for (int i = 0; i < foreign.columns().size() && i < columns.size(); i++) {
          rows.row(
              table.created(),
              to.database(),
              to.schema(),
              to.name(),
              columns.get(i),
              from.database(),
              from.schema(),
              from.name(),
              foreign.columns().get(i),
              i + 1,
              "NO ACTION",
              "NO ACTION",
              foreign.name(),
              "SYS_CONSTRAINT_" + target.id(),
              "NOT DEFERRABLE",
              "false");
        }
      }
    }
    return rows.done();
  }

  private static SqlRows procedures(SqlRun run, SqlScope scope, String kind) {
    var rows =
        SqlRows.of(
            "created_on@",
            "name",
            "schema_name",
            "is_builtin",
            "is_aggregate",
            "is_ansi",
            "min_num_arguments#",
            "max_num_arguments#",
            "arguments",
            "description",
            "catalog_name",
            "is_table_function",
            "valid_for_clustering",
            "is_secure");
    for (var function : scope.named(run.session, SqlObject.Function.class)) {
      if (kind.equals("FUNCTIONS")) {
        int count = function.parameters().size();
        var types = function.types().stream().map(SqlType::word).toList();
        rows.row(
            function.created(),
            function.key().name(),
            function.key().schema(),
            "N",
            "N",
            "N",
            count,
            count,
            function.key().name()
                + "("
                + String.join(", ", types)
                + ") RETURN "
                + function.returns().word(),
            "user-defined function",
            function.key().database(),
            "N",
            "N",
            "N");
      }
    }
    if (kind.equals("PROCEDURES")) {
      for (var procedure : scope.named(run.session, SqlObject.Procedure.class)) {
        var key = procedure.key();
        int count = procedure.parameters().size();
        var arguments =
            key.name()
                + "("
                + String.join(", ", procedure.types())
                + ") RETURN "
                + procedure.returns();
        rows.row(
            procedure.created(),
            key.name(),
            key.schema(),
            "N",
            "N",
            "N",
            count,
            count,
            arguments,
            "user-defined procedure",
            key.database(),
            "N",
            "N",
            "N");
      }
    }
    return rows.done();
  }

  private static SqlRows others(SqlRun run, SqlScope scope, Class<? extends SqlObject> kind) {
    var rows =
        SqlRows.of(
            "created_on@", "name", "database_name", "schema_name", "type", "owner", "comment");
    for (var object : scope.named(run.session, kind)) {
      var key = object.key();
      rows.row(
          object.created(),
          key.name(),
          key.database(),
          key.schema(),
          object.temporary() ? "INTERNAL TEMPORARY" : "INTERNAL",
          "SYSADMIN");
    }
    return rows.done();
  }
}
