package io.selfheal.jdbc;

import static io.selfheal.jdbc.IsolatedLoader.ours;
import static io.selfheal.jdbc.IsolatedLoader.snowflake;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The driver where class loaders are arranged as in application servers. */
class ClassLoadersTest {

  private static final ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();

  private final ClassLoader context = Thread.currentThread().getContextClassLoader();
  private SnowflakeEmulator emulator;

  @BeforeEach
  void start() {
    emulator = SnowflakeEmulator.start();
    Thread.currentThread().setContextClassLoader(PLATFORM);
  }

  @AfterEach
  void stop() {
    Thread.currentThread().setContextClassLoader(context);
    emulator.close();
  }

  @Test
  void shouldFindThePhysicalDriverInTheParent() throws Exception {
    try (var parent = new IsolatedLoader(PLATFORM, snowflake());
        var ours = new IsolatedLoader(parent, ours())) {
      connectsAndHeals(ours);
    }
  }

  @Test
  void shouldFindThePhysicalDriverInTheSameLoader() throws Exception {
    try (var ours =
        new IsolatedLoader(
            PLATFORM,
            Stream.concat(Stream.of(ours()), Stream.of(snowflake())).toArray(URL[]::new))) {
      connectsAndHeals(ours);
    }
  }

  @Test
  void shouldFindThePhysicalDriverByTheContextLoader() throws Exception {
    try (var beside = new IsolatedLoader(PLATFORM, snowflake());
        var ours = new IsolatedLoader(PLATFORM, ours())) {
      Thread.currentThread().setContextClassLoader(beside);
      connectsAndHeals(ours);
    }
  }

  @Test
  void shouldSayWhatIsMissing() throws Exception {
    try (var ours = new IsolatedLoader(PLATFORM, ours())) {
      var driver = ours.driver();
      for (var loader : new ClassLoader[] {PLATFORM, null, ours}) {
        Thread.currentThread().setContextClassLoader(loader);
        assertThatThrownBy(() -> driver.connect(emulator.healingUrl(), new Properties()))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("net.snowflake:snowflake-jdbc")
            .hasMessageContaining("io.selfheal:selfheal-jdbc");
        assertThatThrownBy(() -> driver.getPropertyInfo(emulator.healingUrl(), new Properties()))
            .hasMessageContaining("net.snowflake:snowflake-jdbc");
      }
    }
    assertThat(emulator.loginAttempts()).isZero();
  }

  private interface Use {
    void of(IsolatedLoader ours) throws Exception;
  }

  @Test
  void shouldLetItsLoaderGo() throws Exception {
    shouldLetItsLoaderGo(this::connectsAndHeals);
  }

  @Test
  void shouldLetItsLoaderGoWithAConnectionThatNobodyClosed() throws Exception {
    shouldLetItsLoaderGo(
        ours -> {
          connectsAndHeals(ours);
          HealingFixture.query(
              ours.driver().connect(emulator.healingUrl(), new Properties()), "SELECT 42");
        });
  }

  @Test
  void shouldLetItsLoaderGoThatWasRecorded() throws Exception {
    try (var recording = new Recording()) {
      recording.enable("io.selfheal.Heal");
      recording.start();
      shouldLetItsLoaderGo(this::connectsAndHeals);
    }
  }

  private void shouldLetItsLoaderGo(Use use) throws Exception {
    try (var parent = new IsolatedLoader(PLATFORM, snowflake())) {
      // Before JDK 24 a thread keeps the loaders of all that were on the stack when it was started:
      // the threads that snowflake-jdbc starts once and keeps must be there already.
      var physical = parent.instance("net.snowflake.client.jdbc.SnowflakeDriver");
      for (int i = 0; i < 20; i++) {
        try (var connection = physical.connect(emulator.url(), new Properties())) {
          HealingFixture.query(connection, "SELECT 42");
        }
      }
      var dropped = usedOnce(parent, use);
      await("the loader is collected")
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                System.gc();
                return dropped.refersTo(null);
              });
    }
  }

  /** In a method of its own, so that no local variable keeps anything. */
  private WeakReference<ClassLoader> usedOnce(ClassLoader parent, Use use) throws Exception {
    try (var ours = new IsolatedLoader(parent, ours())) {
      use.of(ours);
      return new WeakReference<>(ours);
    }
  }

  private void connectsAndHeals(IsolatedLoader ours) throws Exception {
    var driver = ours.driver();
    assertThat(driver.getClass().getClassLoader()).isSameAs(ours);
    try (Connection connection = driver.connect(emulator.healingUrl(), new Properties())) {
      assertThat(connection.getClass().getClassLoader()).isSameAs(ours);
      assertThat(HealingFixture.query(connection, "SELECT 42")).containsExactly("42");
      int logins = emulator.logins();
      emulator.faults().expireAllSessions();
      assertThat(HealingFixture.query(connection, "SELECT 43")).containsExactly("43");
      assertThat(emulator.logins()).isEqualTo(logins + 1);
      assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
    }
  }
}
