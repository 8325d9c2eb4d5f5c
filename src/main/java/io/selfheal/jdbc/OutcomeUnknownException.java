package io.selfheal.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The session died while a write was under way, and it cannot be told whether the write ran. It was
 * not run again; look before you repeat it. The connection is on a fresh session and usable.
 * SQLState 40003 (statement completion unknown).
 */
public final class OutcomeUnknownException extends SQLException {

  private static final long serialVersionUID = 1;

  /** Made by the driver; {@code cause} is the physical driver's error. */
  public OutcomeUnknownException(String reason, @Nullable Throwable cause) {
    super(reason, "40003", 0, cause);
  }
}
