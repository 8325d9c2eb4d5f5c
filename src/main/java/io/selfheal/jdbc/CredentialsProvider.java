package io.selfheal.jdbc;

import java.sql.SQLException;
import java.util.Properties;

/**
 * Fresh credentials for each login, for secrets that change while a connection lives (OAuth tokens,
 * rotated keys). Named by {@code selfheal.credentials}; needs a public no-argument constructor. One
 * instance serves one logical connection, one call at a time.
 */
@FunctionalInterface
public interface CredentialsProvider {

  /**
   * Gives the connection properties that this login is to use besides the ones of the connect call,
   * over which they win.
   *
   * @return properties of the physical driver such as {@code token} or {@code password}; never
   *     logged
   * @throws SQLException when there are none to be had, which makes the login fail
   */
  Properties credentials() throws SQLException;
}
