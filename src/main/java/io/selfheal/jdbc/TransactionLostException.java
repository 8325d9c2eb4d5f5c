package io.selfheal.jdbc;

import java.sql.SQLTransactionRollbackException;
import org.jspecify.annotations.Nullable;

/**
 * The open transaction went with its session. Start it again from its first statement. The cause
 * says more: the physical driver's error, or the typed refusal that kept the transaction from being
 * rebuilt. The connection is on a fresh session and usable. SQLState 40001.
 */
public final class TransactionLostException extends SQLTransactionRollbackException {

  private static final long serialVersionUID = 1;

  /** Made by the driver; {@code cause} is the physical driver's error. */
  public TransactionLostException(String reason, @Nullable Throwable cause) {
    super(reason, "40001", 0, cause);
  }
}
