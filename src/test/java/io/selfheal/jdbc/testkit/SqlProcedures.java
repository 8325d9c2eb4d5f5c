package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlDdl.Modifiers;
import io.selfheal.jdbc.testkit.SqlEngine.Query;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlH2Text.Param;
import io.selfheal.jdbc.testkit.SqlObject.Procedure;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Procedures in SQL whose body is plain statements and a RETURN; blocks without a name; EXECUTE
 * IMMEDIATE. Stateless.
 */
final class SqlProcedures {
  private static final Set<String> CONTROL =
      Set.of(
          "IF",
          "FOR",
          "WHILE",
          "LOOP",
          "REPEAT",
          "CASE",
          "LET",
          "DECLARE",
          "EXCEPTION",
          "OPEN",
          "FETCH");

  private SqlProcedures() {}

  static SqlRows create(SqlRun run, Modifiers modifiers) throws SqlFailure {
    var in = run.in;
    boolean ifNotExists = in.ifNotExists();
    var key = run.session.names.key(Space.PROCEDURE, in.name());
    var names = new ArrayList<String>();
    var types = new ArrayList<String>();
    in.expect("(");
    while (!in.accept(")")) {
      names.add(in.identifier());
      types.add(SqlType.parse(in).sql().replaceFirst("\\(.*", ""));
      in.accept(",");
    }
    var returns = "VARCHAR";
    String body = null;
    while (body == null) {
      if (in.accept("RETURNS")) {
        if (in.isNext("TABLE")) {
          throw SqlErrors.unsupported("RETURNS TABLE");
        }
        returns = SqlType.parse(in).sql().replaceFirst("\\(.*", "");
      } else if (in.accept("LANGUAGE")) {
        var language = in.identifier();
        if (!language.equals("SQL")) {
          throw SqlErrors.unsupported("LANGUAGE " + language);
        }
      } else if (in.accept("EXECUTE", "AS")) {
        in.identifier();
      } else if (in.accept("AS")) {
        body = in.peek().kind() == SqlToken.Kind.STRING ? in.string() : rest(in);
      } else if (in.atEnd()) {
        throw SqlErrors.unexpected(in.peek());
      } else {
        in.next();
      }
    }
    if (SqlDdl.inTheWay(run, key, modifiers, ifNotExists)) {
      return SqlDdl.already(key);
    }
    SqlDdl.put(
        run,
        new Procedure(
            key,
            modifiers.temporary(),
            run.start,
            List.copyOf(names),
            List.copyOf(types),
            returns,
            body));
    return SqlResults.status("Function " + key.name() + " successfully created.");
  }

  private static String rest(SqlCursor in) {
    int from = in.at;
    in.at = in.tokens.size() - 1;
    return in.source(from, in.at);
  }

  static SqlRows call(SqlRun run) throws SqlFailure {
    var in = run.in;
    if (in.isNext("BEGIN") || in.isNext("DECLARE")) {
      return block(run, "anonymous block", in.text, Map.of());
    }
    if (in.accept("EXECUTE")) {
      in.expect("IMMEDIATE");
      var token = in.peek();
      var text = token.kind() == SqlToken.Kind.STRING ? in.string() : run.text(in.next());
      if (in.accept("USING")) {
        throw SqlErrors.unsupported("EXECUTE IMMEDIATE … USING");
      }
      return block(run, "anonymous block", text, Map.of());
    }
    in.expect("CALL");
    var key = run.session.names.key(Space.PROCEDURE, in.name());
    in.expect("(");
    var arguments = SqlFunctions.arguments(run, in);
    in.expect(")");
    in.accept(";");
    in.expectEnd();
    if (!(run.session.names.find(key) instanceof Procedure procedure)) {
      throw new SqlFailure(
          2141, "42601", "SQL compilation error:\nUnknown user-defined function " + key + ".");
    }
    if (arguments.size() != procedure.parameters().size()) {
      throw SqlErrors.invalid("Invalid argument types for function '" + key.name() + "'");
    }
    var values = new HashMap<String, Param>();
    for (int i = 0; i < arguments.size(); i++) {
      var argument = arguments.get(i);
      values.put(
          procedure.parameters().get(i),
          new Param(0, SqlType.TEXT, argument == null ? null : SqlFunctions.text(argument)));
    }
    return block(run, key.name(), procedure.body(), values);
  }

  /**
   * Each statement is a query of its own in the history, as under a real CALL. What is not
   * understood is refused before anything ran.
   */
  private static SqlRows block(SqlRun run, String name, String body, Map<String, Param> arguments)
      throws SqlFailure {
    var statements = new ArrayList<String>();
    for (var statement : SqlLexer.statements(body)) {
      statements.addAll(
          isBlock(statement) ? SqlLexer.statements(inside(statement)) : List.of(statement));
    }
    for (var statement : statements) {
      var first = SqlLexer.tokens(statement).get(0);
      if (first.kind() == SqlToken.Kind.WORD && CONTROL.contains(first.value())
          || isBlock(statement)) {
        throw SqlErrors.unsupported("scripting " + first.value());
      }
    }
    var session = run.session;
    var outer = session.names.arguments();
    session.names.arguments(arguments);
    try {
      String result = null;
      SqlRows last = null;
      for (var statement : statements) {
        var tokens = SqlLexer.tokens(statement);
        boolean returns = tokens.get(0).is("RETURN");
        var text = returns ? "SELECT " + statement.substring(tokens.get(1).start()) : statement;
        var query =
            new Query(
                UUID.randomUUID().toString(),
                text,
                Map.of(),
                false,
                run.clientGenerated,
                run.parameters);
        var answer = session.executeOne(query, query.queryId(), text, 0, () -> {});
        last = new SqlRows(answer.columns(), answer.rows());
        if (returns) {
          result = answer.rows().get(0).get(0);
          break;
        }
      }
      boolean plain =
          statements.size() == 1
              && !isBlock(body)
              && last != null
              && name.equals("anonymous block");
      return plain
          ? last
          : SqlRows.of(name)
              .row(result == null ? new Object[] {null} : new Object[] {result})
              .done();
    } finally {
      session.names.arguments(outer);
    }
  }

  private static boolean isBlock(String statement) throws SqlFailure {
    var tokens = SqlLexer.tokens(statement);
    return tokens.get(0).is("DECLARE")
        || tokens.get(0).is("BEGIN") && !SqlLexer.beginsTransaction(tokens.get(1));
  }

  private static String inside(String block) throws SqlFailure {
    var tokens = SqlLexer.tokens(block);
    int last = tokens.size() - 2;
    while (last > 0 && tokens.get(last).is(";")) {
      last--;
    }
    if (!tokens.get(0).is("BEGIN") || !tokens.get(last).is("END")) {
      throw SqlErrors.unsupported("scripting " + tokens.get(0).value());
    }
    return block.substring(tokens.get(0).end(), tokens.get(last).start());
  }
}
