package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlToken.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A MERGE: H2 runs it and tells one sum; what it will update and delete is counted just before,
 * under the table's lock. Immutable.
 */
record SqlMerge(
    SqlObject.Table table,
    SqlH2Text text,
    SqlH2Text updates,
    SqlH2Text deletes,
    Set<String> names) {

  private record Clause(boolean matched, int condition, int conditionEnd, String action) {}

  static SqlMerge parse(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.expect("MERGE");
    in.expect("INTO");
    var table = run.session.names.table(in.name());
    var alias = SqlTranslator.quote(table.key().name());
    if (!in.isNext("USING")) {
      in.accept("AS");
      alias = SqlTranslator.quote(in.identifier());
    }
    in.expect("USING");
    int source = in.at;
    qualifyInserted(in);
    int on = SqlDml.topLevel(in, "ON");
    int when = SqlDml.topLevel(in, "WHEN");
    if (on < 0 || when < on) {
      throw SqlErrors.unexpected(in.peek());
    }
    var clauses = clauses(in, when);
    var to =
        new SqlTranslator(run, in).emit("MERGE INTO " + table.h2() + " AS " + alias + " USING");
    in.at = source;
    to.tableFactor();
    to.plain();
    int end = in.at;
    var names = new LinkedHashSet<String>();
    for (var action : List.of(SqlDml.INSERTED, SqlDml.UPDATED, SqlDml.DELETED)) {
      if (clauses.stream().anyMatch(clause -> clause.action.equals(action))) {
        names.add(action);
      }
    }
    var merge =
        new SqlMerge(
            table,
            to.done(),
            count(run, table, alias, source, when, clauses, SqlDml.UPDATED),
            count(run, table, alias, source, when, clauses, SqlDml.DELETED),
            names);
    in.at = end;
    return merge;
  }

  /**
   * A bare name among the values that a row is inserted from is the source's column [D]; H2 finds
   * it ambiguous. This is how dbt writes them.
   */
  private static void qualifyInserted(SqlCursor in) {
    int on = SqlDml.topLevel(in, "ON");
    if (on < 1 || !in.tokens.get(on - 1).isName()) {
      return;
    }
    var alias = in.tokens.get(on - 1);
    for (int i = on; i < in.tokens.size() - 1; i++) {
      if (!in.tokens.get(i).is("VALUES") || !in.tokens.get(i + 1).is("(")) {
        continue;
      }
      for (i += 2; i < in.tokens.size() - 1; i++) {
        var before = in.tokens.get(i - 1);
        var after = in.tokens.get(i + 1);
        if (in.tokens.get(i).isName()
            && (before.is("(") || before.is(","))
            && (after.is(")") || after.is(","))) {
          in.tokens.addAll(i, List.of(alias, new SqlToken(Kind.SYMBOL, ".", 0, 0)));
          i += 2;
        }
        if (in.tokens.get(i).is(")")) {
          break;
        }
      }
    }
  }

  private static List<Clause> clauses(SqlCursor in, int when) throws SqlFailure {
    var clauses = new ArrayList<Clause>();
    int next = when;
    while (next >= 0) {
      in.at = next + 1;
      boolean matched = !in.accept("NOT");
      in.expect("MATCHED");
      int condition = in.accept("AND") ? in.at : -1;
      int then = caseAwareThen(in);
      in.at = then + 1;
      var action =
          in.accept("UPDATE")
              ? SqlDml.UPDATED
              : in.accept("DELETE") ? SqlDml.DELETED : in.accept("INSERT") ? SqlDml.INSERTED : null;
      if (action == null || in.isNext("ALL")) {
        throw SqlErrors.unexpected(in.peek());
      }
      clauses.add(new Clause(matched, condition, then, action));
      next = nextWhen(in);
    }
    return clauses;
  }

  /** The THEN of this clause, past any in a CASE of its condition. */
  private static int caseAwareThen(SqlCursor in) throws SqlFailure {
    int cases = 0;
    for (int i = in.at; i < in.tokens.size(); i++) {
      var token = in.tokens.get(i);
      cases += token.is("CASE") ? 1 : token.is("END") ? -1 : 0;
      if (cases == 0 && token.is("THEN")) {
        return i;
      }
    }
    throw SqlErrors.unexpected(in.peek());
  }

  private static int nextWhen(SqlCursor in) {
    int cases = 0;
    for (int i = in.at; i < in.tokens.size(); i++) {
      var token = in.tokens.get(i);
      cases += token.is("CASE") ? 1 : token.is("END") ? -1 : 0;
      if (cases == 0 && token.is("WHEN")) {
        return i;
      }
    }
    return -1;
  }

  /**
   * How many rows fall to the matched clauses of that action, each row going to the first clause
   * that takes it.
   */
  private static SqlH2Text count(
      SqlRun run,
      SqlObject.Table table,
      String alias,
      int source,
      int when,
      List<Clause> clauses,
      String action)
      throws SqlFailure {
    var in = run.in;
    in.at = source;
    var to =
        new SqlTranslator(run, in)
            .emit("SELECT COUNT(*) FROM " + table.h2() + " AS " + alias + " JOIN");
    to.tableFactor();
    to.plainUntil(when);
    to.emit("WHERE CASE");
    for (var clause : clauses) {
      if (clause.matched) {
        to.emit("WHEN");
        if (clause.condition < 0) {
          to.emit("TRUE");
        } else {
          in.at = clause.condition;
          to.plainUntil(clause.conditionEnd);
        }
        to.emit("THEN " + (clause.action.equals(action) ? "TRUE" : "FALSE"));
      }
    }
    if (clauses.stream().noneMatch(Clause::matched)) {
      to.emit("WHEN FALSE THEN FALSE");
    }
    return to.emit("ELSE FALSE END").done();
  }

  Map<String, Long> run(SqlRun run) throws SqlFailure {
    long updated = 0;
    long deleted = 0;
    long all = 0;
    for (int row = 0; row < run.bindRows(); row++) {
      updated += names.contains(SqlDml.UPDATED) ? run.number(updates, row) : 0;
      deleted += names.contains(SqlDml.DELETED) ? run.number(deletes, row) : 0;
      all += run.update(text, row);
    }
    var counts = new LinkedHashMap<String, Long>();
    for (var name : names) {
      counts.put(
          name,
          name.equals(SqlDml.UPDATED)
              ? updated
              : name.equals(SqlDml.DELETED) ? deleted : all - updated - deleted);
    }
    return counts;
  }
}
