package io.selfheal.jdbc.journal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a heal has made of a journal. Immutable.
 *
 * @param entries the journal from here on
 * @param objects the temp objects that are there
 * @param lost those that are not, and why
 * @param transaction what became of the open transaction
 * @param why more about that; null for nothing
 * @param failure what went wrong, so that nothing was rebuilt; null for nothing
 * @param diverged whether something came out otherwise than before
 * @param queryIds what was run for it, by the fresh session's history
 */
public record Rebuilt(
    List<Entry> entries,
    Map<TempObject, Held> objects,
    Map<TempObject, String> lost,
    Transaction transaction,
    @Nullable String why,
    @Nullable String failure,
    boolean diverged,
    List<String> queryIds) {

  /** The end of the transaction that was open on the dead session. */
  public enum Transaction {
    NONE,
    COMMITTED,
    REPLAYED,
    LOST,
    UNKNOWN
  }

  /** Those of the temp objects of the dead session that there certainly were. */
  public Set<TempObject> certain(Set<TempObject> held) {
    return held.stream()
        .filter(object -> !Rebuild.PERHAPS_NOT_MADE.equals(lost.get(object)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The stages that are there again, but whose files the server would load a second time. */
  public Set<TempObject> loadedStages() {
    return objects.entrySet().stream()
        .filter(object -> object.getValue().is(Held.Mark.LOADED))
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }
}
