package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Column;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * INSERT, UPDATE, DELETE, MERGE and TRUNCATE, with their counts in Snowflake's shape. Stateless.
 */
final class SqlDml {
  static final String INSERTED = "number of rows inserted";
  static final String UPDATED = "number of rows updated";
  static final String MULTI_JOINED = "number of multi-joined rows updated";
  static final String DELETED = "number of rows deleted";

  private SqlDml() {}

  /**
   * A statement made ready: its table, what it is for H2, and whether it keeps other updates out.
   */
  private record Plan(
      SqlObject.Table table, SqlH2Text text, boolean locks, boolean overwrite, SqlMerge merge) {}

  static boolean isDml(SqlKind kind) {
    return switch (kind.queryType()) {
      case "INSERT", "UPDATE", "DELETE", "MERGE" -> true;
      default -> false;
    };
  }

  static List<Column> describe(SqlRun run, SqlKind kind) throws SqlFailure {
    var plan = plan(run, kind);
    run.check(plan.text);
    return SqlResults.counts(counts(kind, plan, 0)).columns();
  }

  static SqlRows run(SqlRun run, SqlKind kind) throws SqlFailure {
    if (kind.queryType().equals("TRUNCATE_TABLE")) {
      return truncate(run);
    }
    var plan = plan(run, kind);
    run.unlisted = run.session.engine.hybrid.contains(plan.table.id());
    return run.session.work.change(
        run,
        inside -> {
          if (plan.locks) {
            run.session.work.lockTable(run, inside, plan.table);
          }
          inside.changed.add(plan.table.id());
          if (plan.overwrite) {
            empty(run, plan.table);
          }
          return SqlResults.counts(
              plan.merge != null ? plan.merge.run(run) : counts(kind, plan, run.update(plan.text)));
        });
  }

  private static Map<String, Long> counts(SqlKind kind, Plan plan, long count) {
    var counts = new LinkedHashMap<String, Long>();
    switch (kind.queryType()) {
      case "INSERT" -> counts.put(INSERTED, count);
      case "UPDATE" -> {
        counts.put(UPDATED, count);
        counts.put(MULTI_JOINED, 0L);
      }
      case "DELETE" -> counts.put(DELETED, count);
      default -> plan.merge.names().forEach(name -> counts.put(name, 0L));
    }
    return counts;
  }

  private static Plan plan(SqlRun run, SqlKind kind) throws SqlFailure {
    var plan =
        switch (kind.queryType()) {
          case "INSERT" -> insert(run);
          case "UPDATE" -> update(run);
          case "DELETE" -> delete(run);
          default -> {
            var merge = SqlMerge.parse(run);
            yield new Plan(merge.table(), merge.text(), true, false, merge);
          }
        };
    run.in.accept(";");
    run.in.expectEnd();
    return plan;
  }

  private static Plan insert(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.expect("INSERT");
    boolean overwrite = in.accept("OVERWRITE");
    in.expect("INTO");
    in.accept("TABLE");
    var table = run.session.names.table(in.name());
    var to = new SqlTranslator(run, in).emit("INSERT INTO " + table.h2());
    var columns = new ArrayList<SqlObject.TableColumn>(table.columns());
    if (in.isNext("(") && !SqlTranslator.startsQuery(in.peek(1)) && !in.peek(1).is("(")) {
      in.next();
      columns.clear();
      do {
        var name = in.name();
        var column = table.column(name.get(name.size() - 1));
        if (column == null) {
          throw SqlErrors.invalidIdentifier(String.join(".", name));
        }
        columns.add(column);
      } while (in.accept(","));
      in.expect(")");
      to.emit(
          "("
              + String.join(
                  ", ", columns.stream().map(column -> SqlTranslator.quote(column.name())).toList())
              + ")");
    }
    if (in.isNext("VALUES")) {
      markTargets(run, columns);
    }
    to.subquery();
    return new Plan(table, to.done(), overwrite, overwrite, null);
  }

  /**
   * Finds the texts and binds that alone are the value of a column whose texts H2 would read
   * otherwise.
   */
  private static void markTargets(SqlRun run, List<SqlObject.TableColumn> columns) {
    var tokens = run.in.tokens;
    int level = 0;
    int column = 0;
    for (int i = run.in.at; i < tokens.size(); i++) {
      var token = tokens.get(i);
      column = level == 0 ? 0 : level == 1 && token.is(",") ? column + 1 : column;
      boolean value = token.kind() == SqlToken.Kind.BIND || token.kind() == SqlToken.Kind.STRING;
      boolean alone =
          value && level == 1 && (tokens.get(i + 1).is(",") || tokens.get(i + 1).is(")"));
      if (alone && column < columns.size() && SqlValues.needsReading(columns.get(column).type())) {
        run.targets.put(token.start(), columns.get(column).type());
      }
      level += token.is("(") ? 1 : token.is(")") ? -1 : 0;
    }
  }

