package io.selfheal.jdbc.session;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * {@link System#nanoTime()} as it was up to a second ago: when a call began is only asked of one
 * that failed after half a minute or more, and a look at the real clock would cost each call more
 * than all else that is done for it. A thread turns the hand while calls are made, and ends soon
 * after the last. Thread-safe.
 */
final class CoarseClock {

  static final CoarseClock SHARED = new CoarseClock(1_000_000_000L);

  private static final int IDLE_TURNS = 5;

  private final long period;

  /** Guards the start of the thread. */
  private final ReentrantLock starting = new ReentrantLock();

  /** Written by the thread, or before it is started; read by each call. */
  private volatile long hand;

  /**
   * Set by callers, cleared by the thread; that one looks at it once more after {@code turning}.
   */
  private volatile boolean asked;

  /** Cleared by the thread when it ends. */
  private volatile boolean turning;

  CoarseClock(long periodNanos) {
    period = periodNanos;
  }

  /** Never later than the real time, and not much earlier. */
  long nanoTime() {
    if (!asked) {
      asked = true;
    }
    return turning ? hand : start();
  }

  boolean isTurning() {
    return turning;
  }

  private long start() {
    starting.lock();
    try {
      if (!turning) {
        hand = System.nanoTime();
        var thread = new Thread(null, this::turn, "selfheal-clock", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        turning = true; // not before there is one
      }
      return hand;
    } catch (OutOfMemoryError noThread) {
      return System.nanoTime(); // no call is to fail for this
    } finally {
      starting.unlock();
    }
  }

  private void turn() {
    int idle = 0;
    while (true) {
      LockSupport.parkNanos(period);
      if (Thread.interrupted()) {
        continue; // nobody has reason to; it would not park any more
      }
      hand = System.nanoTime();
      if (asked) {
        asked = false;
        idle = 0;
      } else if (++idle >= IDLE_TURNS) {
        turning = false;
        // Whoever asked before it could see that must not be left with a hand that stands still.
        if (!asked) {
          return;
        }
        starting.lock();
        try {
          if (turning) {
            return; // another thread has taken over
          }
          turning = true;
        } finally {
          starting.unlock();
        }
        idle = 0;
      }
    }
  }
}
