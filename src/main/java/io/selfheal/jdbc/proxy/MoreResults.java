package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.ChildQueries;
import io.selfheal.jdbc.sql.Trait;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of a text of several statements. The physical driver fetches the next one from the
 * server, by its id [R]; so does this on another session, where that of the execution is gone. For
 * one execution; only the executing thread uses it.
 */
final class MoreResults {

  private final HealingStatement statement;

  /** How many results of the execution were given. */
  private int given = 1;

  /** The expiry that the next result was lost to, until that is found elsewhere. */
  private @Nullable SQLException missed;

  MoreResults(HealingStatement statement) {
    this.statement = statement;
  }

  /** {@code getMoreResults} of a statement that is open. */
  boolean next(int current) throws SQLException {
    var session = statement.owner().logical();
    var on = statement.bound();
    boolean left = on != session.current();
    if (missed == null && !(left && several() && statement.last().isClosed())) {
      try {
        boolean more = statement.delegate().getMoreResults(current);
        given++;
        return more;
      } catch (SQLException e) {
        if (session.expiry().code(e) == 0 && !on.isSwapped()) {
          throw e;
        }
        // The physical driver counts it as given all the same [S], so it must not be asked again.
        missed = e;
      }
    }
    var error = missed;
    // What went with a session that was left before has been told.
    var fresh =
        left || error == null ? statement.owner().session() : statement.owner().recover(on, error);
    var children = several() ? children(on, fresh) : null;
    if (children == null) {
      throw session
          .events()
          .refused(
              new ReplayRefusedException(
                  "The session expired before the statement's next result was fetched, and that cannot be found. The statement ran; it was not run again.",
                  error));
    }
    var rest = new Adopted(statement, statement.queryId(), children, given, fresh);
    statement.adopted(rest);
    return rest.more(current);
  }

  private boolean several() {
    return statement.call().shape().has(Trait.SEVERAL_STATEMENTS);
  }

  private @Nullable List<String> children(PhysicalSession of, PhysicalSession fresh)
      throws SQLException {
    var session = of.id();
    var first = statement.queryId();
    if (session == null || first == null) {
      return null;
    }
    try {
      statement.owner().logical().lastQueries().disturb();
      return ChildQueries.of(fresh.connection(), session, statement.call().sql(), first);
    } catch (SQLException e) {
      if (statement.owner().logical().expiry().code(e) != 0) {
        throw e;
      }
      return null;
    }
  }
}
