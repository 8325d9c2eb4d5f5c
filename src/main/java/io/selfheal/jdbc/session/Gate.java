package io.selfheal.jdbc.session;

import io.selfheal.jdbc.snowflake.Expiry;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says when a login must not even be tried: too many heals in a minute, or a login refused a moment
 * ago, which repeated could lock the account. Not thread-safe; the logical session's heal lock
 * guards all fields.
 */
final class Gate {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  private final int maxPerMinute;
  private final LongSupplier nanoTime;

  /** Of the last minute, the oldest first. */
  private long[] starts = {};

  private Duration wait = FIRST_WAIT;
  private long closedUntil;
  private @Nullable Throwable refusal;

  Gate(int maxPerMinute, LongSupplier nanoTime) {
    this.maxPerMinute = maxPerMinute;
    this.nanoTime = nanoTime;
  }

  /** A login that is not to be tried: why, and the error behind it. */
  record Closed(String why, @Nullable Throwable cause) {}

  /** Null when a login may be tried, which is then counted. */
  @Nullable Closed enter() {
    long now = nanoTime.getAsLong();
    if (refusal != null && now - closedUntil < 0) {
      long seconds = Math.max(1, Duration.ofNanos(closedUntil - now).toSeconds());
      return new Closed("the login was refused; it is tried again in " + seconds + " s", refusal);
    }
    if (maxPerMinute == 0) {
      return null;
    }
    starts = Arrays.stream(starts).filter(start -> now - start < MINUTE).toArray();
    if (starts.length >= maxPerMinute) {
      return new Closed(
          "more than " + maxPerMinute + " heals in a minute (selfheal.maxHealsPerMinute)", null);
    }
    starts = Arrays.copyOf(starts, starts.length + 1);
    starts[starts.length - 1] = now;
    return null;
  }

  void succeeded() {
    refusal = null;
    wait = FIRST_WAIT;
  }

  void failed(Throwable error) {
    if (Expiry.refusesLogin(error)) {
      refusal = error;
      closedUntil = nanoTime.getAsLong() + wait.toNanos();
      wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
    }
  }
}
