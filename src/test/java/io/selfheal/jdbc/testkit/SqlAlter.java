package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import io.selfheal.jdbc.testkit.SqlObject.Table;
import io.selfheal.jdbc.testkit.SqlObject.TableColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** ALTER TABLE; the cursor stands behind ALTER. Stateless. */
final class SqlAlter {
  private static final SqlRows DONE = SqlResults.status("Statement executed successfully.");

  private SqlAlter() {}

  static SqlRows run(SqlRun run) throws SqlFailure {
    var in = run.in;
    if (!in.accept("TABLE")) {
      if (in.acceptAny("VIEW", "STAGE") || in.accept("FILE", "FORMAT")) {
        return renameOther(run, in.peek(-1).value());
      }
      if (in.acceptAny("WAREHOUSE", "USER", "ACCOUNT", "DATABASE", "SCHEMA")) {
        return DONE;
      }
      throw SqlErrors.unsupported("ALTER " + in.peek().value());
    }
    boolean ifExists = in.ifExists();
    var key = run.session.names.key(Space.RELATION, in.name());
    if (!(run.session.names.find(key) instanceof Table table)) {
      if (ifExists) {
        return DONE;
      }
      throw SqlErrors.missing("Table", key.toString());
    }
    if (in.accept("RENAME", "TO")) {
      rename(run, table);
    } else if (in.accept("SWAP", "WITH")) {
      swap(run, table);
    } else if (in.accept("RENAME", "COLUMN")) {
      var from = column(table, in.identifier());
      in.expect("TO");
      var to = in.identifier();
      run.ddl(
          "ALTER TABLE "
              + table.h2()
              + " ALTER COLUMN "
              + SqlTranslator.quote(from.name())
              + " RENAME TO "
              + SqlTranslator.quote(to));
      change(
          run,
          table,
          from.name(),
          c ->
              new TableColumn(
                  to, c.type(), c.nullable(), c.defaultText(), c.autoIncrement(), c.comment()));
    } else if (in.accept("ADD")) {
      add(run, table);
    } else if (in.accept("DROP")) {
      drop(run, table);
    } else if (in.acceptAny("ALTER", "MODIFY")) {
      modify(run, table);
    } else if (in.acceptAny("SET", "UNSET", "CLUSTER", "RESUME", "SUSPEND")) {
      SqlDdl.options(in);
    } else {
      throw SqlErrors.unexpected(in.peek());
    }
    in.accept(";");
    in.expectEnd();
    run.session.engine.timeTravel.altered(table, run.session.engine.catalog.tick());
    return DONE;
  }

  private static SqlRows renameOther(SqlRun run, String kind) throws SqlFailure {
    var in = run.in;
    var space =
        switch (kind) {
          case "VIEW" -> Space.RELATION;
          case "STAGE" -> Space.STAGE;
          default -> Space.FORMAT;
        };
    boolean ifExists = in.ifExists();
    var names = run.session.names;
    var key = names.key(space, in.name());
    var object = names.find(key);
    if (object == null || object instanceof Table) {
      if (ifExists) {
        return DONE;
      }
      throw SqlErrors.missing(space == Space.RELATION ? "View" : space.word, key.toString());
    }
    if (!in.accept("RENAME", "TO")) {
      SqlDdl.options(in);
      return DONE;
    }
    var target = names.key(space, in.name());
    in.accept(";");
    in.expectEnd();
    var there =
        object.temporary() ? names.temporary.get(target) : run.session.engine.catalog.get(target);
    if (there != null) {
      throw SqlErrors.exists(target.toString());
    }
    if (object.temporary()) {
      names.temporary.remove(key);
    } else {
      run.session.engine.catalog.remove(key);
    }
    long now = run.start;
    boolean temporary = object.temporary();
    SqlDdl.put(
        run,
        object instanceof SqlObject.View view
            ? new SqlObject.View(target, temporary, now, view.columnNames(), view.query())
            : object instanceof SqlObject.Stage stage
                ? new SqlObject.Stage(target, temporary, now, stage.directory(), stage.format())
                : new SqlObject.Format(
                    target, temporary, now, ((SqlObject.Format) object).options()));
    return DONE;
  }

  private static TableColumn column(Table table, String name) throws SqlFailure {
    var column = table.column(name);
    if (column == null) {
      throw SqlErrors.invalidIdentifier(name);
    }
    return column;
  }

  private static void change(
      SqlRun run, Table table, String column, UnaryOperator<TableColumn> change) throws SqlFailure {
    var columns = new ArrayList<TableColumn>();
    for (var each : table.columns()) {
      columns.add(each.name().equals(column) ? change.apply(each) : each);
    }
    SqlDdl.put(run, table.with(List.copyOf(columns)));
  }

