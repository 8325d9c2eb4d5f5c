package io.selfheal.jdbc.stress;

import static org.assertj.core.api.Assertions.fail;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Threads that work until they are stopped. One that does not come to its end is a failure with
 * what all threads were doing; so is one that ends in anything but a {@code SQLException} that it
 * expects.
 */
final class Crew {

  /** Much more than any wait in the driver, for this is not about speed. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  interface Work {
    void run() throws Exception;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  boolean stopped() {
    return stopped || !failures.isEmpty();
  }

  /** Does it again and again. */
  void loop(String name, Work work) {
    run(
        name,
        () -> {
          while (!stopped()) {
            work.run();
          }
        });
  }

  void run(String name, Work work) {
    var thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                failures.add(e);
              }
            },
            name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  /** Lets them work for that long, or less if one fails. */
  void workFor(Duration time) throws InterruptedException {
    workFor(time, () -> true);
  }

  /** As {@link #workFor(Duration)}, and longer on a slow machine, until enough has been done. */
  void workFor(Duration time, BooleanSupplier enough) throws InterruptedException {
    long start = System.nanoTime();
    while (!stopped()
        && (System.nanoTime() - start < time.toNanos() || !enough.getAsBoolean())
        && System.nanoTime() - start < time.plus(PATIENCE).toNanos()) {
      Thread.sleep(5);
    }
  }

  void stop() throws InterruptedException {
    stopped = true;
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (var thread : threads) {
      thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
      if (thread.isAlive()) {
        fail(thread.getName() + " hangs.\n" + dump());
      }
    }
    var failure = failures.poll();
    if (failure != null) {
      failures.forEach(failure::addSuppressed);
      throw new AssertionError("a thread failed", failure);
    }
  }

  private static String dump() {
    var bean = ManagementFactory.getThreadMXBean();
    var deadlocked = bean.findDeadlockedThreads();
    return "Deadlocked: "
        + Arrays.toString(deadlocked)
        + "\n"
        + Arrays.stream(bean.dumpAllThreads(true, true))
            .map(info -> info + frames(info.getStackTrace()))
            .collect(Collectors.joining("\n"));
  }

  /** ThreadInfo's own text stops after eight. */
  private static String frames(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .skip(8)
        .map(frame -> "\tat " + frame + "\n")
        .collect(Collectors.joining());
  }
}
