package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.replay.Operation;
import io.selfheal.jdbc.replay.Outcome;
import io.selfheal.jdbc.session.PhysicalSession;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One execution of a statement. */
record StatementOperation<R>(
    HealingStatement statement,
    HealingStatement.Execution<R> execution,
    HealingStatement.Adoption<R> adoption,
    boolean endsLater)
    implements Operation<R> {

  @Override
  public R run(PhysicalSession session, String text) throws SQLException {
    statement.beforeRun(session);
    return execution.on(statement.ready(session), text);
  }

  @Override
  public boolean takesTag() {
    return true;
  }

  @Override
  public boolean takesText() {
    return statement.takesText();
  }

  @Override
  public @Nullable Replay replay(String text) throws SQLException {
    return statement.replay(text);
  }

  @Override
  public long count(R result) {
    if (result instanceof Number count) {
      return count.longValue();
    }
    try {
      return result instanceof Boolean rows && !rows
          ? statement.delegate().getLargeUpdateCount()
          : -1;
    } catch (SQLException closedMeanwhile) {
      return -1;
    }
  }

  @Override
  public R adopt(Outcome.Ran ran, PhysicalSession fresh) throws SQLException {
    var adopted = new Adopted(statement, ran, fresh);
    statement.adopted(adopted);
    return adoption.of(adopted);
  }

  @Override
  public @Nullable String queryId() {
    return statement.queryId();
  }

  @Override
  public @Nullable Duration patience() {
    return statement.patience();
  }
}
