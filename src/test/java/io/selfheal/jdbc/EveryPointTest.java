package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every kind of work, with every trouble at each of its statements: what the application sees and
 * what is there for good are as they are without it through the physical driver, or the application
 * is told by exactly the typed refusal that is due there.
 */
class EveryPointTest {

  private static final Logger LOG = LoggerFactory.getLogger(EveryPointTest.class);

  /** More than there are cores, as a look into the history is mostly waiting. */
  private static final int WORKERS = 6;

  /** Only those whose name contains this. */
  private static final String ONLY = System.getProperty("selfheal.points.only", "");

  @TempDir private static Path folder;

  private static ExecutorService workers;

  @BeforeAll
  static void start() {
    workers = Executors.newFixedThreadPool(WORKERS);
  }

  @AfterAll
  static void stop() {
    workers.shutdownNow();
  }

  private interface Work {
    EveryPoint.Count on(EveryPoint point) throws Exception;
  }

  @TestFactory
  Stream<DynamicTest> shouldComeToTheSameEnd() throws Exception {
    var troubles = Trouble.all();
    return sideBySide(all(), point -> point.run("", troubles), 1000, 10);
  }

  @TestFactory
  Stream<DynamicTest> shouldComeToTheSameEndWithTroubleInTheHeal() throws Exception {
    return sideBySide(healed(), point -> TroubleInTheHeal.run(point.job()), 200, 1);
  }

  /** All of them, each told by a test of its own. */
  private static Stream<DynamicTest> sideBySide(
      List<EveryPoint> points, Work work, int cases, int mostRefused) throws Exception {
    List<Future<EveryPoint.Count>> counts = new ArrayList<>();
    List<DynamicTest> tests = new ArrayList<>();
    for (var point : points) {
      var count = workers.submit(() -> work.on(point));
      counts.add(count);
      tests.add(dynamicTest(point.job().name(), () -> LOG.info("{}", count.get())));
    }
    if (ONLY.isEmpty()) {
      tests.add(dynamicTest("in all", () -> total(counts, cases, mostRefused)));
    }
    return tests.stream();
  }

  private static List<EveryPoint> all() throws Exception {
    var points = healed();
    points.addAll(named(RefusedJobs.all()));
    return points;
  }

  private static List<EveryPoint> healed() throws Exception {
    List<EveryPoint> points = new ArrayList<>();
    for (var jobs : List.of(BulkJobs.all(folder), WriterJobs.all(folder))) {
      jobs.forEach(job -> points.add(EveryPoint.healed(job.shadowed())));
    }
    points.addAll(LastingJobs.all(folder));
    points.addAll(TransactionJobs.all(folder));
    return named(points);
  }

  private static List<EveryPoint> named(List<EveryPoint> points) {
    return new ArrayList<>(
        points.stream().filter(point -> point.job().name().contains(ONLY)).toList());
  }

  private static void total(List<Future<EveryPoint.Count>> counts, int atLeast, int refusedIn)
      throws Exception {
    int cases = 0;
    int refused = 0;
    for (var one : counts) {
      cases += one.get().cases();
      refused += one.get().refused().values().stream().mapToInt(Integer::intValue).sum();
    }
    LOG.info("{} cases in all, {} refused, as was due", cases, refused);
    assertThat(cases).isGreaterThan(atLeast);
    assertThat(refused * refusedIn).as("refusing is not healing").isLessThan(cases);
  }
}
