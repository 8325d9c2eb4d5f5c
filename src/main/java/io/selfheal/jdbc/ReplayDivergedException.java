package io.selfheal.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilding the session gave something else than it held before. The connection is on a fresh
 * session and usable. SQLState 40001.
 */
public final class ReplayDivergedException extends SQLException {

  private static final long serialVersionUID = 1;

  /** Made by the driver; {@code cause} is the physical driver's error. */
  public ReplayDivergedException(String reason, @Nullable Throwable cause) {
    super(reason, "40001", 0, cause);
  }
}
