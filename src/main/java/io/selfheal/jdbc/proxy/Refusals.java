package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.OutcomeUnknownException;
import io.selfheal.jdbc.ReconnectFailedException;
import io.selfheal.jdbc.ReplayDivergedException;
import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.TransactionLostException;
import java.sql.SQLException;

/** Tells our own exceptions from the physical driver's. */
final class Refusals {

  private Refusals() {}

  static boolean is(SQLException e) {
    return e instanceof ReconnectFailedException
        || e instanceof ReplayRefusedException
        || e instanceof ReplayDivergedException
        || e instanceof OutcomeUnknownException
        || e instanceof TransactionLostException;
  }
}
