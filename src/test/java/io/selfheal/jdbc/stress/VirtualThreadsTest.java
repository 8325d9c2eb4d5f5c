package io.selfheal.jdbc.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.SelfHealingConnection;
import io.selfheal.jdbc.SelfHealingDriver;
import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Virtual threads wait in this driver without keeping their carriers from others. */
class VirtualThreadsTest {

  private static final Logger LOG = LoggerFactory.getLogger(VirtualThreadsTest.class);

  private static final int THREADS =
      Integer.getInteger(
          "selfheal.virtual.threads", Boolean.getBoolean("selfheal.thorough") ? 2000 : 500);

  private static final int WAVES = 4;
  private static final int CONNECTIONS = 10;

  @TempDir private Path files;

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void shouldHealThousandsWithoutPinning() throws Exception {
    var ledger = new Ledger();
    List<SelfHealingConnection> connections = new ArrayList<>();
    try (var emulator = SnowflakeEmulator.start();
        var recording = new Recording()) {
      for (int i = 0; i < CONNECTIONS; i++) {
        connections.add(
            DriverManager.getConnection(emulator.healingUrl()).unwrap(SelfHealingConnection.class));
      }
      update(connections.get(0), "CREATE TABLE t (id INT)");
      recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
      recording.start();
      for (int wave = 0; wave < WAVES; wave++) {
        wave(emulator, connections, ledger, wave);
      }
      recording.stop();
      var pinned = pinned(recording);
      LOG.info("{}; {} pinned", ledger, pinned.size());
      for (var connection : connections) {
        LOG.info("generation {}, {}", connection.generation(), connection.statistics());
        connection.close();
      }
      assertThat(pinned.stream().filter(VirtualThreadsTest::isOurs)).isEmpty();
      assertThat(connections).anyMatch(one -> one.statistics().heals() > 0);
      assertThat(
              ledger.contradictions(
                  emulator.table("T").stream().map(row -> Long.valueOf(row.get(0))).toList()))
          .isEmpty();
      assertThat(ledger.done()).isGreaterThan(ledger.failed());
    }
  }

  /** Many calls at once, in the middle of which all sessions end. */
  private static void wave(
      SnowflakeEmulator emulator, List<SelfHealingConnection> connections, Ledger ledger, int wave)
      throws Exception {
    var threads = virtualThreads();
    List<Future<?>> ends = new ArrayList<>();
    int before = ledger.done() + ledger.failed();
    for (int i = 0; i < THREADS; i++) {
      var connection = connections.get(i % CONNECTIONS);
      ends.add(threads.submit(() -> insert(connection, ledger)));
    }
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> ledger.done() + ledger.failed() > before + THREADS / 10);
    emulator.faults().expireAllSessions(Expiry.values()[wave % Expiry.values().length]);
    for (var end : ends) {
      end.get(5, TimeUnit.MINUTES);
    }
    threads.shutdown();
  }

  private static void insert(Connection connection, Ledger ledger) {
    assertThat(Thread.currentThread().getClass().getName()).contains("VirtualThread");
    long number = ledger.number();
    try {
      assertThat(update(connection, "INSERT INTO t VALUES (" + number + ")")).isEqualTo(1);
      ledger.done(number);
    } catch (SQLException e) {
      ledger.failed(number, e);
    }
  }

  private static int update(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  /** As of JDK 21, where this is compiled for 17. */
  private static ExecutorService virtualThreads() throws ReflectiveOperationException {
    return (ExecutorService)
        Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
  }

  private List<RecordedEvent> pinned(Recording recording) throws IOException {
    var file = files.resolve("pinned.jfr");
    recording.dump(file);
    return RecordingFile.readAllEvents(file);
  }

  /**
   * Whether this driver waited, in a method of the JDK that it called. Where the physical driver
   * waits under a monitor of its own, which pins before JDK 24, there is nothing to be done about
   * it; a wait right in our code, which has no monitor, is the virtual machine's, for a class that
   * another thread loads. An event that comes without its frames says nothing.
   */
  private static boolean isOurs(RecordedEvent pinned) {
    if (pinned.getStackTrace() == null) {
      return false;
    }
    var types =
        pinned.getStackTrace().getFrames().stream()
            .map(frame -> frame.getMethod().getType().getName())
            .toList();
    var caller =
        types.stream()
            .filter(type -> !type.startsWith("java.") && !type.startsWith("jdk."))
            .findFirst();
    return !caller.equals(types.stream().findFirst())
        && caller.filter(type -> type.startsWith("io.selfheal.jdbc.")).isPresent();
  }

  /** What pins before JDK 24, on whatever JDK this runs. */
  @Test
  void shouldHaveNoMonitors() throws Exception {
    var classes =
        Path.of(
            SelfHealingDriver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> found = new ArrayList<>();
    try (var all = Files.walk(classes)) {
      for (var file : all.filter(one -> one.toString().endsWith(".class")).toList()) {
        monitors(Files.readAllBytes(file), classes.relativize(file) + "", found);
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void shouldSeeAMonitor() throws Exception {
    List<String> found = new ArrayList<>();
    try (var sample = Sample.class.getResourceAsStream("VirtualThreadsTest$Sample.class")) {
      monitors(sample.readAllBytes(), "Sample", found);
    }
    assertThat(found).containsExactlyInAnyOrder("Sample.method", "Sample.block");
  }

  private static void monitors(byte[] code, String name, List<String> found) {
    var visitor =
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String method, String type, String signature, String[] exceptions) {
            var place = name + "." + method;
            if ((access & Opcodes.ACC_SYNCHRONIZED) != 0) {
              found.add(place);
            }
            return new MethodVisitor(Opcodes.ASM9) {
              @Override
              public void visitInsn(int opcode) {
                if (opcode == Opcodes.MONITORENTER) {
                  found.add(place);
                }
              }
            };
          }
        };
    new ClassReader(code).accept(visitor, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
  }

  /** For {@link #shouldSeeAMonitor}. */
  static final class Sample {
    private int count;

    synchronized int method() {
      return count++;
    }

    int block() {
      synchronized (this) {
        return count++;
      }
    }
  }
}
