package io.selfheal.jdbc;

import io.selfheal.jdbc.driver.Connector;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source whose connections heal: by our {@code url}, or over a {@code delegate} data source,
 * which then opens every session. A bean; set it up before use, after which it is thread-safe.
 */
public final class SelfHealingDataSource implements DataSource {

  private volatile @Nullable String url;
  private volatile @Nullable String user;
  private volatile @Nullable String password;
  private volatile @Nullable DataSource delegate;
  private volatile @Nullable PrintWriter logWriter;
  private volatile int loginTimeout;
  private volatile Properties properties = new Properties();

  /** An empty one: {@code url} or {@code delegate} must be set before use. */
  public SelfHealingDataSource() {}

  public @Nullable String getUrl() {
    return url;
  }

  /** The URL, {@code jdbc:selfheal:snowflake:…}. */
  public void setUrl(@Nullable String url) {
    this.url = url;
  }

  public @Nullable String getUser() {
    return user;
  }

  public void setUser(@Nullable String user) {
    this.user = user;
  }

  /** The password; there is no getter, so that no tool prints it. */
  public void setPassword(@Nullable String password) {
    this.password = password;
  }

  /** A copy of the properties. */
  public Properties getProperties() {
    var copy = new Properties();
    copy.putAll(properties);
    return copy;
  }

  /**
   * Properties of the physical driver's and {@code selfheal.*} ones; copied. With a delegate only
   * the latter count.
   */
  public void setProperties(Properties properties) {
    var copy = new Properties();
    for (var name : properties.stringPropertyNames()) {
      copy.setProperty(name, properties.getProperty(name));
    }
    copy.putAll(properties);
    this.properties = copy;
  }

  public @Nullable DataSource getDelegate() {
    return delegate;
  }

  /** The data source to open sessions by, in place of a URL. */
  public void setDelegate(@Nullable DataSource delegate) {
    this.delegate = delegate;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return connect(user, password);
  }

  @Override
  public Connection getConnection(String username, String secret) throws SQLException {
    return connect(username, secret);
  }

  private Connection connect(@Nullable String username, @Nullable String secret)
      throws SQLException {
    var source = delegate;
    if (source != null) {
      if (loginTimeout > 0 && source.getLoginTimeout() != loginTimeout) {
        // Set here before the delegate was.
        source.setLoginTimeout(loginTimeout);
      }
      ConnectionFactory factory =
          username == null ? source::getConnection : () -> source.getConnection(username, secret);
      return SelfHealing.wrap(null, factory, properties);
    }
    var target = url;
    if (!Connector.accepts(target) || target == null) {
      throw new SQLException(
          "SelfHealingDataSource needs a url that begins with jdbc:selfheal:snowflake: or a delegate data source.",
          "08001");
    }
    var info = getProperties();
    if (username != null) {
      info.setProperty("user", username);
    }
    if (secret != null) {
      info.setProperty("password", secret);
    }
    if (loginTimeout > 0) {
      info.putIfAbsent("loginTimeout", Integer.toString(loginTimeout));
    }
    return Connector.connect(target, info);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return logWriter;
  }

  /** Kept for the getter; the driver logs through slf4j. */
  @Override
  public void setLogWriter(@Nullable PrintWriter out) {
    logWriter = out;
  }

  /** Seconds for each login, heals included; 0 leaves it to the physical driver. */
  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    loginTimeout = seconds;
    var source = delegate;
    if (source != null) {
      source.setLoginTimeout(seconds);
    }
  }

  @Override
  public int getLoginTimeout() {
    return loginTimeout;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("selfheal-jdbc logs through slf4j");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    var source = delegate;
    if (source != null) {
      return type.isInstance(source) ? type.cast(source) : source.unwrap(type);
    }
    throw new SQLException("SelfHealingDataSource does not wrap a " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    var source = delegate;
    return type.isInstance(this)
        || (source != null && (type.isInstance(source) || source.isWrapperFor(type)));
  }

  @Override
  public String toString() {
    return "SelfHealingDataSource["
        + (delegate != null ? "delegate " + delegate.getClass().getName() : "url")
        + "]";
  }
}
