package io.selfheal.jdbc.stress;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

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

  /** The driver's own threads. */
  static List<String> drivers() {
    return Thread.getAllStackTraces().keySet().stream()
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
