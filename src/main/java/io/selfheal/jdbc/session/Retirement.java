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

  static void begin(PhysicalSession session, BooleanSupplier used, BooleanSupplier called) {
    var thread = new Thread(() -> run(session, used, called), "selfheal-retire");
    thread.setDaemon(true);
    // Its own thread must not keep a web application's class loader alive longer than the
    // connection does.
    thread.setContextClassLoader(null);
    thread.start();
  }

  private static void run(PhysicalSession session, BooleanSupplier used, BooleanSupplier called) {
    long end = System.nanoTime() + GRACE.toNanos();
    while (called.getAsBoolean() || (used.getAsBoolean() && System.nanoTime() - end < 0)) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
    Quietly.close(session.connection());
  }
}
