package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfheal.jdbc.testkit.StatementMatch;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The driver as JMX shows it. The totals are those of the whole process. */
class DriverBeanTest extends HealingFixture {

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private SelfHealingDriverMXBean bean;

  static Set<String> names(MBeanServer server) throws Exception {
    return server.queryNames(new ObjectName("io.selfheal.jdbc:*"), null).stream()
        .map(ObjectName::getCanonicalName)
        .collect(Collectors.toSet());
  }

  @BeforeEach
  void find() throws Exception {
    bean =
        JMX.newMXBeanProxy(
            server,
            new ObjectName("io.selfheal.jdbc:type=SelfHealingDriver,id=1"),
            SelfHealingDriverMXBean.class);
  }

  @Test
  void shouldCountConnectionsOfAllOrigins() throws SQLException {
    int before = bean.getOpenConnections();
    var source = new SelfHealingDataSource();
    source.setUrl(emulator.healingUrl());
    try (var first = DriverManager.getConnection(emulator.healingUrl());
        var second = SelfHealing.wrap(null, () -> DriverManager.getConnection(emulator.url()));
        var third = source.getConnection()) {
      assertThat(bean.getOpenConnections()).isEqualTo(before + 3);
      first.close();
      first.close();
      second.abort(Runnable::run);
      third.close();
      assertThat(bean.getOpenConnections()).isEqualTo(before);
    }
    assertThat(bean.getOpenConnections()).isEqualTo(before);
  }

  @Test
  void shouldNotKeepAConnectionThatNobodyCloses() throws SQLException {
    int before = bean.getOpenConnections();
    long calls = bean.getProtectedCalls();
    forget();
    assertThat(bean.getProtectedCalls()).isEqualTo(calls + 2);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              System.gc();
              return bean.getOpenConnections() <= before; // others may go, too
            });
    assertThat(bean.getProtectedCalls()).isEqualTo(calls + 2);
  }

  /** In a method of its own, so that no local variable keeps anything. */
  private void forget() throws SQLException {
    Connection connection = DriverManager.getConnection(emulator.healingUrl());
    query(connection, "SELECT 1");
    query(connection, "SELECT 2");
  }

  @Test
  void shouldSumUpWhatItsConnectionsDid() throws Exception {
    long calls = bean.getProtectedCalls();
    long heals = bean.getHeals();
    long failed = bean.getFailedHeals();
    long repeated = bean.getRepeated();
    long rebuilt = bean.getRebuilt();
    long transactions = bean.getTransactions();
    long adopted = bean.getAdopted();
    long refused = bean.getRefused();
    long refusedLogins = bean.getRefusedBy().getOrDefault("ReconnectFailedException", 0L);

    update("CREATE TABLE target (id INT)");
    update("CREATE TEMPORARY TABLE staging (id INT)");
    connection.setAutoCommit(false);
    update("INSERT INTO staging VALUES (1)");
    emulator.faults().expireAllSessions();
    assertThat(query("SELECT id FROM staging")).containsExactly("1");
    connection.rollback();
    try (var other = DriverManager.getConnection(emulator.healingUrl())) {
      var insert = "INSERT INTO target VALUES (1)";
      emulator.faults().expireWhilePolling(StatementMatch.matching(insert));
      assertThat(update(other, insert)).isEqualTo(1);
      emulator.faults().refuseLogins(1).expireAllSessions();
      assertThatThrownBy(() -> query(other, "SELECT 1"))
          .isInstanceOf(ReconnectFailedException.class);
    }

    assertThat(bean.getProtectedCalls()).isEqualTo(calls + 7);
    assertThat(bean.getHeals()).isEqualTo(heals + 2);
    assertThat(bean.getFailedHeals()).isEqualTo(failed + 1);
    assertThat(bean.getRepeated()).isEqualTo(repeated + 1);
    assertThat(bean.getRebuilt()).isEqualTo(rebuilt + 2);
    assertThat(bean.getTransactions()).isEqualTo(transactions + 1);
    assertThat(bean.getAdopted()).isEqualTo(adopted + 1);
    assertThat(bean.getRefused()).isEqualTo(refused + 1);
    assertThat(bean.getRefusedBy()).containsEntry("ReconnectFailedException", refusedLogins + 1);
    assertThat(bean.getHealMillis99()).isGreaterThanOrEqualTo(bean.getHealMillis50()).isPositive();
    assertThat(bean.getLastHealMillis()).isPositive();
  }

  @Test
  void shouldSayNothingOfUrlsAndCredentials() throws Exception {
    var name = new ObjectName("io.selfheal.jdbc:type=SelfHealingDriver,id=1");
    var info = server.getMBeanInfo(name);
    assertThat(info.getAttributes()).hasSize(14).noneMatch(attribute -> attribute.isWritable());
    assertThat(info.getOperations()).isEmpty();
    for (var attribute : info.getAttributes()) {
      assertThat(server.getAttribute(name, attribute.getName()).toString())
          .as(attribute.getName())
          .doesNotContain("jdbc:", "password", "127.0.0.1");
    }
  }

  // Other copies of the driver

  @Test
  void shouldHaveABeanForEachCopyWhileItsDriverIsRegistered() throws Exception {
    var before = names(server);
    try (var parent =
        new IsolatedLoader(ClassLoader.getPlatformClassLoader(), IsolatedLoader.snowflake())) {
      var one = new IsolatedLoader(parent, IsolatedLoader.ours());
      var two = new IsolatedLoader(parent, IsolatedLoader.ours());
      one.driver().connect(emulator.healingUrl(), new Properties()).close();
      // Left open, as applications do.
      var left = two.driver().connect(emulator.healingUrl(), new Properties());
      assertThat(names(server)).hasSize(before.size() + 2).containsAll(before);
      one.close();
      two.close();
      assertThat(names(server)).isEqualTo(before);
      left.close();
      assertThat(names(server)).isEqualTo(before);
    }
  }

  @Test
  void shouldNotComeBackWithAConnectionThatIsClosed() throws Exception {
    var before = names(server);
    try (var parent =
        new IsolatedLoader(ClassLoader.getPlatformClassLoader(), IsolatedLoader.snowflake())) {
      var ours = new IsolatedLoader(parent, IsolatedLoader.ours());
      var driver = ours.driver();
      var left = driver.connect(emulator.healingUrl(), new Properties());
      var closedLate = driver.connect(emulator.healingUrl(), new Properties());
      ours.close();
      closedLate.close();
      assertThat(names(server)).isEqualTo(before);
      left.close();
    }
  }

  @Test
  void shouldGoWithTheLastConnectionWhereNoDriverIsRegistered() throws Exception {
    var before = names(server);
    try (var parent =
        new IsolatedLoader(ClassLoader.getPlatformClassLoader(), IsolatedLoader.snowflake())) {
      var ours = new IsolatedLoader(parent, IsolatedLoader.ours());
      var driver = ours.driver();
      ours.close();
      var first = driver.connect(emulator.healingUrl(), new Properties());
      var second = driver.connect(emulator.healingUrl(), new Properties());
      first.close();
      assertThat(names(server)).hasSize(before.size() + 1);
      second.close();
      assertThat(names(server)).isEqualTo(before);
    }
  }
}