  /** Where a word stands outside of all parentheses, or -1. */
  static int topLevel(SqlCursor in, String... words) {
    int level = 0;
    for (int i = in.at; i < in.tokens.size() && !in.tokens.get(i).is(";"); i++) {
      var token = in.tokens.get(i);
      level += token.is("(") ? 1 : token.is(")") ? -1 : 0;
      for (var word : words) {
        if (level == 0 && token.is(word) && !(i > 0 && in.tokens.get(i - 1).is("DISTINCT"))) {
          return i;
        }
      }
    }
    return -1;
  }

  private static String alias(SqlCursor in, SqlObject.Table table) throws SqlFailure {
    var token = in.peek();
    if (in.accept("AS")
        || token.kind() == SqlToken.Kind.QUOTED
        || token.kind() == SqlToken.Kind.WORD
            && !token.is("SET")
            && !token.is("USING")
            && !token.is("WHERE")
            && !token.is("FROM")) {
      return SqlTranslator.quote(in.identifier());
    }
    return SqlTranslator.quote(table.key().name());
  }

  private static Plan update(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.expect("UPDATE");
    var table = run.session.names.table(in.name());
    var alias = alias(in, table);
    in.expect("SET");
    int from = topLevel(in, "FROM");
    if (from < 0) {
      var to =
          new SqlTranslator(run, in).emit("UPDATE " + table.h2() + " AS " + alias + " SET").plain();
      return new Plan(table, to.done(), true, false, null);
    }
    int set = in.at;
    in.at = from + 1;
    var to = joined(run, table, alias);
    int end = in.at;
    to.emit("WHEN MATCHED THEN UPDATE SET");
    in.at = set;
    to.plainUntil(from);
    in.at = end;
    return new Plan(table, to.done(), true, false, null);
  }

  private static Plan delete(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.expect("DELETE");
    in.expect("FROM");
    var table = run.session.names.table(in.name());
    var alias = alias(in, table);
    if (in.accept("USING")) {
      var to = joined(run, table, alias).emit("WHEN MATCHED THEN DELETE");
      return new Plan(table, to.done(), true, false, null);
    }
    var to = new SqlTranslator(run, in).emit("DELETE FROM " + table.h2() + " AS " + alias).plain();
    return new Plan(table, to.done(), true, false, null);
  }

  /**
   * UPDATE … FROM and DELETE … USING are a MERGE on the WHERE condition in H2; the cursor stands at
   * the source.
   */
  private static SqlTranslator joined(SqlRun run, SqlObject.Table table, String alias)
      throws SqlFailure {
    var in = run.in;
    var to =
        new SqlTranslator(run, in).emit("MERGE INTO " + table.h2() + " AS " + alias + " USING");
    to.tableFactor();
    if (to.hasAlias()) {
      in.accept("AS");
      to.emit("AS " + SqlTranslator.quote(in.identifier()));
    }
    if (!in.isNext("WHERE") && !in.atEnd()) {
      throw SqlErrors.unsupported("more than one source in UPDATE or DELETE");
    }
    to.emit("ON");
    if (in.accept("WHERE")) {
      to.plain();
    } else {
      to.emit("TRUE");
    }
    return to;
  }

  private static SqlRows truncate(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.expect("TRUNCATE");
    in.accept("TABLE");
    boolean ifExists = in.ifExists();
    var key = run.session.names.key(SqlObject.Space.RELATION, in.name());
    in.accept(";");
    in.expectEnd();
    if (!(run.session.names.find(key) instanceof SqlObject.Table table)) {
      if (ifExists) {
        return SqlResults.status("Statement executed successfully.");
      }
      throw SqlErrors.missing("Table", key.toString());
    }
    return run.session.work.change(
        run,
        inside -> {
          run.session.work.lockTable(run, inside, table);
          inside.changed.add(table.id());
          empty(run, table);
          run.session.engine.loads.truncate(inside, table.id());
          return SqlResults.status("Statement executed successfully.");
        });
  }

  private static void empty(SqlRun run, SqlObject.Table table) throws SqlFailure {
    run.update(new SqlH2Text("DELETE FROM " + table.h2(), List.of()), 0);
  }
}
