package io.selfheal.jdbc.session;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The end of a replaced session: logged out off the caller's thread, when its open result sets are
 * closed, or after {@link #GRACE}, so that a result set nobody closes pins nothing for ever, and
 * when no call of it is under way or in doubt any more.
 */
final class Retirement {

  static final Duration GRACE = Duration.ofMinutes(10);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private Retirement() {}

  /**
   * Waits for that end, and makes it.
   *
   * @param used whether anybody still needs the session, if only to read a result
   * @param called whether a call of it is under way, or in doubt
   */
  static void await(PhysicalSession session, BooleanSupplier used, BooleanSupplier called) {
    // Its own thread must not keep a web application's class loader alive longer than the
    // connection does.
    Thread.currentThread().setContextClassLoader(null);
    Thread.currentThread().setName("selfheal-retire");
    long end = System.nanoTime() + GRACE.toNanos();
    do {
      // In any case: the repeat of the call that met it dead goes first.
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    } while (called.getAsBoolean() || (used.getAsBoolean() && System.nanoTime() - end < 0));
    Quietly.close(session.connection());
  }
}
