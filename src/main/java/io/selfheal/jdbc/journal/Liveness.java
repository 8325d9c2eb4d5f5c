package io.selfheal.jdbc.journal;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Which entries are needed for what is alive: those that define a version of it, those that define
 * what these use, and those that end, rename or replace what would be there again for their sake.
 * Stateless.
 */
final class Liveness {

  private Liveness() {}

  static Set<Entry> needed(List<Entry> entries, Collection<Held> alive) {
    Set<Integer> needed = new HashSet<>();
    for (var held : alive) {
      if (held.lost() == null) {
        needed.addAll(held.both());
      }
    }
    Set<Entry> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    int before;
    do {
      before = kept.size();
      for (int i = entries.size() - 1; i >= 0; i--) {
        var entry = entries.get(i);
        if (entry.pending() || !Collections.disjoint(needed, entry.defines())) {
          keep(entry, kept, needed);
        }
      }
      Set<Integer> made = new HashSet<>();
      for (var entry : entries) {
        if (kept.contains(entry) || !Collections.disjoint(made, entry.follows())) {
          keep(entry, kept, needed);
          made.addAll(entry.defines());
        }
      }
    } while (kept.size() > before);
    return kept;
  }

  private static void keep(Entry entry, Set<Entry> kept, Set<Integer> needed) {
    if (kept.add(entry)) {
      needed.addAll(entry.uses());
    }
  }
}
