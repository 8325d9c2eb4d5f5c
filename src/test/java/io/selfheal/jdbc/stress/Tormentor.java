package io.selfheal.jdbc.stress;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Hold;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** Ends sessions, in every way and at every point of a statement there is. Not thread-safe. */
final class Tormentor {

  private static final Expiry[] WAYS = Expiry.values();
  private static final ExpiryPoint[] POINTS = ExpiryPoint.values();

  private final SnowflakeEmulator emulator;
  private final SplittableRandom random;

  Tormentor(SnowflakeEmulator emulator, SplittableRandom random) {
    this.emulator = emulator;
    this.random = random;
  }

  /** One more end: of all sessions at once, or of one, at a point of its next write. */
  void strike() {
    if (random.nextInt(3) == 0 || !emulator.faults().allStruck()) {
      emulator.faults().expireAllSessions(way());
      return;
    }
    var point = POINTS[random.nextInt(POINTS.length)];
    if (point == ExpiryPoint.WHILE_RUNNING) {
      var runsOn = Hold.lasting(Duration.ofMillis(random.nextInt(50)));
      emulator.faults().expireWhileRunning(write(), runsOn, way());
    } else {
      emulator.faults().expire(point, write(), way());
    }
  }

  private Expiry way() {
    return WAYS[random.nextInt(WAYS.length)];
  }

  private static StatementMatch write() {
    return StatementMatch.where(Tormentor::writes);
  }

  private static boolean writes(String sql) {
    var text = sql.stripLeading().toUpperCase(Locale.ROOT);
    return !text.startsWith("SELECT") && !text.startsWith("SHOW");
  }

  /** One, and then a calm. */
  void calm(int longestMillis) throws InterruptedException {
    strike();
    Thread.sleep(1 + random.nextInt(longestMillis));
  }

  /**
   * A few in a row, a few milliseconds apart; then a calm in which work is done, however slow the
   * machine.
   */
  void storm(Ledger ledger, BooleanSupplier over) throws InterruptedException {
    for (int left = 1 + random.nextInt(5); left > 0; left--) {
      strike();
      Thread.sleep(1 + random.nextInt(15));
    }
    int enough = ledger.done() + 10 + random.nextInt(50);
    while (ledger.done() < enough && !over.getAsBoolean()) {
      Thread.sleep(1);
    }
  }
}
