package io.selfheal.jdbc.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.SelfHealing;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class GoneStatementTest {

  /** Until then a call that has just begun on it may still be sent, and has to be seen. */
  @Test
  void shouldNotBeGoneBeforeItsPhysicalStatementIsClosed() throws Exception {
    var logical = new AtomicReference<HealingStatement>();
    var closed = new AtomicBoolean();
    List<Boolean> goneWhileClosing = new ArrayList<>();
    var physical =
        made(
            Statement.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "executeUpdate" -> 1;
                  case "isClosed" -> closed.get();
                  case "close" -> {
                    goneWhileClosing.add(logical.get().isGone());
                    closed.set(true);
                    yield null;
                  }
                  default -> null;
                });
    var connection =
        made(
            Connection.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "createStatement" -> physical;
                  case "getAutoCommit" -> true;
                  case "isClosed" -> false;
                  default -> null;
                });

    var statement = SelfHealing.wrap(connection, () -> connection).createStatement();
    logical.set((HealingStatement) statement);
    assertThat(statement.executeUpdate("DELETE FROM t")).isOne();
    assertThat(logical.get().isGone()).isFalse();
    statement.close();
    assertThat(goneWhileClosing).containsExactly(false);
    assertThat(logical.get().isGone()).isTrue();
  }

  private static <T> T made(Class<T> type, InvocationHandler answers) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
  }
}
