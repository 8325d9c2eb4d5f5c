package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlObject.Table;
import io.selfheal.jdbc.testkit.SqlObject.View;
import java.util.List;

/**
 * The views of INFORMATION_SCHEMA that tools ask most, with their most asked columns. [D]
 * Stateless.
 */
final class SqlInformationSchema {
  private SqlInformationSchema() {}

  static boolean isOne(List<String> name) {
    return name.size() > 1 && "INFORMATION_SCHEMA".equals(name.get(name.size() - 2));
  }

  static SqlRows rows(SqlRun run, List<String> name) throws SqlFailure {
    var database = name.size() > 2 ? name.get(0) : run.session.database();
    if (database == null) {
      throw SqlErrors.noDatabase();
    }
    if (!run.session.engine.catalog.hasDatabase(database)) {
      throw SqlErrors.missing("Database", database);
    }
    var scope = new SqlScope(database, null, null, null, "", Integer.MAX_VALUE);
    var view = name.get(name.size() - 1);
    return switch (view) {
      case "TABLES" -> tables(run, scope);
      case "VIEWS" -> views(run, scope);
      case "COLUMNS" -> columns(run, scope);
      case "SCHEMATA" -> schemata(run, database);
      case "DATABASES" -> databases(run);
      case "TABLE_PRIVILEGES" ->
          SqlRows.of(
                  "GRANTOR",
                  "GRANTEE",
                  "TABLE_CATALOG",
                  "TABLE_SCHEMA",
                  "TABLE_NAME",
                  "PRIVILEGE_TYPE",
                  "IS_GRANTABLE",
                  "WITH_HIERARCHY")
              .done();
      default -> throw SqlErrors.missing("Object", database + ".INFORMATION_SCHEMA." + view);
    };
  }

  private static SqlRows tables(SqlRun run, SqlScope scope) {
    var rows =
        SqlRows.of(
            "TABLE_CATALOG",
            "TABLE_SCHEMA",
            "TABLE_NAME",
            "TABLE_OWNER",
            "TABLE_TYPE",
            "IS_TRANSIENT",
            "ROW_COUNT#",
            "CREATED@",
            "LAST_ALTERED@",
            "LAST_DDL@",
            "COMMENT",
            "IS_HYBRID");
    var travel = run.session.engine.timeTravel;
    for (var object : scope.objects(run.session, SqlObject.class)) {
      var key = object.key();
      if (object instanceof Table table) {
        var type = table.temporary() ? "LOCAL TEMPORARY" : "BASE TABLE";
        rows.row(
            key.database(),
            key.schema(),
            key.name(),
            "SYSADMIN",
            type,
            "NO",
            null,
            table.created(),
            Math.max(travel.lastCommit(table), travel.lastDdl(table)),
            travel.lastDdl(table),
            table.comment(),
            run.session.engine.hybrid.contains(table.id()) ? "YES" : "NO");
      } else if (object instanceof View) {
        rows.row(
            key.database(),
            key.schema(),
            key.name(),
            "SYSADMIN",
            "VIEW",
            "NO",
            null,
            object.created(),
            object.created(),
            object.created(),
            null,
            "NO");
      }
    }
    return rows.done();
  }

  private static SqlRows views(SqlRun run, SqlScope scope) {
    var rows =
        SqlRows.of(
            "TABLE_CATALOG",
            "TABLE_SCHEMA",
            "TABLE_NAME",
            "TABLE_OWNER",
            "VIEW_DEFINITION",
            "CREATED@");
    for (var view : scope.objects(run.session, View.class)) {
      var key = view.key();
      rows.row(key.database(), key.schema(), key.name(), "SYSADMIN", view.query(), view.created());
    }
    return rows.done();
  }

  private static SqlRows columns(SqlRun run, SqlScope scope) throws SqlFailure {
    var rows =
        SqlRows.of(
            "TABLE_CATALOG",
            "TABLE_SCHEMA",
            "TABLE_NAME",
            "COLUMN_NAME",
            "ORDINAL_POSITION#",
            "COLUMN_DEFAULT",
            "IS_NULLABLE",
            "DATA_TYPE",
            "CHARACTER_MAXIMUM_LENGTH#",
            "NUMERIC_PRECISION#",
            "NUMERIC_SCALE#",
            "IS_IDENTITY",
            "COMMENT");
    for (var object : scope.objects(run.session, SqlObject.class)) {
      var key = object.key();
      int position = 0;
      for (var column : SqlShow.columns(run, object)) {
        var type = column.type();
        boolean number = type.kind() == SqlType.Kind.FIXED;
        rows.row(
            key.database(),
            key.schema(),
            key.name(),
            column.name(),
            ++position,
            column.autoIncrement() ? null : column.defaultText(),
            column.nullable() ? "YES" : "NO",
            number ? "NUMBER" : type.sql().replaceFirst("\\(.*", "").replace("VARCHAR", "TEXT"),
            type.kind() == SqlType.Kind.TEXT ? type.precision() : null,
            number ? type.precision() : null,
            number ? type.scale() : null,
            column.autoIncrement() ? "YES" : "NO",
            column.comment());
      }
    }
    return rows.done();
  }

  private static SqlRows schemata(SqlRun run, String database) {
    var rows =
        SqlRows.of("CATALOG_NAME", "SCHEMA_NAME", "SCHEMA_OWNER", "IS_TRANSIENT", "CREATED@");
    for (var schema : run.session.engine.catalog.schemas(database)) {
      rows.row(
          database, schema, "SYSADMIN", "NO", run.session.engine.catalog.created(database, schema));
    }
    return rows.done();
  }

  private static SqlRows databases(SqlRun run) {
    var rows = SqlRows.of("DATABASE_NAME", "DATABASE_OWNER", "IS_TRANSIENT", "CREATED@");
    for (var database : run.session.engine.catalog.databases()) {
      rows.row(database, "SYSADMIN", "NO", run.session.engine.catalog.created(database, null));
    }
    return rows.done();
  }
}