  private static void rename(SqlRun run, Table table) throws SqlFailure {
    var key = run.session.names.key(Space.RELATION, run.in.name());
    var there =
        table.temporary()
            ? run.session.names.temporary.get(key)
            : run.session.engine.catalog.get(key);
    if (there != null) {
      throw SqlErrors.exists(key.toString());
    }
    remove(run, table);
    SqlDdl.put(run, table.renamed(key));
  }

  private static void remove(SqlRun run, Table table) {
    if (table.temporary()) {
      run.session.names.temporary.remove(table.key());
    } else {
      run.session.engine.catalog.remove(table.key());
    }
  }

  /** Names and all that hangs on them change places; temporary and permanent tables cannot. [D] */
  private static void swap(SqlRun run, Table table) throws SqlFailure {
    var other = run.session.names.table(run.in.name());
    if (other.temporary() != table.temporary()) {
      throw SqlErrors.unsupported("SWAP of a temporary with a permanent table");
    }
    remove(run, table);
    remove(run, other);
    SqlDdl.put(run, table.renamed(other.key()));
    SqlDdl.put(run, other.renamed(table.key()));
    run.session.engine.timeTravel.altered(other, run.session.engine.catalog.tick());
  }

  private static void add(SqlRun run, Table table) throws SqlFailure {
    var in = run.in;
    if (in.acceptAny("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN")) {
      // Not enforced, and only the keys of CREATE TABLE are shown.
      SqlDdl.options(in);
      return;
    }
    in.accept("COLUMN");
    boolean ifNotExists = in.ifNotExists();
    var now = table;
    do {
      var column = new SqlCreateTable(run).column();
      if (now.column(column.name()) != null) {
        if (ifNotExists) {
          continue;
        }
        throw new SqlFailure(
            1430, "42601", "SQL compilation error:\ncolumn '" + column.name() + "' already exists");
      }
      run.ddl("ALTER TABLE " + table.h2() + " ADD COLUMN " + SqlCreateTable.h2(column));
      var columns = new ArrayList<>(now.columns());
      columns.add(column);
      now = now.with(List.copyOf(columns));
      SqlDdl.put(run, now);
    } while (in.accept(","));
    run.session.engine.changed(now, run.queryId);
  }

  private static void drop(SqlRun run, Table table) throws SqlFailure {
    var in = run.in;
    if (in.isNext("PRIMARY") || in.isNext("CONSTRAINT")) {
      throw SqlErrors.unsupported("DROP " + in.peek().value());
    }
    in.accept("COLUMN");
    boolean ifExists = in.ifExists();
    var now = table;
    do {
      var name = in.identifier();
      if (now.column(name) == null && ifExists) {
        continue;
      }
      column(now, name);
      run.ddl("ALTER TABLE " + table.h2() + " DROP COLUMN " + SqlTranslator.quote(name));
      now = now.with(now.columns().stream().filter(c -> !c.name().equals(name)).toList());
      SqlDdl.put(run, now);
    } while (in.accept(","));
    run.session.engine.changed(now, run.queryId);
  }

  private static void modify(SqlRun run, Table table) throws SqlFailure {
    var in = run.in;
    in.accept("(");
    in.accept("COLUMN");
    var column = column(table, in.identifier());
    var prefix =
        "ALTER TABLE " + table.h2() + " ALTER COLUMN " + SqlTranslator.quote(column.name());
    if (in.accept("DROP", "NOT", "NULL") || in.isNext("SET", "NOT", "NULL")) {
      boolean nullable = !in.accept("SET", "NOT", "NULL");
      run.ddl(prefix + (nullable ? " DROP NOT NULL" : " SET NOT NULL"));
      change(
          run,
          table,
          column.name(),
          c ->
              new TableColumn(
                  c.name(), c.type(), nullable, c.defaultText(), c.autoIncrement(), c.comment()));
    } else if (in.accept("SET", "DATA", "TYPE")
        || in.accept("TYPE")
        || in.peek().isName() && !in.isNext("SET") && !in.isNext("DROP") && !in.isNext("COMMENT")) {
      var type = SqlType.parse(in);
      run.ddl(prefix + " SET DATA TYPE " + type.h2());
      change(
          run,
          table,
          column.name(),
          c ->
              new TableColumn(
                  c.name(), type, c.nullable(), c.defaultText(), c.autoIncrement(), c.comment()));
    } else if (in.accept("COMMENT")) {
      var comment = in.string();
      change(
          run,
          table,
          column.name(),
          c ->
              new TableColumn(
                  c.name(), c.type(), c.nullable(), c.defaultText(), c.autoIncrement(), comment));
    } else {
      throw SqlErrors.unsupported("this ALTER COLUMN");
    }
    in.accept(")");
  }
}
