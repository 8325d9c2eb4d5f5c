package io.selfheal.jdbc.programs;

import io.selfheal.jdbc.OutcomeUnknownException;
import io.selfheal.jdbc.ReconnectFailedException;
import io.selfheal.jdbc.ReplayDivergedException;
import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.TransactionLostException;
import java.sql.SQLException;
import java.util.Set;

/** Tells the driver's typed refusals from the errors of the server. Stateless. */
final class Refusal {
  private static final Set<Class<?>> TYPES =
      Set.of(
          ReplayRefusedException.class,
          ReplayDivergedException.class,
          OutcomeUnknownException.class,
          TransactionLostException.class,
          ReconnectFailedException.class);

  private Refusal() {}

  /** The typed refusal in an error, also behind a batch's, or null. */
  static SQLException of(SQLException error) {
    SQLException next = error;
    for (int i = 0; next != null && i < 10; i++) {
      for (Throwable cause = next; cause != null; cause = cause.getCause()) {
        if (TYPES.contains(cause.getClass())) {
          return (SQLException) cause;
        }
      }
      next = next.getNextException();
    }
    return null;
  }

  /** The physical driver's own word for a dead session. */
  static boolean isExpiry(SQLException error) {
    return error.getErrorCode() == 390114 || error.getErrorCode() == 390111;
  }
}
