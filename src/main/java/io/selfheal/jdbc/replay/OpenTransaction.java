package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.journal.Applied;
import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.sql.Shape;
import java.sql.SQLException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transaction that a heal has run again. Stateless. */
final class OpenTransaction {

  private static final Logger LOG = LoggerFactory.getLogger(OpenTransaction.class);
  private static final String ROLLBACK = "ROLLBACK";

  private OpenTransaction() {}

  /** It was run again for nothing: what its caller did next is not in it. */
  static void giveUp(LogicalSession session) {
    if (!session.manualCommit()) {
      return;
    }
    var on = session.current();
    session.lastQueries().disturb();
    try (var statement = on.connection().createStatement()) {
      statement.execute(ROLLBACK);
      session.applied(
          new Applied(ROLLBACK, Shape.of(ROLLBACK), Binds.NONE, null, -1, null, Map.of()), on);
    } catch (SQLException e) {
      LOG.debug("rollback of what was given up: code {}", e.getErrorCode());
      // Should this session be dead in turn, the next heal must not run it again once more: its
      // caller begins anew.
      session.transactionNotRecorded("it was given up with an earlier session");
    }
  }
}
