package io.selfheal.jdbc.journal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the entries that can be made again from those that cannot, in their order: what stands on
 * one that cannot, cannot either. For one heal, not thread-safe.
 */
final class Sieve {

  private final List<Entry> entries;
  private final Set<Integer> available = new HashSet<>();
  private final Set<Entry> passed = new HashSet<>();
  private final Map<Integer, String> reasons = new HashMap<>();
  private @Nullable String lostTransaction;

  Sieve(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * @param doubt why the entry cannot be made again as it was; null where it can
   */
  void pass(Entry entry, @Nullable String doubt) {
    var reason = doubt == null ? missing(entry) : entry.name() + ": " + doubt;
    if (reason == null) {
      passed.add(entry);
      available.addAll(entry.defines());
      return;
    }
    entry.defines().forEach(version -> reasons.put(version, reason));
    if (entry.pending() && lostTransaction == null) {
      lostTransaction = reason;
    }
  }

  private @Nullable String missing(Entry entry) {
    for (var version : entry.uses()) {
      if (!available.contains(version)) {
        return reason(version);
      }
    }
    return null;
  }

  private String reason(int version) {
    return reasons.getOrDefault(version, "it needs what was forgotten at a checkpoint");
  }

  /** Why the open transaction cannot be replayed; null where it can. */
  @Nullable String lostTransaction() {
    return lostTransaction;
  }

  Map<TempObject, Held> alive(Map<TempObject, Held> objects) {
    Map<TempObject, Held> left = new HashMap<>(objects);
    left.values().removeIf(held -> why(held) != null);
    return left;
  }

  Map<TempObject, String> lost(Map<TempObject, Held> objects) {
    Map<TempObject, String> lost = new HashMap<>();
    objects.forEach(
        (object, held) -> {
          var why = why(held);
          if (why != null) {
            lost.put(object, why);
          }
        });
    return lost;
  }

  private @Nullable String why(Held held) {
    if (held.lost() != null) {
      return held.lost();
    }
    if (!available.contains(held.structure())) {
      return reason(held.structure());
    }
    return available.contains(held.content()) ? null : reason(held.content());
  }

  /**
   * The entries that are worth making again.
   *
   * @param alive what is to be there
   * @param behind what a rollback is to bring back
   */
  Collection<Entry> needed(Map<TempObject, Held> alive, Map<TempObject, Held> behind) {
    List<Held> all = new ArrayList<>(alive.values());
    all.addAll(alive(behind).values());
    return Liveness.needed(entries.stream().filter(passed::contains).toList(), all);
  }
}
