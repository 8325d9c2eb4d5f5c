package io.selfheal.jdbc.testkit;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A request that has arrived, once or more often, and the fault that it is to meet. Each fault
 * strikes once: on the first arrival, or, when it needs a statement that runs, on the first arrival
 * that is let in. Thread-safe.
 */
final class Arrival {
  private final long ordinal;
  private final AtomicReference<Fault>
      toCome; // thread-safe itself; holds null once the fault has struck

  Arrival(long ordinal, Fault fault) {
    this.ordinal = ordinal;
    this.toCome = new AtomicReference<>(fault);
  }

  /**
   * The number of the application statement; 0 for describe-only requests, which are not counted
   * and meet no fault.
   */
  long ordinal() {
    return ordinal;
  }

  /**
   * The fault, if it is one that strikes before the statement runs and has not struck yet;
   * otherwise null.
   */
  Fault takeBeforeRunning() {
    var fault = toCome.get();
    var before =
        fault instanceof Fault.Reset reset && !reset.afterRunning()
            || fault instanceof Fault.Expire expire && expire.point() == ExpiryPoint.BEFORE;
    return before && toCome.compareAndSet(fault, null) ? fault : null;
  }

  /** The fault, whatever it is, if it has not struck yet; otherwise null. */
  Fault take() {
    return toCome.getAndSet(null);
  }
}
