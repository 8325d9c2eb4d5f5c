package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlObject.Space;

/** DESCRIBE TABLE, VIEW, RESULT, TRANSACTION and PROCEDURE. Stateless. */
final class SqlDescribe {
  private SqlDescribe() {}

  static SqlRows run(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.next();
    var kind = in.next();
    var rows =
        switch (kind.value()) {
          case "TABLE", "VIEW" -> relation(run);
          case "RESULT" -> result(run);
          case "TRANSACTION" -> transaction(run);
          case "PROCEDURE" -> procedure(run);
          case "STAGE" -> properties(run, Space.STAGE);
          case "FILE" -> {
            in.expect("FORMAT");
            yield properties(run, Space.FORMAT);
          }
          case "FUNCTION" -> function(run);
          default -> throw SqlErrors.unsupported("DESCRIBE " + kind.value());
        };
    in.accept(";");
    in.expectEnd();
    return rows;
  }

  private static SqlRows.Builder columns() {
    return SqlRows.of(
        "name",
        "type",
        "kind",
        "null?",
        "default",
        "primary key",
        "unique key",
        "check",
        "expression",
        "comment",
        "policy name");
  }

  private static SqlRows relation(SqlRun run) throws SqlFailure {
    var key = run.session.names.key(Space.RELATION, run.in.name());
    var object = run.session.names.find(key);
    if (object == null) {
      throw SqlErrors.missing("Table", key.toString());
    }
    var rows = columns();
    for (var column : SqlShow.columns(run, object)) {
      boolean primary =
          object instanceof SqlObject.Table table && table.primaryKey().contains(column.name());
      var given = column.autoIncrement() ? "IDENTITY" : column.defaultText();
      rows.row(
          column.name(),
          column.type().sql(),
          "COLUMN",
          column.nullable() ? "Y" : "N",
          given,
          primary ? "Y" : "N",
          "N",
          null,
          null,
          column.comment(),
          null);
    }
    return rows.done();
  }

  private static SqlRows result(SqlRun run) throws SqlFailure {
    var queryId = SqlFunctions.text(SqlFunctions.argument(run, run.in));
    var answer = run.session.engine.result(queryId);
    if (answer == null) {
      throw new SqlFailure(709, "02000", "Statement " + queryId + " not found");
    }
    var rows = columns();
    for (var column : answer.columns()) {
      rows.row(
          column.name(),
          SqlType.ofColumn(column).sql(),
          "COLUMN",
          column.nullable() ? "Y" : "N",
          null,
          "N",
          "N",
          null,
          null,
          null,
          null);
    }
    return rows.done();
  }

  /** Tells the state of ended transactions too. [D] */
  private static SqlRows transaction(SqlRun run) throws SqlFailure {
    var text = run.in.value();
    var engine = run.session.engine;
    var transaction =
        text.matches("\\d{1,19}") ? engine.transactions.get(Long.parseLong(text)) : null;
    if (transaction == null || !transaction.session.user.equals(run.session.user)) {
      throw SqlErrors.missing("Transaction", text);
    }
    var rows = SqlShow.transactions();
    SqlShow.transaction(rows, engine, transaction);
    return rows.done();
  }

  private static SqlRows properties(SqlRun run, Space space) throws SqlFailure {
    var key = run.session.names.key(space, run.in.name());
    var object = run.session.names.find(key);
    if (object == null) {
      throw SqlErrors.missing(space.word, key.toString());
    }
    var rows = SqlRows.of("property", "property_value");
    var options =
        object instanceof SqlObject.Stage stage
            ? stage.format()
            : ((SqlObject.Format) object).options();
    options.values().forEach((name, value) -> rows.row(name, value.toString()));
    return rows.done();
  }

  private static SqlRows function(SqlRun run) throws SqlFailure {
    var name = run.in.name();
    if (run.in.accept("(")) {
      run.in.skipParenthesis();
    }
    var function = SqlUserFunctions.find(run, name);
    if (function == null) {
      throw SqlErrors.missing("Function", String.join(".", name));
    }
    return SqlRows.of("property", "value")
        .row("returns", function.returns().sql())
        .row("language", "SQL")
        .row("body", function.body())
        .done();
  }

  private static SqlRows procedure(SqlRun run) throws SqlFailure {
    var key = run.session.names.key(Space.PROCEDURE, run.in.name());
    if (run.in.accept("(")) {
      run.in.skipParenthesis();
    }
    if (!(run.session.names.find(key) instanceof SqlObject.Procedure procedure)) {
      throw SqlErrors.missing("Procedure", key.toString());
    }
    var signature = new StringBuilder("(");
    for (int i = 0; i < procedure.parameters().size(); i++) {
      signature
          .append(i == 0 ? "" : ", ")
          .append(procedure.parameters().get(i))
          .append(' ')
          .append(procedure.types().get(i));
    }
    return SqlRows.of("property", "value")
        .row("signature", signature.append(')'))
        .row("returns", procedure.returns())
        .row("language", "SQL")
        .row("body", procedure.body())
        .done();
  }
}
