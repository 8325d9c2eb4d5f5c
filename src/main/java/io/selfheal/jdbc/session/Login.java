package io.selfheal.jdbc.session;

import io.selfheal.jdbc.journal.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A way to get a physical connection. Implementations are thread-safe. */
public interface Login {

  /**
   * Logs in.
   *
   * @param context what the session should look like from the start, where the login can say so;
   *     null for the first login
   * @param limit how long it may take, as far as the login can be told
   */
  Connection open(@Nullable Context context, Duration limit) throws SQLException;

  /** Whether a later login can bring other credentials than the first one. */
  boolean renewsCredentials();

  /**
   * Whether the physical driver, with the authenticator that is used, logs in again by itself
   * inside a call; see {@link Swaps}.
   */
  boolean logsInByItself();

  /**
   * Whether the physical driver is told to clear a batch when it has succeeded, and only then; by
   * itself it clears those of a prepared statement always, and others never [S].
   */
  boolean clearsBatchesOnSuccessOnly();

  /**
   * Whether what it opens may have been set up beyond what the physical driver's own login gives.
   */
  boolean preparesSessions();

  /**
   * Whether a session parameter may have another value right after the login than the server's own.
   *
   * @param parameter its name in capitals
   */
  boolean setsParameter(String parameter);
}
