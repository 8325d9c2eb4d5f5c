package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The account's transactions, ended ones too, and the table locks they hold. Thread-safe: all state
 * is guarded by {@code this}.
 */
final class SqlTransactions {
  enum State {
    RUNNING("running"),
    COMMITTED("committed"),
    ROLLED_BACK("rolled back");

    final String word;

    State(String word) {
      this.word = word;
    }
  }

  /**
   * {@code changed} is touched by the session's running thread only; {@code state} and {@code
   * ended} are guarded by the transactions.
   */
  static final class Transaction {
    final long id;
    final String name;
    final H2Session session;

    /** Ends with its statement (autocommit) instead of with COMMIT or ROLLBACK. */
    final boolean single;

    final Set<Long> changed = new LinkedHashSet<>();
    private State state = State.RUNNING;
    private long ended;

    Transaction(long id, String name, H2Session session, boolean single) {
      this.id = id;
      this.name = name;
      this.session = session;
      this.single = single;
    }
  }

  /** Guarded by this. */
  private final Map<Long, Transaction> all = new LinkedHashMap<>();

  /** Guarded by this: table id to the transaction that updates it. */
  private final Map<Long, Transaction> locks = new HashMap<>();

  /** Forgets what has ended. */
  synchronized void clear() {
    all.values().removeIf(transaction -> transaction.state != State.RUNNING);
  }

  synchronized void forgetOld(int newest) {
    int old = all.size() - newest;
    var oldest = all.values().iterator();
    for (int i = 0; i < old; i++) {
      if (oldest.next().state != State.RUNNING) {
        oldest.remove();
      }
    }
  }

  synchronized Transaction begin(long id, String name, H2Session session, boolean single) {
    var transaction = new Transaction(id, name, session, single);
    all.put(id, transaction);
    return transaction;
  }

  synchronized void end(Transaction transaction, State state, long at) {
    transaction.state = state;
    transaction.ended = at;
    locks.values().removeIf(holder -> holder == transaction);
    notifyAll();
  }

  synchronized Transaction get(long id) {
    return all.get(id);
  }

  synchronized State state(Transaction transaction) {
    return transaction.state;
  }

  synchronized long ended(Transaction transaction) {
    return transaction.ended;
  }

  synchronized List<Transaction> running() {
    var running = new ArrayList<Transaction>();
    for (var transaction : all.values()) {
      if (transaction.state == State.RUNNING && !transaction.single) {
        running.add(transaction);
      }
    }
    return running;
  }

  /**
   * UPDATE, DELETE and MERGE lock the table against each other; INSERT and COPY do not take part.
   * [D]
   */
  synchronized void lock(
      SqlRun run, Transaction transaction, SqlObject.Table table, long timeoutMillis)
      throws SqlFailure {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (locks.getOrDefault(table.id(), transaction) != transaction) {
      run.checkCancelled();
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw SqlErrors.locked(
            table.key().name(), " that transaction " + locks.get(table.id()).id + " has locked,");
      }
      try {
        // Short, as a cancel does not notify.
        wait(Math.min(left, 20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw SqlErrors.cancelled();
      }
    }
    locks.put(table.id(), transaction);
  }
}
