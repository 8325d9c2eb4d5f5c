package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Answer;
import io.selfheal.jdbc.testkit.SqlEngine.Child;
import io.selfheal.jdbc.testkit.SqlEngine.Query;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** From a request to what runs it. Stateless. */
final class SqlStatements {
  private SqlStatements() {}

  private static Object wanted(H2Session session, Query query) {
    var parameters = query.parameters();
    var own = parameters == null ? null : parameters.get("MULTI_STATEMENT_COUNT");
    return own == null ? session.parameters().get("MULTI_STATEMENT_COUNT") : own;
  }

  /**
   * The statements of a text, checked against MULTI_STATEMENT_COUNT: 0 allows any number, none
   * means one. [D]
   */
  static List<String> split(H2Session session, Query query) throws SqlFailure {
    List<String> statements;
    try {
      statements = SqlLexer.statements(query.sql());
    } catch (SqlFailure unreadable) {
      // Comes again, and is recorded, where the statement is run.
      return List.of(query.sql());
    }
    var wanted = wanted(session, query);
    int count = wanted == null ? 1 : Integer.parseInt(wanted.toString());
    if (statements.size() > 1 && count != 0 && count != statements.size()
        || statements.size() == 1 && count > 1) {
      var failure =
          new SqlFailure(
              8,
              "0A000",
              "Actual statement count "
                  + statements.size()
                  + " did not match the desired statement count "
                  + count
                  + ".");
      session.engine.recordUnreadable(session, query, query.queryId(), query.sql(), failure);
      session.names.remember(query.queryId());
      throw failure;
    }
    return statements;
  }

  static Answer multi(H2Session session, Query query, List<String> statements) throws SqlFailure {
    var parent = new SqlRun(session, query.queryId(), query.sql(), query, 0);
    var engine = session.engine;
    engine.history.begin(parent, new SqlKind("MULTI_STATEMENT", SqlKind.MULTI), parent.start);
    var children = new ArrayList<Child>();
    int binds = 0;
    boolean entered = false;
    try {
      query.whileRunning().reached();
      session.enter();
      entered = true;
      for (var statement : statements) {
        var queryId = UUID.randomUUID().toString();
        var answer = session.executeOne(query, queryId, statement, binds, () -> {});
        binds += answer.numberOfBinds();
        children.add(new Child(queryId, answer.statementTypeId(), answer));
      }
    } catch (SqlFailure e) {
      engine.history.fail(query.queryId(), engine.catalog.tick(), e);
      throw e;
    } finally {
      if (entered) {
        session.leave();
      }
    }
    var status = SqlResults.status("Multiple statements executed successfully.");
    var answer =
        new Answer(
            query.queryId(), SqlKind.MULTI, status.columns(), status.rows(), binds, children, null);
    engine.recordSuccess(parent, answer);
    return answer;
  }

  /** Columns and binds of a statement that is not run. */
  static Answer describe(SqlRun run) throws SqlFailure {
    var kind = SqlKind.of(run.in);
    var columns =
        kind.typeId() == SqlKind.SELECT && !kind.queryType().equals("CALL")
            ? run.columns(new SqlTranslator(run, run.in).query().done())
            : SqlDml.isDml(kind) ? SqlDml.describe(run, kind) : SqlResults.status("").columns();
    return new Answer(
        run.queryId, kind.typeId(), columns, List.of(), run.bindCount(), List.of(), null);
  }

  static Answer run(SqlRun run, SqlKind kind) throws SqlFailure {
    if (kind.queryType().endsWith("_FILES")
        && (kind.typeId() == SqlKind.PUT || kind.typeId() == SqlKind.GET)) {
      return SqlStages.transfer(run, kind);
    }
    var rows = rows(run, kind);
    return new Answer(
        run.queryId, kind.typeId(), rows.columns(), rows.rows(), run.bindCount(), List.of(), null);
  }

  private static SqlRows rows(SqlRun run, SqlKind kind) throws SqlFailure {
    return switch (kind.queryType()) {
      case "SELECT" -> select(run);
      case "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE_TABLE" -> SqlDml.run(run, kind);
      case "COPY" -> SqlCopy.load(run);
      case "UNLOAD" -> SqlUnload.run(run);
      case "LIST_FILES" -> SqlStages.list(run);
      case "REMOVE_FILES" -> SqlStages.remove(run);
      case "SET", "UNSET", "USE", "ALTER_SESSION" -> SqlSessionCommands.run(run, kind);
      case "BEGIN_TRANSACTION", "COMMIT", "ROLLBACK" -> SqlSessionCommands.transaction(run, kind);
      case "CALL" -> SqlProcedures.call(run);
      case "SHOW" -> SqlShow.run(run);
      case "DESCRIBE" -> SqlDescribe.run(run);
      case "CREATE", "CREATE_TABLE", "CREATE_TABLE_AS_SELECT", "CREATE_VIEW", "DROP", "ALTER" ->
          SqlDdl.run(run);
      case "COMMENT", "GRANT", "REVOKE" -> SqlResults.status("Statement executed successfully.");
      default -> {
        if (run.in.atEnd()) {
          throw new SqlFailure(900, "42601", "SQL compilation error:\nEmpty SQL Statement.");
        }
        throw kind.typeId() == 0
            ? SqlErrors.unexpected(run.in.peek())
            : SqlErrors.unsupported(kind.queryType());
      }
    };
  }

  private static SqlRows select(SqlRun run) throws SqlFailure {
    try {
      var text = new SqlTranslator(run, run.in).query();
      run.in.accept(";");
      run.in.expectEnd();
      if (run.session.work.transaction() != null) {
        run.session.engine.history.transaction(run.queryId, run.session.work.transaction().id);
      }
      return run.query(text.done());
    } finally {
      run.session.work.endRead();
    }
  }
}
