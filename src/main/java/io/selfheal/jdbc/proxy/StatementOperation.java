package io.selfheal.jdbc.proxy;

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
    HealingStatement.Adoption<R> adoption)
    implements Operation<R> {

  @Override
  public R run(PhysicalSession session) throws SQLException {
    return execution.on(statement.bind(session));
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
