package io.selfheal.jdbc.driver;

import io.selfheal.jdbc.ConnectionFactory;
import io.selfheal.jdbc.journal.Context;
import io.selfheal.jdbc.session.Login;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Logs in by the caller's own way to connect. */
record FactoryLogin(ConnectionFactory factory) implements Login {

  @Override
  public Connection open(@Nullable Context context, Duration limit) throws SQLException {
    return factory.open();
  }

  /** The factory may well fetch a new token. */
  @Override
  public boolean renewsCredentials() {
    return true;
  }

  /** Nobody knows; where it does, it is noticed after the call. */
  @Override
  public boolean logsInByItself() {
    return false;
  }

  /** Nobody can see it. */
  @Override
  public boolean clearsBatchesOnSuccessOnly() {
    return false;
  }

  @Override
  public boolean preparesSessions() {
    return true;
  }

  @Override
  public boolean setsParameter(String parameter) {
    return true;
  }
}
