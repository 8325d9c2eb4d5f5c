package io.selfheal.jdbc.testkit;

import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Which application statements a fault strikes. An application statement is a query request that is
 * not describe-only; a request that the physical driver sends again is still the same one.
 * Immutable; by default a match strikes once.
 */
public final class StatementMatch {
  private final Predicate<Seen> condition;
  private final int nth;
  private final int times;

  private StatementMatch(Predicate<Seen> condition, int nth, int times) {
    this.condition = condition;
    this.nth = nth;
    this.times = times;
  }

  /** The n-th application statement (from 1) since the emulator started, over all sessions. */
  public static StatementMatch statement(long ordinal) {
    return new StatementMatch(seen -> seen.ordinal() == ordinal, 1, 1);
  }

  /** The n-th application statement (from 1) after the fault was set. */
  public static StatementMatch next(int n) {
    return any().nth(n);
  }

  /** A statement whose text contains this, whatever the case. */
  public static StatementMatch matching(String text) {
    var wanted = text.toUpperCase(Locale.ROOT);
    return where(sql -> sql.toUpperCase(Locale.ROOT).contains(wanted));
  }

  /** A statement whose text satisfies the condition. */
  public static StatementMatch where(Predicate<String> sql) {
    Objects.requireNonNull(sql);
    return new StatementMatch(seen -> sql.test(seen.sql()), 1, 1);
  }

  /** Any application statement. */
  public static StatementMatch any() {
    return new StatementMatch(seen -> true, 1, 1);
  }

  /** The same, in one session only. */
  public StatementMatch inSession(long sessionId) {
    return new StatementMatch(condition.and(seen -> seen.sessionId() == sessionId), nth, times);
  }

  /**
   * Not the first but the n-th statement (from 1) that meets the condition after the fault was set.
   */
  public StatementMatch nth(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("Statements are counted from 1, not " + n);
    }
    return new StatementMatch(condition, n, times);
  }

  /** Strikes this many times in a row. */
  public StatementMatch times(int count) {
    return new StatementMatch(condition, nth, count);
  }

  /** Strikes each time. */
  public StatementMatch always() {
    return times(Integer.MAX_VALUE);
  }

  /** A statement on its arrival. */
  record Seen(long ordinal, long sessionId, String sql) {}

  /**
   * The counting state of one match that a fault was set with. Not thread-safe: guarded by the lock
   * of {@link Faults}.
   */
  final class Counter {
    private int met;
    private int struck;

    boolean strikes(Seen seen) {
      if (struck >= times || !condition.test(seen)) {
        return false;
      }
      met++;
      if (met < nth) {
        return false;
      }
      struck++;
      return true;
    }

    boolean isSpent() {
      return struck >= times;
    }
  }
}
