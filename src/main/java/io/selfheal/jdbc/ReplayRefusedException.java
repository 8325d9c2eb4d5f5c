package io.selfheal.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The session was replaced, but the call needs something the dead session held that cannot be
 * rebuilt. The call was not run again; the connection is on a fresh session and usable. SQLState
 * 55000 (object not in prerequisite state).
 */
public final class ReplayRefusedException extends SQLException {

  private static final long serialVersionUID = 1;

  /** Made by the driver; {@code cause} is the physical driver's error. */
  public ReplayRefusedException(String reason, @Nullable Throwable cause) {
    super(reason, "55000", 0, cause);
  }
}
