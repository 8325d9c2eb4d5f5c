package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The main job on a real account: {@code SELFHEAL_LIVE_URL} (our prefix, with user, database and
 * schema), {@code SELFHEAL_LIVE_PASSWORD}, and {@code mvn test -Plive -Dtest=LiveTest}. Never run
 * against Snowflake so far, only against the emulator.
 */
@Tag("live")
class LiveTest {

  private final Properties properties = new Properties();
  private String url;
  private Connection connection;

  @BeforeEach
  void connect() throws SQLException {
    url = System.getenv("SELFHEAL_LIVE_URL");
    assertThat(url).as("the environment variable SELFHEAL_LIVE_URL").isNotNull();
    var password = System.getenv("SELFHEAL_LIVE_PASSWORD");
    if (password != null) {
      properties.setProperty("password", password);
    }
    connection = DriverManager.getConnection(url, properties);
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
  }

  @Test
  void shouldHealAnAbortedSessionAndRunAWriteOnce() throws SQLException {
    HealingFixture.update(connection, "CREATE OR REPLACE TABLE selfheal_live (id INT)");
    abortSession(one("SELECT CURRENT_SESSION()"));

    assertThat(HealingFixture.update(connection, "INSERT INTO selfheal_live VALUES (1)"))
        .isEqualTo(1);

    assertThat(one("SELECT COUNT(*) FROM selfheal_live")).isEqualTo("1");
    assertThat(connection.unwrap(SelfHealingConnection.class).generation()).isEqualTo(1);
    HealingFixture.update(connection, "DROP TABLE selfheal_live");
  }

  private void abortSession(String id) throws SQLException {
    try (var other = DriverManager.getConnection(url, properties)) {
      HealingFixture.query(other, "SELECT SYSTEM$ABORT_SESSION(" + Long.parseLong(id) + ")");
    }
  }

  private String one(String sql) throws SQLException {
    return HealingFixture.query(connection, sql).get(0);
  }
}
