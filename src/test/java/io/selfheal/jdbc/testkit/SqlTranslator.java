package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlH2Text.Param;
import io.selfheal.jdbc.testkit.SqlToken.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Turns Snowflake's tokens into H2's SQL: names become the H2 tables behind them, views their
 * queries, table functions their rows, and the few constructs that H2 spells otherwise are respelt.
 * Everything else goes to H2 as it is. Confined to one thread and one statement.
 */
final class SqlTranslator {
  private enum Mode {
    QUERY,
    /** Inside {@code FROM ( … )}: a join in parentheses. */
    JOIN,
    PLAIN,
    CAST
  }

  private static final Set<String> CLAUSES =
      Set.of(
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
          "WINDOW");

  final SqlCursor in;
  private final SqlRun run;
  private final StringBuilder out;
  private final List<Param> params;
  private final SqlExpressions expressions;
  private final SqlSources sources;
  private final String database;
  private final String schema;
  private final int depth;
  private Set<String> ctes = new HashSet<>();

  /** In a function's body: what puts each argument in place of its parameter. */
  private Map<String, Argument> arguments = Map.of();

  /** An expression of the calling text. */
  private interface Argument {
    void emit() throws SqlFailure;
  }

  SqlTranslator(SqlRun run, SqlCursor in) {
    this(run, in, new StringBuilder(), new ArrayList<>(), null, null, 0);
  }

  private SqlTranslator(
      SqlRun run,
      SqlCursor in,
      StringBuilder out,
      List<Param> params,
      String database,
      String schema,
      int depth) {
    this.run = run;
    this.in = in;
    this.out = out;
    this.params = params;
    this.database = database;
    this.schema = schema;
    this.depth = depth;
    this.expressions = new SqlExpressions(run, this);
    this.sources = new SqlSources(run, this, database, schema);
  }

  SqlTranslator emit(String text) {
    out.append(out.isEmpty() ? "" : " ").append(text);
    return this;
  }

  void param(Param param) {
    var type = param.type() == null ? SqlType.TEXT : param.type();
    params.add(param);
    emit("CAST(? AS " + type.h2() + ")");
  }

  void bare(Param param) {
    params.add(param);
    out.append('?');
  }

  SqlH2Text done() {
    return new SqlH2Text(out.toString(), List.copyOf(params));
  }

  /**
   * A whole query to its end, its unnamed columns named as Snowflake names them: by their
   * upper-case text.
   */
  SqlTranslator query() throws SqlFailure {
    block(Mode.QUERY, true);
    return this;
  }

  /** A query as a part of another statement, up to the end or an unmatched parenthesis. */
  SqlTranslator subquery() throws SqlFailure {
    block(Mode.QUERY, false);
    return this;
  }

  /** Expressions up to the end or an unmatched parenthesis. */
  SqlTranslator plain() throws SqlFailure {
    block(Mode.PLAIN, false);
    return this;
  }

  /** Expressions up to the token at {@code end}. */
  SqlTranslator plainUntil(int end) throws SqlFailure {
    var part =
        new SqlTranslator(
            run,
            new SqlCursor(in.text, in.tokens.subList(0, end), run),
            out,
            params,
            database,
            schema,
            depth);
    part.ctes = ctes;
    part.arguments = arguments;
    part.in.at = in.at;
    part.plain();
    in.at = end;
    return this;
  }

  void insideParenthesis(boolean cast) throws SqlFailure {
    block(cast ? Mode.CAST : Mode.PLAIN, false);
  }

  private void block(Mode mode, boolean top) throws SqlFailure {
    var outer = ctes;
    ctes = new HashSet<>(ctes);
    boolean query = mode == Mode.QUERY || mode == Mode.JOIN;
    boolean inFrom = mode == Mode.JOIN;
    int item = -1;
    boolean labels = top;
    if (query && in.isNext("WITH")) {
      with();
    }
    if (inFrom) {
      tableFactor();
    }
    while (!in.atEnd() && !in.peek().is(")")) {
      var token = in.peek();
      if (query && token.is("SELECT")) {
        in.next();
        emit("SELECT");
        if (in.accept("DISTINCT")) {
          emit("DISTINCT");
        }
        in.accept("ALL");
        item = labels ? in.at : -1;
        labels = false;
        inFrom = false;
      } else if (query && token.is("FROM") && !in.peek(-1).is("DISTINCT")) {
        item = label(item);
        in.next();
        emit("FROM");
        inFrom = true;
        tableFactor();
      } else if (inFrom && (token.is("JOIN") || token.is(","))) {
        in.next();
        emit(token.value());
        tableFactor();
      } else if (query
          && token.kind() == Kind.WORD
          && CLAUSES.contains(token.value())
          && !in.peek(-1).is(".")
          && !in.peek(-1).is("WITHIN")) {
        item = label(item);
        inFrom = false;
        in.next();
        emit(token.value().equals("MINUS") ? "EXCEPT" : token.value());
      } else if (item >= 0 && token.is(",")) {
        label(item);
        in.next();
        emit(",");
        item = in.at;
      } else if (token.is("(")) {
        in.next();
        emit("(");
        parenthesis(top && in.at == 1);
        in.expect(")");
        emit(")");
      } else if (mode == Mode.CAST && token.is("AS")) {
        in.next();
        emit("AS " + SqlType.parse(in).h2());
      } else {
        expressions.one();
      }
    }
    label(item);
    ctes = outer;
  }

  private void parenthesis(boolean top) throws SqlFailure {
    block(startsQuery(in.peek()) || top && in.isNext("(") ? Mode.QUERY : Mode.PLAIN, top);
  }

  static boolean startsQuery(SqlToken token) {
    return token.is("SELECT") || token.is("WITH");
  }

