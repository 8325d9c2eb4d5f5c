package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.Shape;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call that has succeeded.
 *
 * @param replay how to make it again; null where it need not or cannot be
 * @param count the update count; -1 where the call gives none
 * @param queryId null where the physical driver does not tell
 * @param variables values of the variables it set, as far as the text does not tell them
 */
public record Applied(
    String sql,
    Shape shape,
    Binds binds,
    @Nullable Replay replay,
    long count,
    @Nullable String queryId,
    Map<String, Variable> variables) {

  /** Not the text, which may hold values. */
  @Override
  public String toString() {
    return "Applied";
  }
}
