package io.selfheal.jdbc;

import static io.selfheal.jdbc.VendorTypes.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.StatementMatch;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that come down: whole, or not at all. */
class TransfersTest extends HealingFixture {

  private static final String CONTENT = "1\n2\n3\n";

  @TempDir private Path directory;

  private void put(String stage) throws Exception {
    var source = Files.writeString(directory.resolve("numbers.csv"), CONTENT);
    query("PUT 'file://" + source + "' " + stage + " AUTO_COMPRESS=FALSE");
  }

  private String get(String stage, Path target) {
    return "GET " + stage + " 'file://" + target + "'";
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldWriteTheFileFromItsStart(ExpiryPoint point) throws Exception {
    update("CREATE STAGE files");
    put("@files");
    var target = Files.createDirectory(directory.resolve("target"));
    var file = Files.writeString(target.resolve("numbers.csv"), "something longer than that is");
    emulator.faults().expire(point, StatementMatch.matching("GET @"), Expiry.BOTH_TOKENS);
    assertThat(query(get("@files", target))).containsExactly("numbers.csv");
    assertThat(file).hasContent(CONTENT);
    assertThat(query("SELECT 1")).containsExactly("1");
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldGetTheFilesOfARebuiltStage() throws Exception {
    update("CREATE TEMPORARY STAGE files");
    put("@files");
    var target = Files.createDirectory(directory.resolve("target"));
    emulator.faults().expireAllSessions();
    assertThat(query(get("@files", target))).containsExactly("numbers.csv");
    assertThat(target.resolve("numbers.csv")).hasContent(CONTENT);
  }

  @Test
  void shouldLeaveNothingWhereItIsRefused() throws Exception {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE STAGE files");
      var other = Files.writeString(directory.resolve("other.csv"), "not that");
      query(plain, "PUT 'file://" + other + "' @files AUTO_COMPRESS=FALSE");
    }
    reconnect("selfheal.replay=statement");
    update("CREATE TEMPORARY STAGE files");
    put("@files");
    var target = Files.createDirectory(directory.resolve("target"));
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> query(get("@files", target)))
        .isInstanceOf(ReplayRefusedException.class);
    try (var left = Files.list(target)) {
      assertThat(left).isEmpty();
    }
  }

  // Streams

  private static Object download(Connection from, String stage) throws Exception {
    var view = from.unwrap(VendorTypes.CONNECTION);
    var inFour = VendorTypes.CONNECTION.getName().contains(".api.");
    return inFour
        ? call(VendorTypes.CONNECTION, view, "downloadStream", stage, "numbers.csv")
        : call(VendorTypes.CONNECTION, view, "downloadStream", stage, "numbers.csv", false);
  }

  /** The physical driver gives streams of remote stages only, and says so when it has asked. */
  @Test
  void shouldAskForAStreamAgain() throws Exception {
    update("CREATE STAGE files");
    put("@files");
    var physical = (SQLException) catchThrowable(() -> download(connection, "@files"));
    emulator.faults().expireAllSessions();
    assertThatThrownBy(() -> download(connection, "@files"))
        .hasSameClassAs(physical)
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> assertThat(e.getErrorCode()).isEqualTo(physical.getErrorCode()));
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  void shouldReadAStreamToItsEnd() throws Exception {
    try (var healing = SelfHealing.wrap(streaming(), this::streaming)) {
      emulator.faults().expireAllSessions();
      try (var stream = (InputStream) download(healing, "@files")) {
        assertThat(stream.read()).isEqualTo('1');
        emulator.faults().expireAllSessions();
        query(healing, "SELECT 1");
        assertThat(stream).hasContent("\n2\n3\n");
      }
      assertThat(healing.unwrap(SelfHealingConnection.class).generation()).isEqualTo(2);
    }
  }

  /** A connection that asks the server for a stream, as the physical one does, and has one. */
  private Connection streaming() throws SQLException {
    var physical = DriverManager.getConnection(emulator.url());
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class, VendorTypes.CONNECTION},
            (proxy, method, arguments) -> {
              if (method.getName().equals("downloadStream")) {
                query(physical, "SELECT '" + Arrays.toString(arguments) + "'");
                return new ByteArrayInputStream(CONTENT.getBytes(StandardCharsets.UTF_8));
              }
              try {
                return method.invoke(physical, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
