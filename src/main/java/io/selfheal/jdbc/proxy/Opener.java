package io.selfheal.jdbc.proxy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** How a statement came to be, so that it can be made again on another connection. */
@FunctionalInterface
interface Opener {

  /** Makes it; {@code sql} is empty for a plain statement. */
  Statement open(Connection connection, String sql) throws SQLException;
}
