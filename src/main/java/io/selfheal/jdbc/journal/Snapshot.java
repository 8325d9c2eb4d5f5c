package io.selfheal.jdbc.journal;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session held when its end was noticed. Immutable.
 *
 * @param objectsBefore the temp objects as they were before the open transaction
 * @param transaction whether a transaction is open
 * @param perhapsCommitted whether something on the way may have committed what it did first [I]
 * @param transactionLost why it cannot be replayed; null where it can
 * @param changes tells whether the journal has changed since
 */
public record Snapshot(
    Context context,
    List<Entry> entries,
    Map<TempObject, Held> objects,
    Map<TempObject, Held> objectsBefore,
    boolean transaction,
    boolean perhapsCommitted,
    @Nullable String transactionLost,
    Recorder.Keep keep,
    long changes) {

  /** Whether what was rebuilt for one is right for the other, the context apart. */
  public boolean sameWork(Snapshot other) {
    return changes == other.changes && transaction == other.transaction && keep.equals(other.keep);
  }
}
