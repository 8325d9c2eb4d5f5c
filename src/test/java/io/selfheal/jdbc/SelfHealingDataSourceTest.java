package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.sql.CommonDataSource;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class SelfHealingDataSourceTest extends HealingFixture {

  private final SelfHealingDataSource source = new SelfHealingDataSource();

  /** What the delegate was asked. */
  private final List<String> calls = new ArrayList<>();

  /** A data source over DriverManager, as another library has it. */
  private DataSource delegate() {
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class, Comparable.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName() + (arguments == null ? "" : List.of(arguments)));
              return switch (method.getName()) {
                case "getConnection" -> DriverManager.getConnection(emulator.url());
                case "isWrapperFor" -> false;
                case "unwrap" -> throw new SQLException("not a wrapper for it");
                case "getLoginTimeout" -> 0;
                default -> null;
              };
            });
  }

  private static void heals(Connection connection, HealingFixture fixture) throws SQLException {
    try (connection) {
      fixture.emulator.faults().expireAllSessions();
      assertThat(query(connection, "SELECT 42")).containsExactly("42");
      assertThat(connection.unwrap(SelfHealingConnection.class).generation()).isEqualTo(1);
    }
  }

  @Test
  void shouldConnectByUrl() throws SQLException {
    source.setUrl(emulator.healingUrl());
    heals(source.getConnection(), this);
  }

  @Test
  void shouldConnectAsUserWithPassword() throws SQLException {
    source.setUrl(emulator.healingUrl());
    source.setUser("demo");
    source.setPassword("bean");
    var properties = new Properties();
    properties.setProperty("password", "properties");
    source.setProperties(properties);
    emulator.faults().requirePassword("bean");
    heals(source.getConnection(), this);
    emulator.faults().requirePassword("argument");
    heals(source.getConnection("demo", "argument"), this);
    emulator.faults().requirePassword("properties");
    source.setPassword(null);
    heals(source.getConnection(), this);
  }

  @Test
  void shouldCopyTheProperties() throws SQLException {
    var defaults = new Properties();
    defaults.setProperty("selfheal.replay", "session");
    var properties = new Properties(defaults);
    source.setProperties(properties);
    defaults.setProperty("selfheal.replay", "nonsense");
    properties.setProperty("selfheal.verify", "nonsense");
    source.getProperties().setProperty("selfheal.replay", "nonsense");
    assertThat(source.getProperties()).containsOnlyKeys("selfheal.replay");
    source.setUrl(emulator.healingUrl());
    heals(source.getConnection(), this);
  }

  @Test
  void shouldConnectByADelegate() throws SQLException {
    source.setDelegate(delegate());
    heals(source.getConnection(), this);
    heals(source.getConnection("someone", "else"), this);
    assertThat(calls)
        .containsExactly(
            "getConnection",
            "getConnection",
            "getConnection[someone, else]",
            "getConnection[someone, else]");
    calls.clear();
    source.setUser("bean");
    source.setPassword("secret");
    heals(source.getConnection(), this);
    assertThat(calls).containsExactly("getConnection[bean, secret]", "getConnection[bean, secret]");
  }

  @Test
  void shouldTakeSettingsWithADelegate() throws SQLException {
    source.setDelegate(delegate());
    var properties = new Properties();
    properties.setProperty("selfheal.enabled", "false");
    source.setProperties(properties);
    try (var plain = source.getConnection()) {
      assertThat(plain.getClass().getName()).startsWith("net.snowflake.");
    }
    properties.setProperty("selfheal.enabled", "perhaps");
    source.setProperties(properties);
    assertThatThrownBy(source::getConnection).hasMessageContaining("selfheal.enabled");
  }

  @Test
  void shouldSayWhatIsMissing() {
    for (var url : new String[] {null, "", "jdbc:snowflake://host/?password=hush"}) {
      source.setUrl(url);
      assertThatThrownBy(source::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("jdbc:selfheal:snowflake:")
          .hasMessageContaining("delegate")
          .hasMessageNotContaining("hush");
    }
  }

  @Test
  void shouldPassTheLoginTimeoutOn() throws SQLException {
    source.setLoginTimeout(7);
    assertThat(source.getLoginTimeout()).isEqualTo(7);
    source.setDelegate(delegate());
    source.getConnection().close();
    assertThat(calls).contains("setLoginTimeout[7]");
    calls.clear();
    source.setLoginTimeout(8);
    assertThat(calls).containsExactly("setLoginTimeout[8]");
  }

  @Test
  void shouldPrintNoSecret() throws SQLException {
    var properties = new Properties();
    properties.setProperty("token", "hush");
    source.setUrl("jdbc:selfheal:snowflake://host/?password=hush");
    source.setPassword("hush");
    source.setProperties(properties);
    assertThat(source.toString()).startsWith("SelfHealingDataSource").doesNotContain("hush");
    assertThat(SelfHealingDataSource.class.getMethods())
        .noneMatch(method -> method.getName().equals("getPassword"));
    source.setDelegate(delegate());
    assertThat(source.toString()).startsWith("SelfHealingDataSource").doesNotContain("hush");
    for (var method : CommonDataSource.class.getMethods()) {
      if (method.getParameterCount() == 0) {
        try {
          assertThat(String.valueOf(method.invoke(source))).doesNotContain("hush");
        } catch (ReflectiveOperationException e) {
          assertThat(e).isInstanceOf(InvocationTargetException.class);
          assertThat(String.valueOf(e.getCause())).doesNotContain("hush");
        }
      }
    }
  }

  @Test
  void shouldBeADataSource() throws SQLException {
    assertThat(source.unwrap(DataSource.class)).isSameAs(source);
    assertThat(source.isWrapperFor(SelfHealingDataSource.class)).isTrue();
    assertThat(source.isWrapperFor(Comparable.class)).isFalse();
    assertThatThrownBy(() -> source.unwrap(Comparable.class))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("java.lang.Comparable");
    var delegate = delegate();
    source.setDelegate(delegate);
    assertThat(source.isWrapperFor(Comparable.class)).isTrue();
    assertThat((Object) source.unwrap(Comparable.class)).isSameAs(delegate);
    assertThat(source.isWrapperFor(Runnable.class)).isFalse();
    assertThatThrownBy(() -> source.unwrap(Runnable.class)).isInstanceOf(SQLException.class);

    var writer = new PrintWriter(new StringWriter());
    source.setLogWriter(writer);
    assertThat(source.getLogWriter()).isSameAs(writer);
    assertThatThrownBy(source::getParentLogger).isInstanceOf(SQLFeatureNotSupportedException.class);
  }
}
