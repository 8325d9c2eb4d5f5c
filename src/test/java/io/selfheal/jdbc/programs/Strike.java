package io.selfheal.jdbc.programs;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Hold;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * The end of the session at a step: at the {@code nth} statement that arrives from the step's start
 * on, or with a null point before the step sends anything. Immutable.
 */
record Strike(ExpiryPoint point, Expiry how, int nth) {

  private static final Expiry[] SHAPES = {
    Expiry.BOTH_TOKENS, Expiry.DIRECT_390114, Expiry.SESSION_GONE
  };

  /** Cheap points are frequent: each look into the history costs its settling time. */
  static Strike random(SplittableRandom random) {
    var how = SHAPES[random.nextInt(SHAPES.length)];
    int dice = random.nextInt(200);
    int nth = random.nextInt(8) == 0 ? 2 : 1;
    if (dice < 60) {
      return new Strike(null, how, 1);
    } else if (dice < 110) {
      return new Strike(ExpiryPoint.AFTER, how, nth);
    } else if (dice < 160) {
      return new Strike(ExpiryPoint.BEFORE, how, nth);
    } else if (dice < 188) {
      return new Strike(ExpiryPoint.WHILE_POLLING, how, nth);
    } else if (dice < 199) {
      return new Strike(ExpiryPoint.WHILE_RUNNING, how, nth);
    }
    return new Strike(ExpiryPoint.ANSWER_LOST, how, nth);
  }

  /** Only the session that logged in last is of the program. */
  void arm(SnowflakeEmulator emulator) {
    var match = StatementMatch.next(nth);
    if (point == null) {
      var sessions = emulator.sessionIds();
      emulator.faults().expireSession(sessions.get(sessions.size() - 1), how);
    } else if (point == ExpiryPoint.WHILE_RUNNING) {
      emulator.faults().expireWhileRunning(match, Hold.lasting(Duration.ofMillis(30)), how);
    } else {
      emulator.faults().expire(point, match, how);
    }
  }

  @Override
  public String toString() {
    return "<- "
        + (point == null ? "BETWEEN" : point)
        + " "
        + how
        + (nth == 1 ? "" : " nth " + nth);
  }
}
