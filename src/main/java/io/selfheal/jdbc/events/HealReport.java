package io.selfheal.jdbc.events;

import io.selfheal.jdbc.HealEvent;
import io.selfheal.jdbc.ReconnectFailedException;
import io.selfheal.jdbc.journal.Rebuilt;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * One heal, as it is told to the counters, the listener and Flight Recorder. For the thread that
 * heals, but for {@link #took}, which any may call.
 */
public final class HealReport {

  /** What a heal is made of, in this order. */
  public enum Stage {
    LOGIN,
    CONTEXT,
    TRANSACTION,
    REBUILD
  }

  private final Events events;
  private final long generation;
  private final int code;
  private final LongSupplier nanoTime;
  private final long start;

  /** By stage; written by the login's thread, which may have been left behind. */
  private final AtomicLongArray nanos = new AtomicLongArray(Stage.values().length);

  private final @Nullable HealFlight flight;

  HealReport(Events events, long generation, int code, LongSupplier nanoTime) {
    this.events = events;
    this.generation = generation;
    this.code = code;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.flight = begin();
  }

  private static @Nullable HealFlight begin() {
    try {
      // Where nothing has ever been recorded not even the class is loaded.
      return FlightRecorder.isInitialized() ? HealFlight.begun() : null;
    } catch (LinkageError absent) {
      return null; // a run-time image without jdk.jfr
    }
  }

  /** The vendor code that told of the session's end; 0 for none. */
  public int code() {
    return code;
  }

  /** Adds what a stage took. */
  public void took(Stage stage, long time) {
    nanos.addAndGet(stage.ordinal(), time);
  }

  /** A login is about to be tried. */
  public void begun() {
    var event = new HealEvent(generation, code, 0, 0, 0, 0, 0, 0);
    events.tell(listener -> listener.beforeHeal(event));
  }

  /** The physical driver's own new login was enough. */
  public HealEvent followed() {
    begun();
    return done(event(generation + 1, 0), "followed", 0);
  }

  /** A session of our own has taken the dead one's place. */
  public HealEvent healed(Rebuilt rebuilt) {
    events.counters().rebuilt(rebuilt);
    return done(event(generation + 1, rebuilt.entries().size()), "healed", rebuilt.lost().size());
  }

  private HealEvent done(HealEvent event, String outcome, int lost) {
    events.counters().healed(event.totalMillis());
    end(event, outcome, lost);
    events.tell(listener -> listener.afterHeal(event));
    return event;
  }

  /**
   * There is no new session.
   *
   * @param thrown what the caller gets: a refusal, or a second expiry as it is
   */
  public HealEvent failed(String why, SQLException thrown) {
    var event = event(generation, 0);
    events.counters().healFailed();
    end(event, "failed: " + why, 0);
    if (thrown instanceof ReconnectFailedException) {
      events.refused(event, thrown);
    } else {
      events.tell(listener -> listener.refused(event, thrown));
    }
    return event;
  }

  private void end(HealEvent event, String outcome, int lost) {
    events.ended(event);
    if (flight != null) {
      flight.end(generation, code, outcome, event.rebuilt(), lost, this::time);
    }
  }

  private HealEvent event(long of, int rebuilt) {
    return new HealEvent(
        of,
        code,
        millis(time(Stage.LOGIN)),
        millis(time(Stage.CONTEXT)),
        millis(time(Stage.TRANSACTION)),
        millis(time(Stage.REBUILD)),
        millis(nanoTime.getAsLong() - start),
        rebuilt);
  }

  private long time(Stage stage) {
    return nanos.get(stage.ordinal());
  }

  private static long millis(long time) {
    return TimeUnit.NANOSECONDS.toMillis(time);
  }

  /** The stages in words, for the log and the connection's warning. */
  public static String times(HealEvent event) {
    return "login "
        + event.loginMillis()
        + " ms, context "
        + event.contextMillis()
        + " ms, transaction "
        + event.transactionMillis()
        + " ms, rebuild "
        + event.rebuildMillis()
        + " ms, total "
        + event.totalMillis()
        + " ms";
  }
}
