package io.selfheal.jdbc.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dead session held that its successor does not. Immutable.
 *
 * @param transaction what became of the open transaction
 * @param why why it could not be replayed; null where it needs no more words
 * @param failure what went wrong in rebuilding, so that nothing of it was kept; null for nothing
 * @param diverged whether it came to something else than before
 * @param things what every later call may need without naming it, in words for people
 */
public record Loss(
    Transaction transaction,
    @Nullable String why,
    @Nullable String failure,
    boolean diverged,
    List<String> things) {

  /** The end of the transaction that was open. */
  public enum Transaction {
    /** There was none. */
    NOT_LOST,
    /** It is known to have been committed. */
    COMMITTED,
    /** It is known to have been rolled back, and was run again. */
    REPLAYED,
    /** It is gone: nothing of it was committed. */
    LOST,
    /** Whether it was committed is not known. */
    UNKNOWN
  }

  public static final Loss NOTHING = new Loss(Transaction.NOT_LOST, null, null, false, List.of());

  public Loss {
    things = List.copyOf(things);
  }

  public boolean ofTransaction() {
    return transaction == Transaction.LOST || transaction == Transaction.UNKNOWN;
  }

  /** True when a call that met the dead session cannot be made again just like that. */
  public boolean bound() {
    return failure != null || !things.isEmpty();
  }

  /** For messages. */
  public String describe() {
    var rest = String.join(", ", things);
    return failure == null ? rest : things.isEmpty() ? failure : failure + ", " + rest;
  }
}
