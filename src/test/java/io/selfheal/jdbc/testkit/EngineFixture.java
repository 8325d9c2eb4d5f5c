package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Answer;
import io.selfheal.jdbc.testkit.SqlEngine.Bind;
import io.selfheal.jdbc.testkit.SqlEngine.Login;
import io.selfheal.jdbc.testkit.SqlEngine.Query;
import io.selfheal.jdbc.testkit.SqlEngine.Session;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** An engine with one session, and short ways to ask it. For one test. */
final class EngineFixture implements AutoCloseable {
  final H2SqlEngine engine;
  final Session session;
  private long ids = 100;

  EngineFixture(Path directory) {
    engine = new H2SqlEngine(directory);
    session = open();
  }

  Session open() {
    return engine.open(++ids, new Login("TESTER", "SYSADMIN", "WH", "DEMO", "PUBLIC", Map.of()));
  }

  static Query query(String sql, Map<String, Bind> binds) {
    return new Query(UUID.randomUUID().toString(), sql, binds, false, false, Map.of());
  }

  static Map<String, Bind> binds(Bind... binds) {
    var map = new HashMap<String, Bind>();
    for (int i = 0; i < binds.length; i++) {
      map.put(Integer.toString(i + 1), binds[i]);
    }
    return map;
  }

  static Bind bind(String type, String... values) {
    return new Bind(type, java.util.Arrays.asList(values));
  }

  Answer run(String sql, Bind... binds) {
    return run(session, sql, binds);
  }

  static Answer run(Session session, String sql, Bind... binds) {
    try {
      return session.execute(query(sql, binds(binds)));
    } catch (SqlFailure e) {
      throw new AssertionError(sql + ": " + e.code + " " + e.getMessage(), e);
    }
  }

  List<List<String>> rows(String sql, Bind... binds) {
    return run(session, sql, binds).rows();
  }

  String value(String sql, Bind... binds) {
    return value(session, sql, binds);
  }

  static String value(Session session, String sql, Bind... binds) {
    return run(session, sql, binds).rows().get(0).get(0);
  }

  SqlFailure failure(String sql, Bind... binds) {
    return failure(session, sql, binds);
  }

  static SqlFailure failure(Session session, String sql, Bind... binds) {
    try {
      session.execute(query(sql, binds(binds)));
    } catch (SqlFailure e) {
      return e;
    }
    throw new AssertionError("did not fail: " + sql);
  }

  @Override
  public void close() {
    engine.close();
  }
}
