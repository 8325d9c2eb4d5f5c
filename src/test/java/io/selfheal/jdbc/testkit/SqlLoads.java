package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlTransactions.Transaction;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Which files COPY has loaded into which table, with what their transactions have not committed
 * yet. Thread-safe: guarded by {@code this}.
 */
final class SqlLoads {
  /** Guarded by this. */
  private final Map<Long, Set<String>> committed = new HashMap<>();

  /** Guarded by this; a null set inside stands for a TRUNCATE, which forgets the loads. [D] */
  private final Map<Transaction, Map<Long, Pending>> pending = new WeakHashMap<>();

  private static final class Pending {
    boolean truncated;
    final Set<String> files = new HashSet<>();
  }

  synchronized boolean isLoaded(Transaction transaction, long table, String file) {
    var own = pending.getOrDefault(transaction, Map.of()).get(table);
    return own != null && own.files.contains(file)
        || (own == null || !own.truncated)
            && committed.getOrDefault(table, Set.of()).contains(file);
  }

  private Pending own(Transaction transaction, long table) {
    return pending
        .computeIfAbsent(transaction, key -> new HashMap<>())
        .computeIfAbsent(table, key -> new Pending());
  }

  synchronized void add(Transaction transaction, long table, String file) {
    own(transaction, table).files.add(file);
  }

  synchronized void truncate(Transaction transaction, long table) {
    var own = own(transaction, table);
    own.truncated = true;
    own.files.clear();
  }

  synchronized void commit(Transaction transaction) {
    var own = pending.remove(transaction);
    if (own != null) {
      own.forEach(
          (table, change) -> {
            var files = committed.computeIfAbsent(table, key -> new HashSet<>());
            if (change.truncated) {
              files.clear();
            }
            files.addAll(change.files);
          });
    }
  }
}
