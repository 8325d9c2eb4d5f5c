package io.selfheal.jdbc.session;

import io.selfheal.jdbc.journal.Rebuilt;
import io.selfheal.jdbc.journal.Snapshot;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A login on a thread of its own, so that the caller can leave it behind when it takes too long, is
 * interrupted or the connection is closed. A connection that arrives after that is closed again.
 * The thread stays until it is released: to start another one for what comes next would make the
 * caller wait for it. Thread-safe.
 */
final class PendingLogin {

  /** A fresh connection that already holds what the dead session held, as far as it could be. */
  record Ready(Connection connection, Snapshot before, Rebuilt rebuilt, List<String> restored) {}

  private static final Logger LOG = LoggerFactory.getLogger(PendingLogin.class);

  private final CompletableFuture<@Nullable Ready> result = new CompletableFuture<>();
  private final Thread thread;

  /** What the thread does when the login has been taken. */
  private final CompletableFuture<Runnable> next = new CompletableFuture<>();

  /** Held while the thread is interrupted, so that this does not come in the middle of a logout. */
  private final ReentrantLock abandoning = new ReentrantLock();

  /** Until it is made: it holds what the dead session held, the journal with it. */
  private @Nullable Callable<Ready> login;

  private PendingLogin(Callable<Ready> login) {
    this.login = login;
    thread = new Thread(this::run, "selfheal-login");
    thread.setDaemon(true);
  }

  static PendingLogin start(Callable<Ready> login) {
    var pending = new PendingLogin(login);
    pending.thread.start();
    return pending;
  }

  /** What came of it, after {@link #await} and before {@link #then}. */
  Ready ready() {
    return Objects.requireNonNull(result.join());
  }

  /**
   * Waits for it.
   *
   * @throws CancellationException after {@link #abandon}
   */
  void await(Duration limit) throws ExecutionException, TimeoutException, InterruptedException {
    try {
      result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | InterruptedException e) {
      abandon();
      var cameJustThen = result.isCancelled() ? null : result.getNow(null);
      if (cameJustThen != null) {
        Quietly.close(cameJustThen.connection());
      }
      release();
      throw e;
    }
  }

  /** Has the login's thread do something that nobody waits for; once. */
  void then(Runnable work) {
    next.complete(work);
  }

  /** Lets the thread end, if there is nothing else for it to do. */
  void release() {
    next.complete(() -> {});
  }

  /** Gives up on it; whoever waits gets a {@link CancellationException}. */
  void abandon() {
    abandoning.lock();
    try {
      if (result.cancel(false)) {
        thread.interrupt();
      }
    } finally {
      abandoning.unlock();
    }
  }

  private void run() {
    if (login()) {
      var work = next.join();
      result.obtrudeValue(null); // as with the login itself
      work.run();
    }
  }

  /** Whether somebody took it. Every failure, errors too, belongs to the waiting caller. */
  private boolean login() {
    try {
      var ready = Objects.requireNonNull(login).call();
      if (result.complete(ready)) {
        return true;
      }
      awaitInterrupt();
      Quietly.close(ready.connection());
    } catch (Throwable e) {
      result.completeExceptionally(e);
    } finally {
      login = null;
    }
    return false;
  }

  private void awaitInterrupt() {
    abandoning.lock();
    try {
      LOG.debug("a login came after its caller had gone");
    } finally {
      abandoning.unlock();
    }
  }
}
