package io.selfheal.jdbc.stress;

import io.selfheal.jdbc.OutcomeUnknownException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** What clients were told of their writes, each of which has a number of its own. Thread-safe. */
final class Ledger {

  private final AtomicLong next = new AtomicLong();
  private final Set<Long> done = ConcurrentHashMap.newKeySet();
  private final Set<Long> lost = ConcurrentHashMap.newKeySet();
  private final Map<Long, String> failed = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> errors = new ConcurrentSkipListMap<>();

  /** Only the thread that makes reports uses these. */
  private int doneBefore;

  private int failedBefore;

  long number() {
    return next.incrementAndGet();
  }

  void done(long number) {
    done.add(number);
  }

  void failed(long number, SQLException error) {
    failed.put(number, kind(error));
    failed(error);
  }

  /**
   * As {@link #failed}.
   *
   * @param gone whether the error said that nothing of it is there
   */
  void failed(long number, SQLException error, boolean gone) {
    failed(number, error);
    if (gone) {
      lost.add(number);
    }
  }

  /** An error of a call that wrote nothing. */
  void failed(SQLException error) {
    errors.computeIfAbsent(kind(error), kind -> new AtomicLong()).incrementAndGet();
  }

  private static String kind(SQLException error) {
    var why = error instanceof OutcomeUnknownException ? ": " + error.getMessage() : "";
    return error.getClass().getSimpleName()
        + " "
        + error.getErrorCode()
        + why.replaceAll("[0-9a-f-]{20,}", "…");
  }

  /** Takes over the sums of another one, for a report. */
  void add(Ledger other) {
    doneBefore += other.done();
    failedBefore += other.failed();
    other.errors.forEach(
        (kind, count) ->
            errors.computeIfAbsent(kind, none -> new AtomicLong()).addAndGet(count.get()));
  }

  int done() {
    return doneBefore + done.size();
  }

  int failed() {
    return failedBefore + failed.size();
  }

  /** What of the numbers found contradicts what was told; empty when nothing does. */
  List<String> contradictions(List<Long> found) {
    List<String> wrong = new ArrayList<>();
    var seen = ConcurrentHashMap.<Long>newKeySet();
    for (var number : found) {
      if (!seen.add(number)) {
        wrong.add(number + " twice, was told " + told(number));
      } else if (!done.contains(number) && !failed.containsKey(number)) {
        wrong.add(number + " is nobody's");
      } else if (lost.contains(number)) {
        wrong.add(number + " is there, was told " + told(number));
      }
    }
    done.stream().filter(one -> !seen.contains(one)).forEach(one -> wrong.add(one + " lost"));
    return wrong;
  }

  private String told(long number) {
    return done.contains(number) ? "that it is there" : failed.get(number);
  }

  @Override
  public String toString() {
    return done() + " writes done, " + failed() + " not; errors " + errors;
  }
}
