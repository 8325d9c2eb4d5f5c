package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlDdl.Modifiers;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlObject.Function;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import java.util.ArrayList;
import java.util.List;

/** CREATE FUNCTION with a SQL expression as its body, put in place of each call. Stateless. */
final class SqlUserFunctions {
  private SqlUserFunctions() {}

  static SqlRows create(SqlRun run, Modifiers modifiers) throws SqlFailure {
    var in = run.in;
    boolean ifNotExists = in.ifNotExists();
    var key = run.session.names.key(Space.FUNCTION, in.name());
    var names = new ArrayList<String>();
    var types = new ArrayList<SqlType>();
    in.expect("(");
    while (!in.accept(")")) {
      names.add(in.identifier());
      types.add(SqlType.parse(in));
      in.accept(",");
    }
    in.expect("RETURNS");
    if (in.isNext("TABLE")) {
      throw SqlErrors.unsupported("RETURNS TABLE");
    }
    var returns = SqlType.parse(in);
    while (!in.isNext("AS") && !in.atEnd()) {
      if (in.next().is("LANGUAGE") && !in.isNext("SQL")) {
        throw SqlErrors.unsupported("LANGUAGE " + in.peek().value());
      }
    }
    in.expect("AS");
    var body = in.string();
    in.accept(";");
    in.expectEnd();
    if (SqlDdl.inTheWay(run, key, modifiers, ifNotExists)) {
      return SqlDdl.already(key);
    }
    SqlDdl.put(
        run,
        new Function(
            key,
            modifiers.temporary(),
            run.start,
            List.copyOf(names),
            List.copyOf(types),
            returns,
            body));
    return SqlResults.status("Function " + key.name() + " successfully created.");
  }

  /** The function of that name as the session sees it, or null. */
  static Function find(SqlRun run, List<String> name) throws SqlFailure {
    if (name.size() == 1 && run.session.schema() == null) {
      return null;
    }
    return (Function) run.session.names.find(run.session.names.key(Space.FUNCTION, name));
  }
}
