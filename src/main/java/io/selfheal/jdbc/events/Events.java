package io.selfheal.jdbc.events;

import io.selfheal.jdbc.HealEvent;
import io.selfheal.jdbc.HealListener;
import io.selfheal.jdbc.HealStatistics;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one logical connection tells, and to whom. Thread-safe. */
public final class Events {

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  /** Before the first. */
  private static final HealEvent NONE = new HealEvent(0, 0, 0, 0, 0, 0, 0, 0);

  private final Counters counters = new Counters(DriverTotals.ALL.counters());
  private final @Nullable HealListener listener;
  private final LongSupplier protectedCalls;

  /** The heal that ended last; a refusal is mostly told because of it. */
  private volatile HealEvent last = NONE;

  /**
   * @param protectedCalls how many calls there have been
   */
  public Events(@Nullable HealListener listener, LongSupplier protectedCalls) {
    this.listener = listener;
    this.protectedCalls = protectedCalls;
  }

  public Counters counters() {
    return counters;
  }

  public HealStatistics statistics() {
    return counters.snapshot(protectedCalls.getAsLong());
  }

  /**
   * Begins to tell of a heal.
   *
   * @param generation the session that died
   * @param code the vendor code that told of it
   */
  public HealReport heal(long generation, int code, LongSupplier nanoTime) {
    return new HealReport(this, generation, code, nanoTime);
  }

  /** Tells of a refusal that is about to be thrown, and gives it back. */
  public <X extends SQLException> X refused(X refusal) {
    refused(last, refusal);
    return refusal;
  }

  void refused(HealEvent event, SQLException refusal) {
    counters.refused(refusal.getClass());
    tell(one -> one.refused(event, refusal));
  }

  void ended(HealEvent event) {
    last = event;
  }

  void tell(Consumer<HealListener> message) {
    if (listener != null) {
      try {
        message.accept(listener);
      } catch (VirtualMachineError e) {
        throw e;
      } catch (Throwable e) { // also what no compiler has checked: it must not pass for the call's
        LOG.warn(
            "selfheal.listener {} threw {}", listener.getClass().getName(), e.getClass().getName());
      }
    }
  }
}
