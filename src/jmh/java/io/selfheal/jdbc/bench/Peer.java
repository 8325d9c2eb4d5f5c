package io.selfheal.jdbc.bench;

import com.p6spy.engine.spy.P6DataSource;
import com.zaxxer.hikari.HikariDataSource;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.jdbc.datasource.JdbcTelemetry;
import io.selfheal.jdbc.SelfHealing;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;

/** Who stands between the application and the stub driver. */
public enum Peer {
  RAW("raw stub") {
    @Override
    Connection connect() {
      return Stub.connection();
    }
  },
  SELFHEAL("selfheal-jdbc") {
    @Override
    Connection connect() throws SQLException {
      return SelfHealing.wrap(Stub.connection(), Stub::connection);
    }
  },
  REFLECTIVE("java.lang.reflect.Proxy") {
    @Override
    Connection connect() {
      return (Connection) reflective(Stub.connection(), Connection.class);
    }
  },
  HIKARI("HikariCP") {
    @Override
    Connection connect() throws SQLException {
      var pool = new HikariDataSource();
      pool.setDataSource(new StubDataSource());
      pool.setMaximumPoolSize(1);
      return pool.getConnection();
    }
  },
  TOMCAT("tomcat-jdbc") {
    @Override
    Connection connect() throws SQLException {
      var pool = new org.apache.tomcat.jdbc.pool.DataSource();
      pool.setDataSource(new StubDataSource());
      pool.setMaxActive(1);
      pool.setInitialSize(1);
      return pool.getConnection();
    }
  },
  P6SPY("p6spy, no module") {
    @Override
    Connection connect() throws SQLException {
      System.setProperty("p6spy.config.modulelist", "com.p6spy.engine.spy.P6SpyFactory");
      return new P6DataSource(new StubDataSource()).getConnection();
    }
  },
  DATASOURCE_PROXY("datasource-proxy") {
    @Override
    Connection connect() throws SQLException {
      return ProxyDataSourceBuilder.create(new StubDataSource()).build().getConnection();
    }
  },
  OPENTELEMETRY("OpenTelemetry JDBC") {
    @Override
    Connection connect() throws SQLException {
      return JdbcTelemetry.create(OpenTelemetry.noop()).wrap(new StubDataSource()).getConnection();
    }
  },
  AWS("AWS wrapper, no plugins") {
    @Override
    Connection connect() throws SQLException {
      var properties = new Properties();
      properties.setProperty("wrapperPlugins", "");
      properties.setProperty("wrapperDialect", "unknown");
      properties.setProperty("wrapperTargetDriverDialect", "generic");
      DriverManager.registerDriver(new StubDataSource.AsDriver());
      return DriverManager.getConnection("jdbc:aws-wrapper:stub://host/db", properties);
    }
  };

  private final String title;

  Peer(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract Connection connect() throws SQLException;

  private static Object reflective(Object target, Class<?> type) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          try {
            var result = method.invoke(target, arguments);
            var returned = method.getReturnType();
            return result != null
                    && returned.isInterface()
                    && returned.getName().startsWith("java.sql.")
                ? reflective(result, returned)
                : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return Proxy.newProxyInstance(Peer.class.getClassLoader(), new Class<?>[] {type}, handler);
  }

  /** The stub driver as what pools and wrappers ask for. */
  static DataSource stub() {
    return new StubDataSource();
  }
}
