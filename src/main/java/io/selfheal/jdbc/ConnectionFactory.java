package io.selfheal.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Opens the physical connection that replaces one whose session has died.
 *
 * <p>Must be safe to call from several threads. For a heal it is called on a thread of the driver's
 * own, so that a login that hangs can be left behind after {@code selfheal.healTimeoutSeconds}; the
 * caller's context class loader is set on it.
 */
@FunctionalInterface
public interface ConnectionFactory {

  /**
   * Opens a ready-to-use connection: same account, user, role, warehouse and database as the one it
   * replaces. Null, a closed connection and the connection that is to be replaced are refused.
   *
   * @return a new connection, which the healing connection closes when it no longer needs it
   * @throws SQLException when no session can be had; the caller of the failed statement sees it as
   *     the cause of a {@link ReconnectFailedException}
   */
  Connection open() throws SQLException;
}
