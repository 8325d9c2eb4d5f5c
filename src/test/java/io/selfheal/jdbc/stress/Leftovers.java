package io.selfheal.jdbc.stress;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;

/**
 * What closed connections have left in the process.
 *
 * @param heap bytes in use after a collection
 * @param files open descriptors; 0 where the system does not tell
 * @param threads how many there are
 */
record Leftovers(long heap, long files, int threads) {

  /** What the physical driver, H2 and the JIT compiler keep varies by a little. */
  private static final long HEAP = 24 << 20;

  private static final int FILES = 32;
  private static final int THREADS = 16;

  static Leftovers take() {
    System.gc();
    var memory = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    long files =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getOpenFileDescriptorCount()
            : 0;
    return new Leftovers(memory.getUsed(), files, Thread.activeCount());
  }

  /** Those that other tests of this process have left, whose servers are gone, say. */
  static Set<Thread> threadsNow() {
    return Thread.getAllStackTraces().keySet();
  }

  /** The driver's own threads that were not there then. */
  static List<String> driversSince(Set<Thread> then) {
    return threadsNow().stream()
        .filter(thread -> !then.contains(thread))
        .map(Thread::getName)
        .filter(name -> name.startsWith("selfheal-"))
        .toList();
  }

  void isNoMoreThan(Leftovers before) {
    assertThat(heap - before.heap).as("heap, from %s", before.heap).isLessThan(HEAP);
    assertThat(files - before.files).as("files, from %s", before.files).isLessThan(FILES);
    assertThat(threads - before.threads).as("threads").isLessThan(THREADS);
  }
}
