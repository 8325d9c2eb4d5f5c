package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver as DriverManager, tools and applications meet it. */
class SelfHealingDriverTest extends HealingFixture {

  private final Driver driver = new SelfHealingDriver();

  @BeforeEach
  void forget() {
    Passwords.given.set(0);
    Events.told.clear();
  }

  @Test
  void shouldBeRegistered() throws SQLException {
    assertThat(DriverManager.getDriver(emulator.healingUrl()))
        .isInstanceOf(SelfHealingDriver.class);
    assertThat(DriverManager.drivers().filter(SelfHealingDriver.class::isInstance)).isNotEmpty();
    assertThat(ServiceLoader.load(Driver.class).stream().map(ServiceLoader.Provider::type))
        .contains(SelfHealingDriver.class);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "jdbc:snowflake://host/",
        "jdbc:selfheal:",
        "jdbc:selfheal:h2:mem:x",
        "jdbc:selfheal:snowflake",
        "JDBC:SELFHEAL:SNOWFLAKE://host/",
        " jdbc:selfheal:snowflake://host/"
      })
  void shouldLeaveForeignUrlsAlone(String url) throws SQLException {
    assertThat(driver.acceptsURL(url)).isFalse();
    assertThat(driver.connect(url, new Properties())).isNull();
    assertThat(driver.getPropertyInfo(url, new Properties())).isEmpty();
  }

  @Test
  void shouldConnectWithoutProperties() throws SQLException {
    assertThat(driver.acceptsURL(emulator.healingUrl())).isTrue();
    try (var healing = driver.connect(emulator.healingUrl(), null)) {
      assertThat(healing.unwrap(SelfHealingConnection.class).generation()).isZero();
    }
  }

  @Test
  void shouldConnectWithEverythingInProperties() throws SQLException {
    var info = new Properties();
    for (var pair : emulator.healingUrl().replaceFirst("^[^?]*\\?", "").split("&")) {
      info.setProperty(pair.split("=")[0], pair.split("=")[1]);
    }
    // Nothing in it to guess an account from.
    var url = "snowflake://localhost:" + emulator.port() + "/";
    DriverManager.getConnection("jdbc:" + url, info).close();
    try (var healing = DriverManager.getConnection("jdbc:selfheal:" + url, info)) {
      emulator.faults().expireAllSessions();
      assertThat(query(healing, "SELECT 42")).containsExactly("42");
    }
    assertThat(driver.getPropertyInfo("jdbc:selfheal:" + url, info)).isNotEmpty();
  }

  @Test
  void shouldSayThatThePhysicalDriverDoesNotTakeTheUrl() {
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:selfheal:snowflake:?password=hush"))
        .isInstanceOf(SQLException.class)
        .hasMessageNotContaining("hush");
  }

  @Test
  void shouldRefuseWrongSettingsBeforeAnyLogin() {
    for (var query : List.of("selfheal.replay=never", "selfheal.reply=none")) {
      assertThatThrownBy(() -> DriverManager.getConnection(emulator.healingUrl(query)))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("selfheal.replay");
    }
    assertThat(emulator.loginAttempts()).isEqualTo(1);
  }

  @Test
  void shouldShowSettingsToNobody() throws SQLException {
    var info = new Properties();
    info.setProperty("selfheal.maxHealsPerMinute", "20");
    try (var healing =
        DriverManager.getConnection(emulator.healingUrl("selfheal.replay=session"), info)) {
      assertThat(healing.getMetaData().getURL()).doesNotContain("selfheal");
      assertThat(healing.getClientInfo())
          .doesNotContainKeys("selfheal.replay", "selfheal.maxHealsPerMinute");
      assertThat(healing.toString()).doesNotContain("jdbc:");
    }
  }

  @Test
  void shouldNotMindWhatBecomesOfTheProperties() throws SQLException {
    var info = new Properties();
    info.setProperty("user", "demo");
    info.setProperty("password", "demo");
    emulator.faults().requirePassword("demo");
    try (var healing = DriverManager.getConnection(emulator.healingUrl(), info)) {
      info.setProperty("password", "changed");
      info.setProperty("selfheal.replay", "nonsense");
      emulator.faults().expireAllSessions();
      assertThat(query(healing, "SELECT 42")).containsExactly("42");
    }
  }

  @Test
  void shouldHandOutThePhysicalConnectionWhenSwitchedOff() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.healingUrl("selfheal.enabled=false"))) {
      assertThat(plain.getClass().getName()).startsWith("net.snowflake.");
      emulator.faults().expireAllSessions();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> query(plain, "SELECT 42"))
          .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(390114));
    }
    assertThat(emulator.logins()).isEqualTo(2);
  }

  // getPropertyInfo

  @Test
  void shouldListOurPropertiesWithThePhysicalDriversOwn() throws SQLException {
    var info = new Properties();
    info.setProperty("SELFHEAL.REPLAY", "session");
    info.setProperty("user", "demo");
    var listed = driver.getPropertyInfo(emulator.healingUrl("selfheal.verify=off"), info);
    var byName =
        Arrays.stream(listed)
            .collect(Collectors.toMap(property -> property.name, Function.identity()));

    assertThat(byName.get("selfheal.replay").value).isEqualTo("session");
    assertThat(byName.get("selfheal.replay").choices)
        .containsExactly("none", "statement", "session", "transaction");
    assertThat(byName.get("selfheal.verify").value).isEqualTo("off");
    assertThat(byName.get("selfheal.healTimeoutSeconds").value).isEqualTo("120");
    assertThat(byName.get("selfheal.healTimeoutSeconds").choices).isNull();
    assertThat(byName.values().stream().filter(one -> one.name.startsWith("selfheal.")))
        .hasSize(14)
        .allSatisfy(one -> assertThat(one.description).isNotBlank())
        .noneMatch(one -> one.required);

    // What the physical driver lists depends on what it misses.
    var plain = "jdbc:snowflake://account.snowflakecomputing.com/";
    var expected = DriverManager.getDriver(plain).getPropertyInfo(plain, new Properties());
    var ours =
        driver.getPropertyInfo("jdbc:selfheal:snowflake://account.snowflakecomputing.com/", null);
    assertThat(names(ours)).containsAll(names(expected)).hasSize(expected.length + 14);
  }

  private static List<String> names(DriverPropertyInfo[] properties) {
    return Arrays.stream(properties).map(one -> one.name).toList();
  }

  // Credentials and listeners

  /** Another password each time. */
  public static final class Passwords implements CredentialsProvider {
    static final AtomicInteger given = new AtomicInteger();

    @Override
    public Properties credentials() {
      var fresh = new Properties();
      fresh.setProperty("password", "password-" + given.incrementAndGet());
      return fresh;
    }
  }

  @Test
  void shouldLogInWithFreshCredentialsEachTime() throws SQLException {
    emulator.faults().requirePassword("password-1");
    try (var healing =
        DriverManager.getConnection(
            emulator.healingUrl("selfheal.credentials=" + Passwords.class.getName()))) {
      for (int i = 2; i <= 3; i++) {
        emulator.faults().requirePassword("password-" + i).expireAllSessions();
        assertThat(query(healing, "SELECT 42")).containsExactly("42");
      }
      assertThat(healing.unwrap(SelfHealingConnection.class).generation()).isEqualTo(2);
    }
    assertThat(Passwords.given).hasValue(3);
  }

  /** Notes what it is told, and fails each time. */
  public static final class Events implements HealListener {
    static final List<String> told = new CopyOnWriteArrayList<>();

    @Override
    public void beforeHeal(HealEvent event) {
      told.add("before " + event.generation() + " " + event.reasonCode());
      throw new IllegalStateException("listener");
    }

    @Override
    public void afterHeal(HealEvent event) {
      told.add("after " + event.generation() + " " + event.reasonCode());
      throw new IllegalStateException("listener");
    }

    @Override
    public void refused(HealEvent event, SQLException refusal) {
      told.add("refused " + event.generation() + " " + refusal.getClass().getSimpleName());
      throw new IllegalStateException("listener");
    }
  }

  @Test
  void shouldTellTheListener() throws SQLException {
    try (var healing =
        DriverManager.getConnection(
            emulator.healingUrl("selfheal.listener=" + Events.class.getName()))) {
      emulator.faults().expireAllSessions();
      query(healing, "SELECT 42");
      emulator.faults().refuseLogins(1).expireAllSessions();
      assertThatThrownBy(() -> query(healing, "SELECT 42"))
          .isInstanceOf(ReconnectFailedException.class);
    }
    assertThat(Events.told)
        .containsExactly(
            "before 0 390114",
            "after 1 390114",
            "before 1 390114",
            "refused 1 ReconnectFailedException");
  }

  // wrap

  @Test
  void shouldGiveTheSameConnectionBackWithoutAFactoryOrWhenSwitchedOff() throws SQLException {
    var off = new Properties();
    off.setProperty("selfheal.enabled", "false");
    try (var plain = DriverManager.getConnection(emulator.url())) {
      assertThat(SelfHealing.wrap(plain, null)).isSameAs(plain);
      assertThat(SelfHealing.wrap(plain, null, off)).isSameAs(plain);
      assertThat(SelfHealing.wrap(plain, () -> plain, off)).isSameAs(plain);
    }
  }

  @Test
  void shouldOpenTheFirstConnectionByTheFactory() throws SQLException {
    int before = emulator.logins();
    try (var healing = SelfHealing.wrap(null, () -> DriverManager.getConnection(emulator.url()))) {
      assertThat(emulator.logins()).isEqualTo(before + 1);
      emulator.faults().expireAllSessions();
      assertThat(query(healing, "SELECT 42")).containsExactly("42");
      assertThat(emulator.logins()).isEqualTo(before + 2);
    }
  }

  @Test
  void shouldRefuseWhatAFactoryMustNotReturnAtFirst() throws SQLException {
    var closed = DriverManager.getConnection(emulator.url());
    closed.close();
    for (var given : Arrays.asList(null, closed)) {
      assertThatThrownBy(() -> SelfHealing.wrap(null, () -> given))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"))
          .hasMessageContaining("connection factory returned no open connection");
    }
    var error = new SQLException("no network");
    assertThatThrownBy(
            () ->
                SelfHealing.wrap(
                    null,
                    () -> {
                      throw error;
                    }))
        .isSameAs(error);
  }

  @Test
  void shouldRefuseWhatAFactoryMustNotReturnAtAHeal() throws SQLException {
    List<Connection> answers = new ArrayList<>();
    var plain = DriverManager.getConnection(emulator.url());
    var closed = DriverManager.getConnection(emulator.url());
    closed.close();
    try (var healing = SelfHealing.wrap(plain, () -> answers.remove(0))) {
      answers.add(null);
      answers.add(plain);
      answers.add(closed);
      emulator.faults().expireAllSessions();
      for (var complaint : List.of("returned null", "whose session is dead", "closed connection")) {
        assertThatThrownBy(() -> query(healing, "SELECT 42"))
            .isInstanceOf(ReconnectFailedException.class)
            .rootCause()
            .hasMessageContaining("connection factory returned")
            .hasMessageContaining(complaint);
      }
      answers.add(DriverManager.getConnection(emulator.url()));
      assertThat(query(healing, "SELECT 42")).containsExactly("42");
    }
  }

  @Test
  void shouldLeaveTheConnectionOpenWhenSettingsAreWrong() throws SQLException {
    var wrong = new Properties();
    wrong.setProperty("selfheal.replay", "x");
    try (var plain = DriverManager.getConnection(emulator.url())) {
      assertThatThrownBy(() -> SelfHealing.wrap(plain, () -> plain, wrong))
          .isInstanceOf(SQLException.class);
      assertThat(query(plain, "SELECT 42")).containsExactly("42");
    }
  }

  @Test
  void shouldIgnoreForeignSettingsOfAWrap() throws SQLException {
    var settings = new Properties(new Properties());
    settings.setProperty("user", "whoever");
    settings.put("selfheal.replay", "none");
    settings.put(new Object(), new Object());
    try (var healing =
        SelfHealing.wrap(null, () -> DriverManager.getConnection(emulator.url()), settings)) {
      emulator.faults().expireAllSessions();
      assertThatThrownBy(() -> query(healing, "SELECT 42"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(390114));
      assertThat(query(healing, "SELECT 42")).containsExactly("42");
    }
  }
}