  private void with() throws SqlFailure {
    in.expect("WITH");
    emit("WITH");
    if (in.accept("RECURSIVE")) {
      emit("RECURSIVE");
    }
    do {
      var name = in.identifier();
      emit(quote(name));
      if (in.accept("(")) {
        emit("(");
        plain();
        in.expect(")");
        emit(")");
      }
      in.expect("AS");
      in.expect("(");
      emit("AS (");
      block(Mode.QUERY, false);
      in.expect(")");
      emit(")");
      ctes.add(name);
      if (in.isNext(",")) {
        emit(",");
      }
    } while (in.accept(","));
  }

  /** Names an item of the outermost select list that has neither a name nor an alias. */
  private int label(int start) {
    if (start >= 0 && start < in.at && needsLabel(start)) {
      emit("AS " + quote(in.source(start, in.at).toUpperCase(Locale.ROOT)));
    }
    return -1;
  }

  private boolean needsLabel(int start) {
    var last = in.tokens.get(in.at - 1);
    if (last.is("*") || in.tokens.get(start).is("*")) {
      return false;
    }
    if (in.at - start == 1) {
      return !last.isName() || SqlExpressions.isConstant(last.value());
    }
    var before = in.tokens.get(in.at - 2);
    if (!last.isName()
        || last.is("END")
        || last.is("NULL")
        || last.is("TRUE")
        || last.is("FALSE")) {
      return true;
    }
    boolean column = true;
    for (int i = start; i < in.at; i++) {
      column &=
          in.tokens.get(i).isName() == ((i - start) % 2 == 0)
              && ((i - start) % 2 == 0 || in.tokens.get(i).is("."));
    }
    boolean endsValue =
        before.isName() && !before.is("NOT") && !before.is("AND") && !before.is("OR")
            || before.is(")")
            || before.kind() == Kind.STRING
            || before.kind() == Kind.NUMBER
            || before.kind() == Kind.BIND
            || before.kind() == Kind.VARIABLE;
    return column ? last.is("NEXTVAL") : !endsValue;
  }

  /** One item of a FROM clause, with an alias where H2 would not know it by its Snowflake name. */
  void tableFactor() throws SqlFailure {
    sources.one();
  }

  /** A query or a join, behind an opening parenthesis in FROM. */
  void source() throws SqlFailure {
    block(startsQuery(in.peek()) || in.isNext("(") ? Mode.QUERY : Mode.JOIN, false);
  }

  boolean hasAlias() {
    return sources.hasAlias();
  }

  boolean isCte(String name) {
    return ctes.contains(name);
  }

  /** What the next {@code @stage} of this statement is to be taken for. */
  SqlTranslator staged(SqlRows rows) {
    sources.staged(rows);
    return this;
  }

  /** The query of a view, its names being those of the view's own schema. */
  void view(String query, String viewDatabase, String viewSchema) throws SqlFailure {
    if (depth > 20) {
      throw SqlErrors.unsupported("views nested this deep");
    }
    new SqlTranslator(
            run, new SqlCursor(query, run), out, params, viewDatabase, viewSchema, depth + 1)
        .query();
  }

  /** True where the word was a parameter and its argument is in place. */
  boolean argument(String word) throws SqlFailure {
    var argument = arguments.get(word);
    if (argument != null) {
      argument.emit();
    }
    return argument != null;
  }

  /** The body of a function whose arguments stand between these tokens. */
  void inline(SqlObject.Function function, List<Integer> starts, List<Integer> ends)
      throws SqlFailure {
    if (depth > 20 || starts.size() != function.parameters().size()) {
      throw SqlErrors.invalid(
          "Invalid argument types for function '" + function.key().name() + "'");
    }
    var key = function.key();
    var body =
        new SqlTranslator(
            run,
            new SqlCursor(function.body(), run),
            out,
            params,
            key.database(),
            key.schema(),
            depth + 1);
    body.arguments = new HashMap<>();
    for (int i = 0; i < starts.size(); i++) {
      int start = starts.get(i);
      int end = ends.get(i);
      var type = function.types().get(i).h2();
      body.arguments.put(
          function.parameters().get(i),
          () -> {
            int here = in.at;
            in.at = start;
            emit("CAST((").plainUntil(end).emit(") AS " + type + ")");
            in.at = here;
          });
    }
    emit("CAST((");
    body.block(startsQuery(body.in.peek()) ? Mode.QUERY : Mode.PLAIN, false);
    emit(") AS " + function.returns().h2() + ")");
  }

  /**
   * Translates {@code SELECT * FROM …} of the query that {@code in} stands in, to learn its
   * columns.
   */
  SqlH2Text allOfThisQuery() throws SqlFailure {
    int level = 0;
    for (int i = in.at; i < in.tokens.size(); i++) {
      var token = in.tokens.get(i);
      level += token.is("(") ? 1 : token.is(")") ? -1 : 0;
      if (level < 0 || token.is(";") || token.kind() == Kind.END) {
        break;
      }
      if (level == 0 && token.is("FROM")) {
        int end = i + 1;
        for (int inner = 0; end < in.tokens.size(); end++) {
          var last = in.tokens.get(end);
          inner += last.is("(") ? 1 : last.is(")") ? -1 : 0;
          boolean clause = inner == 0 && last.kind() == Kind.WORD && CLAUSES.contains(last.value());
          if (inner < 0 || clause || last.is(";") || last.kind() == Kind.END) {
            break;
          }
        }
        var part = new SqlTranslator(run, new SqlCursor(in.text, in.tokens.subList(0, end), run));
        part.ctes = ctes;
        part.in.at = i;
        part.emit("SELECT *");
        part.subquery();
        return part.done();
      }
    }
    throw SqlErrors.unsupported("HASH_AGG(*) without FROM");
  }

  static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
