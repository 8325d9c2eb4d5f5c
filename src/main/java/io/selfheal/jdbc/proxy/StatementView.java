package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.proxy.Views.VendorCall;
import io.selfheal.jdbc.session.QueryTags;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's methods of a statement: executions, settings that come along to another session, and
 * the ids of the last execution.
 */
record StatementView(HealingStatement statement) implements Views.Target {

  @Override
  public Wrapper logical() {
    return statement;
  }

  @Override
  public Wrapper physical() throws SQLException {
    return statement.delegate();
  }

  @Override
  public @Nullable Object call(VendorCall call) throws SQLException {
    if (call.is("getQueryID", 0)) {
      call.on(physical()); // for its error on a closed statement
      return statement.queryId();
    }
    if (call.is("getBatchQueryIDs", 0)) {
      var ids = statement.batchQueryIds();
      return ids.isEmpty() ? call.on(physical()) : ids;
    }
    if (call.is("executeAsyncQuery", 1)) {
      return execute(String.valueOf(call.argument()), call);
    }
    if (call.is("executeAsyncQuery", 0)) {
      return execute(statement.sql(), call);
    }
    if (call.method().getName().startsWith("set")) {
      if (statement instanceof HealingPreparedStatement prepared
          && call.argument() instanceof Integer index
          && call.arguments().size() > 1) {
        // A value, as setBigInteger and setMap have it.
        var kept = call.copied();
        prepared.setValue(index, physical -> kept.on(physical));
        return null;
      }
      statement.set(setting(call), physical -> call.on(physical));
      if (call.is("setParameter", 2)
          && call.arguments().get(0) instanceof String name
          && name.equalsIgnoreCase(QueryTags.PARAMETER)) {
        statement.tag(name, String.valueOf(call.arguments().get(1)));
      }
      return null;
    }
    return logical(call.on(physical()));
  }

  private ResultSet execute(String sql, VendorCall call) throws SQLException {
    return statement
        .results()
        .query(
            statement.runAsync(
                sql,
                (physical, text) -> (ResultSet) rows(call, physical),
                Adopted::asyncResultSet));
  }

  private static Object rows(VendorCall call, Statement physical) throws SQLException {
    var rows = call.on(physical);
    if (rows == null) {
      throw new SQLException("The physical driver gave no result set.");
    }
    return rows;
  }

  /** setParameter(name, value) sets one thing for each name. */
  private static String setting(VendorCall call) {
    var name = call.method().getName();
    return call.method().getParameterCount() > 1 ? name + " " + call.argument() : name;
  }

  private @Nullable Object logical(@Nullable Object result) {
    return result instanceof ResultSet rows ? statement.results().wrap(rows) : result;
  }
}
