package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.Detail.ObjectType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The calls that the temp objects of the living session and its open transaction are made of, in
 * their order, and no others. Each object has versions; an entry defines some and uses some, so
 * that what nothing alive depends on any more can be forgotten. Every method is called under the
 * logical session's state lock, which guards all fields.
 */
final class Journal {

  /** How far back it is looked for what an entry has in common with others. */
  private static final int LOOKED_AT = 8;

  private final int maxStatements;
  private final long maxBytes;
  private final List<Entry> entries = new ArrayList<>();

  /** Replaced as a whole. */
  private Map<TempObject, Held> objects = Map.of();

  /** What there was before the open transaction wrote to it; null while it has not. */
  private @Nullable Map<TempObject, Held> beforeTransaction;

  /** Why the open transaction cannot be replayed; null where it can. */
  private @Nullable String transactionLost;

  /** What the open transaction did before something that may have committed it [I]. */
  private Set<TempObject> perhapsCommitted = Set.of();

  private long bytes;
  private int lastVersion;

  /** Counts what cannot be caught up with by a heal that has read the journal before. */
  private long changes;

  Journal(int maxStatements, long maxBytes) {
    this.maxStatements = maxStatements;
    this.maxBytes = maxBytes;
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  Map<TempObject, Held> objects() {
    return objects;
  }

  Map<TempObject, Held> objectsBeforeTransaction() {
    return beforeTransaction == null ? objects : beforeTransaction;
  }

  @Nullable String transactionLost() {
    return transactionLost;
  }

  long changes() {
    return changes;
  }

  int version() {
    return ++lastVersion;
  }

  void add(Entry fresh) {
    changes++;
    var entry = lean(fresh);
    entries.add(entry);
    bytes += entry.bytes();
    if (entries.size() > maxStatements) {
      close("there were more statements than selfheal.journal.maxStatements=" + maxStatements);
    } else if (bytes > maxBytes) {
      close("they took more than selfheal.journal.maxBytes=" + maxBytes);
    }
  }

  /** With what is the same in one of the last entries: mostly the same is done again and again. */
  private Entry lean(Entry fresh) {
    int first = Math.max(0, entries.size() - LOOKED_AT);
    for (int i = entries.size() - 1; i >= first; i--) {
      var lean = fresh.sharing(entries.get(i));
      if (lean != fresh) {
        return lean;
      }
    }
    return fresh;
  }

  /**
   * What it holds is more than it may: it is forgotten, and what was made of it cannot be rebuilt.
   */
  private void close(String why) {
    if (entries.stream().anyMatch(Entry::pending)) {
      loseTransaction(why);
    }
    if (entries.size() > maxStatements || bytes > maxBytes) {
      forget(why);
    }
  }

  /** Whether that call is the last that was entered. */
  boolean endsWith(Replay replay) {
    return !entries.isEmpty() && entries.get(entries.size() - 1).replay() == replay;
  }

  void put(TempObject object, Held held) {
    changes++;
    objects = with(objects, object, held);
  }

  /** As {@link #put}, for what a rollback does not take back: DDL commits by itself [D]. */
  void putForGood(TempObject object, Held held) {
    put(object, held);
    if (beforeTransaction != null) {
      beforeTransaction = with(beforeTransaction, object, held);
    }
  }

  void remove(TempObject object) {
    changes++;
    objects = without(objects, object::equals);
    if (beforeTransaction != null) {
      beforeTransaction = without(beforeTransaction, object::equals);
    }
  }

  /** Not Map.copyOf: names that are alike, with numbers at the end, make that one slow. */
  private static Map<TempObject, Held> with(
      Map<TempObject, Held> all, TempObject object, Held held) {
    var copy = new HashMap<>(all);
    copy.put(object, held);
    return Collections.unmodifiableMap(copy);
  }

  private static Map<TempObject, Held> without(
      Map<TempObject, Held> all, Predicate<TempObject> gone) {
    var copy = new HashMap<>(all);
    copy.keySet().removeIf(gone);
    return Collections.unmodifiableMap(copy);
  }

  /** The object stays, but how to rebuild it is forgotten. */
  void lose(TempObject object, String why) {
    var held = objects.get(object);
    if (held != null) {
      putForGood(object, held.lost(why));
    }
  }

  /** Forgets how to rebuild everything: what is there stays, but cannot be made again. */
  void forget(String why) {
    changes++;
    objects.keySet().forEach(object -> lose(object, why));
    removeIf(entry -> !entry.pending());
  }

  /** From here on the open transaction cannot be replayed. */
  void loseTransaction(String why) {
    changes++;
    if (transactionLost == null) {
      transactionLost = why;
    }
    changedInTransaction().forEach(object -> lose(object, why));
    removeIf(Entry::pending);
  }

  /** Something of the open transaction is not here, so that it cannot be replayed. */
  void notRecorded(String why) {
    changes++;
    inTransaction();
    if (transactionLost == null) {
      transactionLost = why;
    }
  }

  /** A rollback takes back what the entries from here on do to temp objects. */
  void inTransaction() {
    if (beforeTransaction == null) {
      beforeTransaction = objects;
    }
  }

  void committed() {
    changes++;
    objects = Held.committed(objects);
    for (int i = 0; i < entries.size(); i++) {
      var entry = entries.get(i);
      if (entry.pending() && !entry.defines().isEmpty()) {
        if (entry.role() == Entry.Role.LASTING) {
          definedBy(entry)
              .forEach(
                  object -> lose(object, entry.name() + " also changed what outlives the session"));
        } else {
          entries.set(i, entry.settled());
        }
      }
    }
    removeIf(Entry::pending);
    endTransaction();
    prune();
  }

  /**
   * Whether what the transaction did so far can still be rolled back is not certain from here on.
   */
  void mayHaveCommitted() {
    var more = changedInTransaction();
    more.addAll(perhapsCommitted);
    perhapsCommitted = more;
  }

  /**
   * @param ended whether the transaction may have ended before, so that what came after it lasted
   */
  void rolledBack(boolean ended) {
    changes++;
    Set<TempObject> unsure = ended ? changedInTransaction() : new HashSet<>(perhapsCommitted);
    for (var entry : entries) {
      // PURGE removes files for good.
      if (entry.pending() && entry.role() == Entry.Role.LASTING) {
        definedBy(entry).stream()
            .filter(object -> object.type() == ObjectType.STAGE)
            .forEach(unsure::add);
      }
    }
    if (beforeTransaction != null) {
      objects = beforeTransaction;
    }
    removeIf(Entry::pending);
    endTransaction();
    unsure.forEach(
        object -> lose(object, "whether it was changed for good before a rollback is not certain"));
    prune();
  }

  private void endTransaction() {
    beforeTransaction = null;
    transactionLost = null;
    perhapsCommitted = Set.of();
  }

  private Set<TempObject> changedInTransaction() {
    Set<TempObject> changed = new HashSet<>();
    for (var entry : entries) {
      if (entry.pending()) {
        changed.addAll(definedBy(entry));
      }
    }
    return changed;
  }

  private List<TempObject> definedBy(Entry entry) {
    return objects.entrySet().stream()
        .filter(one -> defines(entry, one.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean defines(Entry entry, Held held) {
    // A later version of the same content stands on this one.
    var defined = entry.defines();
    return defined.contains(held.structure()) || defined.contains(held.content());
  }

  /** Drops the entries that nothing alive is made of any more. */
  void prune() {
    List<Held> alive = new ArrayList<>(objects.values());
    if (beforeTransaction != null) {
      alive.addAll(beforeTransaction.values());
    }
    var kept = Liveness.needed(entries, alive);
    removeIf(entry -> !entry.pending() && !kept.contains(entry));
  }

  private void removeIf(Predicate<Entry> gone) {
    entries.removeIf(
        entry -> {
          if (!gone.test(entry)) {
            return false;
          }
          bytes -= entry.bytes();
          entry.replay().discard();
          return true;
        });
  }

  /** Takes over what a heal has made of it on another session. */
  void rebuilt(List<Entry> again, Map<TempObject, Held> left, boolean transaction) {
    changes++;
    Set<Replay> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    again.forEach(entry -> kept.add(entry.replay()));
    for (var entry : entries) {
      if (!kept.contains(entry.replay())) {
        entry.replay().discard();
      }
    }
    entries.clear();
    entries.addAll(again);
    bytes = again.stream().mapToLong(Entry::bytes).sum();
    objects = Collections.unmodifiableMap(new HashMap<>(left));
    if (!transaction) {
      endTransaction();
    } else if (beforeTransaction != null) {
      beforeTransaction = without(beforeTransaction, object -> !objects.containsKey(object));
    }
  }
}
