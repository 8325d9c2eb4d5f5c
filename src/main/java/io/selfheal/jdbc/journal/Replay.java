package io.selfheal.jdbc.journal;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A call of the application's with all that it needs to be made again on another connection. Holds
 * copies of what was mutable; one heal uses it at a time.
 */
public interface Replay {

  /**
   * What came of it.
   *
   * @param count the update count, summed up for a batch; -1 where the call gives none
   * @param queryId null where the physical driver does not tell
   */
  record Done(long count, @Nullable String queryId) {}

  /** Makes the call again. */
  Done on(Connection connection) throws SQLException;

  /** As {@link #on(Connection)}, among others that may be of the same prepared text. */
  default Done on(PreparedTexts texts) throws SQLException {
    texts.close();
    return on(texts.connection());
  }

  /** Why it cannot be made as it was, for as far as that can be told before; null where it can. */
  default @Nullable String doubt() {
    return null;
  }

  /** Keeps what is the same in an earlier call only once. Before anybody else knows of this one. */
  default void share(Replay earlier) {}

  /** What it keeps on the heap, roughly. */
  long bytes();

  /** Gives back what it keeps elsewhere; it will not be made again. */
  default void discard() {}
}
