package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.simple.SimpleLogger;

/**
 * Neither credentials nor bound values in anything that is printed: log lines of every level,
 * exceptions with their causes, toString. The driver runs in a class loader of its own, so that its
 * loggers are made anew, with every level on.
 */
class SecretsTest {

  private static final String SECRET = "Hush4711";
  private static final String LEVEL = SimpleLogger.DEFAULT_LOG_LEVEL_KEY;

  private final PrintStream err = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  /** What was seen besides the log. */
  private final List<String> seen = new ArrayList<>();

  private SnowflakeEmulator emulator;
  private IsolatedLoader loader;
  private String level;

  @BeforeEach
  void start() {
    emulator = SnowflakeEmulator.start();
    loader =
        new IsolatedLoader(
            new ParentOf("net.snowflake."),
            Stream.concat(
                    Stream.of(IsolatedLoader.ours()),
                    Stream.of(IsolatedLoader.location(SimpleLogger.class)))
                .toArray(URL[]::new));
    level = System.setProperty(LEVEL, "trace");
    System.setErr(new PrintStream(log, true, UTF_8));
  }

  @AfterEach
  void stop() throws Exception {
    System.setErr(err);
    if (level == null) {
      System.clearProperty(LEVEL);
    } else {
      System.setProperty(LEVEL, level);
    }
    emulator.faults().clear();
    loader.close();
    emulator.close();
  }

  /** Shows the physical driver of the test's class path, and nothing else of it. */
  private static final class ParentOf extends ClassLoader {
    private final String prefix;

    ParentOf(String prefix) {
      super(ClassLoader.getPlatformClassLoader());
      this.prefix = prefix;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith(prefix)) {
        return SecretsTest.class.getClassLoader().loadClass(name);
      }
      throw new ClassNotFoundException(name);
    }
  }

  /** In the isolated loader. */
  public static final class Provider implements CredentialsProvider {
    @Override
    public Properties credentials() {
      var fresh = new Properties();
      fresh.setProperty("password", "Hush4711");
      return fresh;
    }
  }

  private Connection connect(String query, Properties info) throws Exception {
    var context = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(null);
    try {
      return loader.driver().connect(emulator.healingUrl(query), info);
    } finally {
      Thread.currentThread().setContextClassLoader(context);
    }
  }

  private PreparedStatement insert(Connection connection, String table) throws SQLException {
    var insert = connection.prepareStatement("INSERT INTO " + table + " VALUES (?)");
    insert.setString(1, SECRET);
    return insert;
  }

  private void see(Object object) {
    seen.add(String.valueOf(object));
  }

  private void seeError(Class<?> type, ThrowingCallable call) {
    var thrown = catchThrowableOfType(SQLException.class, call);
    assertThat((Throwable) thrown).isNotNull();
    assertThat(thrown.getClass().getName()).isEqualTo(type.getName());
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    see(text);
  }

  @Test
  void shouldPrintNoSecrets() throws Exception {
    emulator.faults().requirePassword(SECRET);
    loader.define(Provider.class);
    var info = new Properties();
    info.setProperty("token", SECRET);
    try (var connection = connect("selfheal.credentials=" + Provider.class.getName(), info)) {
      HealingFixture.update(connection, "CREATE TABLE ledger (note VARCHAR)");
      try (var insert = insert(connection, "ledger");
          var statement = connection.createStatement()) {
        see(connection);
        see(connection.getMetaData());
        see(insert);
        see(statement);
        see(insert.getParameterMetaData());

        // Healed: repeated, adopted, a batch, a rebind
        emulator.faults().expireBefore(matching("INSERT INTO ledger"));
        insert.executeUpdate();
        emulator.faults().loseAnswerAndExpire(matching("INSERT INTO ledger"));
        insert.executeUpdate();
        insert.setString(1, SECRET + 1);
        insert.addBatch();
        insert.setString(1, SECRET + 2);
        insert.addBatch();
        emulator.faults().expireAllSessions();
        assertThat(insert.executeBatch()).containsExactly(1, 1);
        see(connection.getWarnings());

        // Refused
        emulator.faults().refuseLogins(1).expireAllSessions();
        seeError(ReconnectFailedException.class, insert::executeUpdate);
        seeError(ReconnectFailedException.class, insert::executeUpdate);
      }
    }
    assertNothingSeen();
  }

  @Test
  void shouldPrintNoSecretsInTypedRefusals() throws Exception {
    var info = new Properties();
    info.setProperty("password", SECRET);
    try (var connection = connect("selfheal.inDoubt=fail&selfheal.replay=statement", info)) {
      HealingFixture.update(connection, "CREATE TABLE ledger (note VARCHAR)");
      try (var insert = insert(connection, "ledger")) {
        emulator.faults().loseAnswerAndExpire(matching("INSERT INTO ledger"));
        seeError(OutcomeUnknownException.class, insert::executeUpdate);
      }
      HealingFixture.update(connection, "CREATE TEMP TABLE staging (note VARCHAR)");
      try (var select = connection.prepareStatement("SELECT note FROM staging WHERE note = ?")) {
        select.setString(1, SECRET);
        emulator.faults().expireAllSessions();
        seeError(ReplayRefusedException.class, select::executeQuery);
        seeError(ReplayRefusedException.class, select::executeQuery);
      }
      connection.setAutoCommit(false);
      try (var insert = insert(connection, "ledger")) {
        insert.executeUpdate();
        emulator.faults().expireAllSessions();
        seeError(TransactionLostException.class, insert::executeUpdate);
      }
      connection.rollback();
    }
    assertNothingSeen();
  }

  @Test
  void shouldPrintNoSecretsWhenConnectingFails() throws Exception {
    var info = new Properties();
    info.setProperty("password", SECRET);
    emulator.faults().requirePassword("another");
    var refused = catchThrowableOfType(SQLException.class, () -> connect("x=y", info));
    assertThat(refused.getErrorCode()).isEqualTo(390100);
    see(refused);
    see(catchThrowableOfType(SQLException.class, () -> connect("selfheal.replay=1", info)));
    see(catchThrowableOfType(SQLException.class, () -> connect("selfheal.reply=1", info)));
    see(
        catchThrowableOfType(
            SQLException.class,
            () ->
                loader
                    .driver()
                    .connect("jdbc:selfheal:snowflake:?password=" + SECRET, new Properties())));
    assertThat(seen).hasSize(4).noneMatch("null"::equals);
    assertThat(seen).noneMatch(text -> text.contains(SECRET));
  }

  private void assertNothingSeen() {
    assertThat(log.toString(UTF_8))
        .as("the log works")
        .contains("io.selfheal.jdbc.session.Healer - session healed")
        .contains("DEBUG io.selfheal.jdbc")
        .doesNotContain(SECRET);
    assertThat(seen).isNotEmpty().noneMatch(text -> text.contains(SECRET));
  }
}
