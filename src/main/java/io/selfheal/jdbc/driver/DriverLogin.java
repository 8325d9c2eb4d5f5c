package io.selfheal.jdbc.driver;

import io.selfheal.jdbc.journal.Context;
import io.selfheal.jdbc.session.Login;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Logs in by the physical driver with the properties of the connect call. Immutable but for the
 * provider of the user's.
 */
final class DriverLogin implements Login {

  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Z_][A-Z0-9_$]*");
  private static final String LOGIN_TIMEOUT = "loginTimeout";
  private static final String AUTHENTICATOR = "authenticator";
  private static final String CLEAR_ON_SUCCESS = "CLEAR_BATCH_ONLY_AFTER_SUCCESSFUL_EXECUTION";

  /** With these the physical driver logs in again by itself when a session has died [S]. */
  private static final Set<String> SELF_MADE =
      Set.of("EXTERNALBROWSER", "OAUTH_AUTHORIZATION_CODE", "OAUTH_CLIENT_CREDENTIALS");

  private final Driver driver;
  private final String url;
  private final Properties properties;
  private final Options options;

  DriverLogin(Driver driver, Urls.Target target, Options options) {
    this.driver = driver;
    this.url = target.url();
    this.properties = target.properties();
    this.options = options;
  }

  @Override
  public Connection open(@Nullable Context context, Duration limit) throws SQLException {
    var info = Urls.copy(properties);
    if (context != null) {
      // Properties win over the URL [S], so the session starts where the old one was, without a
      // statement.
      name(info, "db", context.database());
      name(info, "schema", context.schema());
      name(info, "role", context.role());
      name(info, "warehouse", context.warehouse());
      limit(info, limit);
    }
    var provider = options.credentials();
    if (provider != null) {
      var fresh = provider.credentials();
      if (fresh == null) {
        throw new SQLException(
            "selfheal.credentials: the provider returned null instead of properties.", "28000");
      }
      Urls.copy(fresh)
          .forEach(
              (key, value) -> {
                var name = String.valueOf(key);
                remove(info, name);
                if (!Setting.owns(name)) {
                  info.put(key, value);
                }
              });
    }
    var connection = driver.connect(url, info);
    if (connection == null) {
      throw new SQLException(
          "snowflake-jdbc does not take this URL: " + Urls.withoutQuery(url), "08001");
    }
    return connection;
  }

  @Override
  public boolean renewsCredentials() {
    return options.credentials() != null;
  }

  /** The property wins over the URL; case does not matter in either [S]. */
  private Optional<String> given(String name) {
    return value(properties, name).or(() -> Urls.parameter(url, name));
  }

  @Override
  public boolean clearsBatchesOnSuccessOnly() {
    return given(CLEAR_ON_SUCCESS)
        .filter(value -> value.equalsIgnoreCase("true") || value.equalsIgnoreCase("on"))
        .isPresent();
  }

  @Override
  public boolean logsInByItself() {
    return given(AUTHENTICATOR)
        .map(name -> SELF_MADE.contains(name.strip().toUpperCase(Locale.ROOT)))
        .orElse(false);
  }

  @Override
  public boolean preparesSessions() {
    return false;
  }

  /**
   * Any property that the physical driver does not know goes to the server as a session parameter
   * [D], and some that it knows do as well, under names of their own (all of CLIENT_ and JDBC_). A
   * URL without a host has its properties in a file of the driver's.
   */
  @Override
  public boolean setsParameter(String parameter) {
    return options.credentials() != null
        || !url.contains("://")
        || parameter.startsWith("CLIENT_")
        || parameter.startsWith("JDBC_")
        || given(parameter).isPresent();
  }

  private static Optional<String> value(Properties info, String key) {
    return info.entrySet().stream()
        .filter(entry -> key.equalsIgnoreCase(String.valueOf(entry.getKey())))
        .map(entry -> String.valueOf(entry.getValue()))
        .findFirst();
  }

  /**
   * The caller's own spelling of the property may be another (database, db), so all of them give
   * way.
   */
  private static void name(Properties info, String key, @Nullable String value) {
    if (value != null) {
      remove(info, key);
      if (key.equals("db")) {
        remove(info, "database");
      }
      info.setProperty(
          key,
          PLAIN_NAME.matcher(value).matches()
              ? value
              : io.selfheal.jdbc.snowflake.Identifiers.quote(value));
    }
  }

  /** Case does not matter to the physical driver [S]; of two spellings it would take either. */
  private static void remove(Properties info, String key) {
    info.keySet().removeIf(other -> key.equalsIgnoreCase(String.valueOf(other)));
  }

  /** The shortest of the heal's own limit, DriverManager's and the caller's holds. */
  private void limit(Properties info, Duration limit) {
    long seconds = Math.max(1, limit.toSeconds());
    int manager = DriverManager.getLoginTimeout();
    if (manager > 0) {
      seconds = Math.min(seconds, manager);
    }
    var own = value(info, LOGIN_TIMEOUT).or(() -> Urls.parameter(url, LOGIN_TIMEOUT));
    if (own.isPresent()) {
      try {
        long asked = Long.parseLong(own.get().trim());
        seconds = asked > 0 ? Math.min(seconds, asked) : seconds;
      } catch (NumberFormatException theDriverWillSay) {
        return;
      }
    }
    remove(info, LOGIN_TIMEOUT);
    info.setProperty(LOGIN_TIMEOUT, Long.toString(seconds));
  }
}
