package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Context;
import io.selfheal.jdbc.replay.Operation;
import io.selfheal.jdbc.replay.Outcome;
import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.SessionUser;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call of commit, rollback, setAutoCommit, setCatalog or setSchema. */
final class ConnectionCall implements Operation<Boolean>, SessionUser {

  final Call call = new Call();
  private final Context.Attribute<Connection> body;

  ConnectionCall(Context.Attribute<Connection> body) {
    this.body = body;
  }

  @Override
  public Boolean run(PhysicalSession session, String text) throws SQLException {
    body.apply(session.connection());
    return true;
  }

  @Override
  public Boolean adopt(Outcome.Ran ran, PhysicalSession fresh) {
    return true;
  }

  @Override
  public @Nullable String queryId() {
    // The physical driver makes the statement by itself and keeps its id [S]; such rows explain
    // themselves by their kind.
    return null;
  }

  @Override
  public @Nullable Duration patience() {
    return null;
  }

  @Override
  public boolean uses(PhysicalSession session) {
    return call.session() == session;
  }

  @Override
  public boolean isGone() {
    return false; // whoever makes the call removes it
  }

  @Override
  public Iterable<Call> calls() {
    return List.of(call);
  }
}
