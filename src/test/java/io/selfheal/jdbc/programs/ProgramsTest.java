package io.selfheal.jdbc.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Programs made from seeds, their session expiring at points made from the same seeds: rows, counts
 * and tables are those of the physical driver without a fault, step by step, or a typed refusal
 * comes that something in the program explains.
 */
class ProgramsTest {
  private static final boolean THOROUGH = Boolean.getBoolean("selfheal.thorough");
  private static final int PROGRAMS = Integer.getInteger("selfheal.programs.count", 2000);
  private static final long FIRST =
      Long.getLong("selfheal.programs.seed", THOROUGH ? System.currentTimeMillis() : 1);
  private static final Duration LENGTH =
      Duration.ofMinutes(Integer.getInteger("selfheal.programs.minutes", 60));

  /** More than there are cores, as a look into the history is mostly waiting. */
  private static final int WORKERS = Integer.getInteger("selfheal.programs.workers", 6);

  /** An emulator's memory grows with its sessions. */
  private static final int PROGRAMS_PER_EMULATOR = 400;

  @TempDir private Path files;

  private final AtomicLong next = new AtomicLong(FIRST);
  private final AtomicInteger ran = new AtomicInteger();
  private final AtomicInteger struck = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final Map<String, Integer> refusals = new ConcurrentSkipListMap<>();

  @Test
  void shouldKeepWhatOnceFailed() throws Exception {
    var failures = new ArrayList<String>();
    try (var trial = new Trial(Trial.HEALING, files)) {
      for (var program : Regressions.all().entrySet()) {
        var verdict = trial.of(program.getValue());
        assertThat(verdict.struck()).as(program.getKey()).isTrue();
        if (verdict.failure() != null) {
          failures.add(
              program.getKey() + ": " + verdict.failure() + "\n" + Line.print(program.getValue()));
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  /** The measure itself is measured: logging in again and doing it again must not pass. */
  @Test
  void shouldFindABlindRetryWanting() throws Exception {
    int programs = 40;
    int wrong = 0;
    try (var trial = new Trial(Trial.BLIND_RETRY, files)) {
      for (long seed = 1; seed <= programs; seed++) {
        wrong += trial.of(Line.program(seed)).kind() == null ? 0 : 1;
      }
    }
    assertThat(wrong).isGreaterThan(programs / 4);
  }

  @Test
  void shouldComeToTheSameEndAsWithoutFaults() throws Exception {
    long deadline = System.nanoTime() + LENGTH.toNanos();
    List<Callable<List<String>>> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      workers.add(() -> work(deadline));
    }
    var failures = new ArrayList<String>();
    var pool = Executors.newFixedThreadPool(WORKERS);
    try {
      for (Future<List<String>> worker : pool.invokeAll(workers)) {
        failures.addAll(worker.get());
      }
    } finally {
      pool.shutdownNow();
    }
    int refused = refusals.values().stream().mapToInt(Integer::intValue).sum();
    LoggerFactory.getLogger(ProgramsTest.class)
        .info(
            "{} programs from seed {}, {} with an expiry, {} refused: {}",
            ran,
            FIRST,
            struck,
            refused,
            refusals);
    if (!failures.isEmpty()) {
      fail(String.join("\n", failures));
    }
    assertThat(struck.get()).as("programs whose session expired").isGreaterThan(ran.get() / 2);
    assertThat(refused * 3).as("refusing is not healing").isLessThan(struck.get());
  }

  private List<String> work(long deadline) throws SQLException {
    var failures = new ArrayList<String>();
    while (more(deadline)) {
      try (var trial = new Trial(Trial.HEALING, files)) {
        for (int i = 0; i < PROGRAMS_PER_EMULATOR && more(deadline); i++) {
          long seed = next.getAndIncrement();
          if (THOROUGH || seed < FIRST + PROGRAMS) {
            var failure = check(trial, seed);
            if (failure != null) {
              failures.add(failure);
            }
          }
        }
      }
    }
    return failures;
  }

  /** A few failures are enough to look at. */
  private boolean more(long deadline) {
    boolean left = THOROUGH ? System.nanoTime() < deadline : next.get() < FIRST + PROGRAMS;
    return left && failed.get() < 5;
  }

  /** What to look at when the program of a seed fails, or null. */
  private String check(Trial trial, long seed) throws SQLException {
    var lines = Line.program(seed);
    var verdict = trial.of(lines);
    ran.incrementAndGet();
    if (verdict.struck()) {
      struck.incrementAndGet();
    }
    if (verdict.refused() != null) {
      refusals.merge(verdict.refused(), 1, Integer::sum);
    }
    if (verdict.failure() == null) {
      return null;
    }
    failed.incrementAndGet();
    var shortest = new Shrinker(trial, verdict.kind()).shrink(lines);
    return "seed "
        + seed
        + ": "
        + verdict.failure()
        + "\n"
        + Line.print(lines)
        + "  shortest that fails: "
        + trial.of(shortest).failure()
        + "\n"
        + Line.print(shortest);
  }
}
