package io.selfheal.jdbc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selfheal.jdbc.CredentialsProvider;
import io.selfheal.jdbc.journal.Context;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the physical driver gets to see, at the first login and at those of heals. */
class DriverLoginTest {

  private static final Context CONTEXT =
      new Context(
          "SALES", "my schema", "R_APP", "WH", true, Map.of(), Map.of(), Map.of(), Map.of());

  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final List<String> urls = new ArrayList<>();
  private final List<Properties> logins = new ArrayList<>();
  private final int loginTimeout = DriverManager.getLoginTimeout();

  @AfterEach
  void restoreTheLoginTimeout() {
    DriverManager.setLoginTimeout(loginTimeout);
  }

  /** A driver that notes what it is given. */
  private final Driver physical =
      (Driver)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Driver.class},
              (proxy, method, arguments) -> {
                urls.add((String) arguments[0]);
                logins.add((Properties) arguments[1]);
                return Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (connection, call, none) -> null);
              });

  private DriverLogin login(String query, Properties info) throws SQLException {
    var target = Urls.parse("jdbc:selfheal:snowflake://host:443/" + query, info);
    return new DriverLogin(physical, target, Options.parse(target.settings()));
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void shouldKeepEverySettingFromThePhysicalDriver(Setting setting) throws SQLException {
    var value = setting.defaultValue();
    for (var key : List.of(setting.key(), setting.key().toUpperCase(Locale.ROOT))) {
      var info = new Properties();
      info.setProperty(key, value);
      info.setProperty("user", "demo");
      for (var login :
          List.of(
              login("", info),
              login("?" + key + "=" + value, new Properties()),
              login("?user=demo&" + key + "=" + value + "&warehouse=WH", new Properties()))) {
        login.open(null, LIMIT);
        login.open(CONTEXT, LIMIT);
      }
    }
    assertThat(urls).hasSize(12).allMatch(url -> url.startsWith("jdbc:snowflake://host:443/"));
    assertThat(urls.toString().toLowerCase(Locale.ROOT)).doesNotContain("selfheal");
    assertThat(logins.toString().toLowerCase(Locale.ROOT)).doesNotContain("selfheal");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "externalbrowser, -, true",
        "OAUTH_AUTHORIZATION_CODE, -, true",
        "-, oauth_client_credentials, true",
        "-, ExternalBrowser, true",
        "externalbrowser, snowflake, false",
        "oauth, -, false",
        "-, snowflake_jwt, false",
        "-, -, false"
      },
      nullValues = "-")
  void shouldKnowWhereThePhysicalDriverLogsInByItself(
      String inUrl, String inProperties, boolean itself) throws SQLException {
    var info = new Properties();
    if (inProperties != null) {
      info.setProperty("Authenticator", inProperties);
    }
    var query = inUrl == null ? "?user=demo" : "?user=demo&AUTHENTICATOR=" + inUrl;
    assertThat(login(query, info).logsInByItself()).isEqualTo(itself);
  }

  @Test
  void shouldLeaveTheRestOfTheUrlAsItIs() throws SQLException {
    login("?a=%20b&selfheal.replay=none&c&d=e=f&=g&selfheal.verify=off", new Properties())
        .open(null, LIMIT);
    login("?selfheal.replay=none", new Properties()).open(null, LIMIT);
    login("", new Properties()).open(null, LIMIT);
    login("?", new Properties()).open(null, LIMIT);
    assertThat(urls)
        .containsExactly(
            "jdbc:snowflake://host:443/?a=%20b&c&d=e=f&=g",
            "jdbc:snowflake://host:443/",
            "jdbc:snowflake://host:443/",
            "jdbc:snowflake://host:443/");
  }

  @Test
  void shouldPreferPropertiesToTheUrl() throws SQLException {
    var info = new Properties();
    info.setProperty("SelfHeal.Replay", "session");
    var target = Urls.parse("jdbc:selfheal:snowflake://h/?selfheal.replay=none", info);
    assertThat(Options.parse(target.settings()).replay())
        .isEqualTo(io.selfheal.jdbc.ReplayScope.SESSION);
  }

  @Test
  void shouldCopyTheProperties() throws SQLException {
    var defaults = new Properties();
    defaults.setProperty("user", "demo");
    defaults.setProperty("selfheal.replay", "none");
    var info = new Properties(defaults);
    var key = new Object();
    info.put("privateKey", key);
    info.setProperty("role", "R_APP");
    var login = login("", info);
    info.setProperty("role", "R_OTHER");
    info.remove("privateKey");
    defaults.setProperty("user", "other");
    login.open(null, LIMIT);
    logins.get(0).clear();
    login.open(null, LIMIT);
    assertThat(logins.get(1))
        .containsOnly(
            Map.entry("user", "demo"), Map.entry("role", "R_APP"), Map.entry("privateKey", key));
  }

  @Test
  void shouldStartTheSessionWhereTheOldOneWas() throws SQLException {
    var info = new Properties();
    info.setProperty("DATABASE", "OTHER");
    info.setProperty("Schema", "OTHER");
    info.setProperty("role", "OTHER");
    login("", info).open(CONTEXT, LIMIT);
    assertThat(logins.get(0))
        .containsOnly(
            Map.entry("db", "SALES"),
            Map.entry("schema", "\"my schema\""),
            Map.entry("role", "R_APP"),
            Map.entry("warehouse", "WH"),
            Map.entry("loginTimeout", "120"));
  }

  @ParameterizedTest
  @CsvSource({
    // DriverManager's, in the URL, in Properties: at a heal
    "0, , , 120",
    "5, , , 5",
    "0, 6, , 6",
    "0, , 7, 7",
    "5, 6, 7, 5",
    "50, 6, 7, 7",
    "0, 0, , 120",
    "0, 600, , 120"
  })
  void shouldHoldTheShortestLoginTimeout(int manager, String url, String given, String at)
      throws SQLException {
    DriverManager.setLoginTimeout(manager);
    var info = new Properties();
    if (given != null) {
      info.setProperty("LOGINTIMEOUT", given);
    }
    login(url == null ? "" : "?LoginTimeout=" + url, info).open(CONTEXT, LIMIT);
    assertThat(logins.get(0)).containsEntry("loginTimeout", at).doesNotContainKey("LOGINTIMEOUT");
  }

  /** Gives another token each time. */
  public static final class Tokens implements CredentialsProvider {
    private int count;

    @Override
    public Properties credentials() {
      var defaults = new Properties();
      defaults.setProperty("token", "token-" + ++count);
      var fresh = new Properties(defaults);
      fresh.setProperty("selfheal.replay", "none");
      fresh.setProperty("SELFHEAL.unknown", "x");
      return fresh;
    }
  }

  @Test
  void shouldAskForCredentialsAtEachLogin() throws SQLException {
    var info = new Properties();
    info.setProperty("TOKEN", "stale");
    info.setProperty("user", "demo");
    var login = login("?selfheal.credentials=" + Tokens.class.getName(), info);
    login.open(null, LIMIT);
    login.open(null, LIMIT);
    assertThat(logins)
        .containsExactly(
            properties("user", "demo", "token", "token-1"),
            properties("user", "demo", "token", "token-2"));
    assertThat(login.renewsCredentials()).isTrue();
    assertThat(login("", new Properties()).renewsCredentials()).isFalse();
  }

  private static Properties properties(String... pairs) {
    var properties = new Properties();
    for (int i = 0; i < pairs.length; i += 2) {
      properties.setProperty(pairs[i], pairs[i + 1]);
    }
    return properties;
  }

  /** Has none. */
  public static final class Nothing implements CredentialsProvider {
    @Override
    public Properties credentials() {
      return null;
    }
  }

  @Test
  void shouldRefuseNullCredentials() throws SQLException {
    var login = login("?selfheal.credentials=" + Nothing.class.getName(), new Properties());
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> login.open(null, LIMIT))
        .withMessageContaining("selfheal.credentials");
    assertThat(logins).isEmpty();
  }
}
