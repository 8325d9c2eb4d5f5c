package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** SET, UNSET, USE, ALTER SESSION, and the transaction commands. Stateless. */
final class SqlSessionCommands {
  private static final SqlRows DONE = SqlResults.status("Statement executed successfully.");

  private SqlSessionCommands() {}

  static SqlRows run(SqlRun run, SqlKind kind) throws SqlFailure {
    run.in.next();
    return switch (kind.queryType()) {
      case "SET" -> set(run);
      case "UNSET" -> unset(run);
      case "USE" -> use(run);
      default -> alterSession(run);
    };
  }

  private static List<String> names(SqlCursor in) throws SqlFailure {
    var names = new ArrayList<String>();
    if (!in.accept("(")) {
      names.add(in.identifier());
      return names;
    }
    do {
      names.add(in.identifier());
    } while (in.accept(","));
    in.expect(")");
    return names;
  }

  private static SqlRows set(SqlRun run) throws SqlFailure {
    var in = run.in;
    var names = names(in);
    in.expect("=");
    try {
      // SET (a, b) = (1, 2), = (SELECT …) and SET a = 1 are all a select list or a query.
      boolean query =
          SqlTranslator.startsQuery(in.peek())
              || in.isNext("(") && SqlTranslator.startsQuery(in.peek(1));
      var to = new SqlTranslator(run, in);
      if (query) {
        to.subquery();
      } else if (names.size() > 1) {
        in.expect("(");
        to.emit("SELECT").plain();
        in.expect(")");
      } else {
        to.emit("SELECT").plain();
      }
      in.accept(";");
      in.expectEnd();
      var rows = run.query(to.done());
      if (rows.columns().size() != names.size() || rows.rows().size() != 1) {
        throw SqlErrors.invalid("Number of values does not match the number of variables to set.");
      }
      for (int i = 0; i < names.size(); i++) {
        run.session.names.variables.put(
            names.get(i),
            new SqlContext.Variable(
                SqlType.ofColumn(rows.columns().get(i)), rows.rows().get(0).get(i)));
      }
      return DONE;
    } finally {
      run.session.work.endRead();
    }
  }

  private static SqlRows unset(SqlRun run) throws SqlFailure {
    var names = names(run.in);
    run.in.accept(";");
    run.in.expectEnd();
    names.forEach(run.session.names.variables::remove);
    return DONE;
  }

  private static SqlRows use(SqlRun run) throws SqlFailure {
    var in = run.in;
    var session = run.session;
    var catalog = session.engine.catalog;
    if (in.accept("SECONDARY", "ROLES")) {
      session.names.useSecondaryRoles(in.value());
    } else if (in.peek().is("ROLE") && in.peek(1).isName()) {
      in.next();
      session.names.useRole(one(in));
    } else if (in.peek().is("WAREHOUSE") && in.peek(1).isName()) {
      in.next();
      session.names.useWarehouse(one(in));
    } else if (in.peek().is("SCHEMA") && in.peek(1).isName()) {
      in.next();
      useSchema(session, in.name());
    } else {
      boolean database = in.peek().is("DATABASE") && in.peek(1).isName();
      if (database) {
        in.next();
      }
      var name = in.name();
      if (name.size() == 2 && !database) {
        useSchema(session, name);
      } else if (name.size() == 1 && catalog.hasDatabase(name.get(0))) {
        session.names.use(name.get(0), "PUBLIC");
      } else {
        throw SqlErrors.missing("Database", String.join(".", name));
      }
    }
    in.accept(";");
    in.expectEnd();
    return DONE;
  }

  private static String one(SqlCursor in) throws SqlFailure {
    var name = in.name();
    return name.get(0);
  }

  private static void useSchema(H2Session session, List<String> name) throws SqlFailure {
    var database = name.size() == 2 ? name.get(0) : session.database();
    if (database == null) {
      throw SqlErrors.noDatabase();
    }
    var schema = name.get(name.size() - 1);
    if (!session.engine.catalog.hasSchema(database, schema)) {
      throw SqlErrors.missing("Schema", database + "." + schema);
    }
    session.names.use(database, schema);
  }

  private static SqlRows alterSession(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.expect("SESSION");
    if (in.accept("UNSET")) {
      do {
        run.session.work.parameter(in.identifier(), null);
      } while (in.accept(","));
    } else {
      in.expect("SET");
      do {
        var name = in.identifier();
        in.expect("=");
        boolean text = in.peek().kind() == SqlToken.Kind.STRING;
        var value = in.value();
        boolean flag = value.equalsIgnoreCase("TRUE") || value.equalsIgnoreCase("FALSE");
        run.session.work.parameter(
            name,
            flag
                ? (Object) Boolean.parseBoolean(value.toLowerCase(Locale.ROOT))
                : text ? value : number(value));
        in.accept(",");
      } while (!in.atEnd());
    }
    in.accept(";");
    in.expectEnd();
    return DONE;
  }

  private static Object number(String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException word) {
      return value;
    }
  }

  static SqlRows transaction(SqlRun run, SqlKind kind) throws SqlFailure {
    var in = run.in;
    var session = run.session;
    in.next();
    if (!in.accept("TRANSACTION")) {
      in.accept("WORK");
    }
    switch (kind.queryType()) {
      case "BEGIN_TRANSACTION" -> {
        var name = in.accept("NAME") ? in.value() : java.util.UUID.randomUUID().toString();
        in.accept(";");
        in.expectEnd();
        // A BEGIN inside an open transaction is ignored. [D]
        var open =
            session.work.transaction() == null
                ? session.work.begin(name, false)
                : session.work.transaction();
        session.engine.history.transaction(run.queryId, open.id);
      }
      case "COMMIT" -> {
        in.accept(";");
        in.expectEnd();
        recordOpen(run);
        session.work.commit(null);
      }
      default -> {
        in.accept(";");
        in.expectEnd();
        recordOpen(run);
        session.work.rollback();
      }
    }
    return DONE;
  }

  private static void recordOpen(SqlRun run) {
    var open = run.session.work.transaction();
    if (open != null) {
      run.session.engine.history.transaction(run.queryId, open.id);
    }
  }
}
