package io.selfheal.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The session is dead and no new one could be had: the login failed, took too long, or is not tried
 * for a while. SQLState 08001, vendor code 390114, so that pools evict the connection. The next
 * call may try again. Whether a write that was under way ran is not known.
 */
public final class ReconnectFailedException extends SQLException {

  private static final long serialVersionUID = 1;

  /** Made by the driver; {@code cause} is the physical driver's error. */
  public ReconnectFailedException(String reason, @Nullable Throwable cause) {
    super(reason, "08001", 390114, cause);
  }
}
