package io.selfheal.jdbc;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Faults;
import io.selfheal.jdbc.testkit.Hold;
import io.selfheal.jdbc.testkit.RequestKind;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What can happen to one statement of a session. Immutable.
 *
 * @param point where in the statement its session ends; null where it lives on, and the application
 *     must not see anything
 * @param stride at every how-manieth statement it is tried where there is no time for all
 */
record Trouble(String name, ExpiryPoint point, int stride, Arm arm) {

  interface Arm {
    void on(Faults faults, StatementMatch match);
  }

  private static final Duration MOMENT = Duration.ofMillis(30);

  boolean endsSession() {
    return point != null;
  }

  /** Whether only what comes after the statement meets the dead session. */
  boolean after() {
    return point == ExpiryPoint.AFTER;
  }

  /** Every end of a session, in every shape, and what the physical driver gets over by itself. */
  static List<Trouble> all() {
    List<Trouble> all = new ArrayList<>();
    for (var how : Expiry.values()) {
      for (var point : ExpiryPoint.values()) {
        if (how != Expiry.RENEWABLE) {
          all.add(end(point, how));
        }
      }
    }
    all.addAll(harmless());
    return all;
  }

  static Trouble end(ExpiryPoint point, Expiry how) {
    Arm arm =
        point == ExpiryPoint.WHILE_RUNNING
            ? (faults, match) -> faults.expireWhileRunning(match, Hold.lasting(MOMENT), how)
            : (faults, match) -> faults.expire(point, match, how);
    return new Trouble(point + " " + how, point, stride(point, how), arm);
  }

  private static int stride(ExpiryPoint point, Expiry how) {
    int usual =
        switch (point) {
          case BEFORE -> 1;
          case WHILE_POLLING -> 2;
          case AFTER, WHILE_RUNNING -> 5;
          // The physical driver takes a second to send again.
          case ANSWER_LOST -> 5;
        };
    return switch (how) {
      case BOTH_TOKENS -> usual;
      case DIRECT_390114, SESSION_GONE -> 12 + usual;
      default -> 36 + usual;
    };
  }

  /** Nothing of the session is lost by these. */
  private static List<Trouble> harmless() {
    return List.of(
        harmless("connection reset before", Faults::resetBefore),
        harmless("connection reset after", Faults::resetAfter),
        harmless("slow answer", (faults, match) -> faults.slow(match, MOMENT)),
        harmless("answer in progress", Faults::answerInProgress),
        harmless(
            "poll reset",
            (faults, match) -> faults.answerInProgress(match).resetBefore(RequestKind.RESULT)),
        harmless(
            "poll's answer lost",
            (faults, match) -> faults.answerInProgress(match).resetAfter(RequestKind.RESULT)),
        harmless("renewal", (faults, match) -> faults.expireBefore(match, Expiry.RENEWABLE)),
        harmless(
            "renewal while polling",
            (faults, match) -> faults.expireWhilePolling(match, Expiry.RENEWABLE)),
        harmless(
            "renewal while running",
            (faults, match) ->
                faults.expireWhileRunning(match, Hold.lasting(MOMENT), Expiry.RENEWABLE)),
        harmless(
            "answer lost and renewal",
            (faults, match) -> faults.loseAnswerAndExpire(match, Expiry.RENEWABLE)),
        harmless(
            "renewal reset",
            (faults, match) ->
                faults.expireBefore(match, Expiry.RENEWABLE).resetBefore(RequestKind.RENEWAL)),
        harmless(
            "renewal's answer lost",
            (faults, match) ->
                faults.expireBefore(match, Expiry.RENEWABLE).resetAfter(RequestKind.RENEWAL)));
  }

  private static Trouble harmless(String name, Arm arm) {
    return new Trouble(name, null, 19, arm);
  }

  @Override
  public String toString() {
    return name;
  }
}
