package io.selfheal.jdbc.testkit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Something that keeps a statement running (or a login waiting) until a test lets it go or a time
 * has passed, so that tests need not guess at timing. Thread-safe.
 */
public final class Hold implements AutoCloseable {
  private static final Duration FOR_EVER = Duration.ofMinutes(10);

  private final Duration atMost;
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CompletableFuture<Void> released = new CompletableFuture<>();

  private Hold(Duration atMost) {
    this.atMost = atMost;
  }

  /** Holds for this long, counted from when the statement is reached. */
  public static Hold lasting(Duration time) {
    return new Hold(time);
  }

  /** Holds until {@link #release()}, but no test should hang for ever: ten minutes at most. */
  public static Hold untilReleased() {
    return new Hold(FOR_EVER);
  }

  /**
   * Waits until the statement has been reached and is being held; false when that does not happen
   * in time.
   */
  public boolean awaitReached(Duration timeout) throws InterruptedException {
    return reached.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  public boolean isReached() {
    return reached.getCount() == 0;
  }

  /** Lets go; may be called before the statement arrives, which is then not held at all. */
  public void release() {
    released.complete(null);
  }

  /** The same as {@link #release()}. */
  @Override
  public void close() {
    release();
  }

  /**
   * Waits until released, the time has passed or {@code canceled} completes; false in the last
   * case.
   */
  boolean enter(CompletableFuture<Void> canceled) throws InterruptedException {
    reached.countDown();
    try {
      CompletableFuture.anyOf(released, canceled).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return true;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return !canceled.isDone();
  }
}
