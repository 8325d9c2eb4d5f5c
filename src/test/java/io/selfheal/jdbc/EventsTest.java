package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static io.selfheal.jdbc.testkit.StatementMatch.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.ClientInfoStatus;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of heals: each number rises by what it counts, and by nothing else. */
class EventsTest extends RebuildFixture {

  private static final String EMPTY = "CREATE TEMPORARY TABLE staging (id INT, n INT)";
  private static final String INSERT = "INSERT INTO target VALUES (1, 1)";

  /** Keeps what it is told. */
  public static final class Listener implements HealListener {
    static final List<String> names = new CopyOnWriteArrayList<>();
    static final List<HealEvent> events = new CopyOnWriteArrayList<>();
    static final List<SQLException> refusals = new CopyOnWriteArrayList<>();

    private static void add(String name, HealEvent event) {
      names.add(name);
      events.add(event);
    }

    @Override
    public void beforeHeal(HealEvent event) {
      add("before", event);
    }

    @Override
    public void afterHeal(HealEvent event) {
      add("after", event);
    }

    @Override
    public void refused(HealEvent event, SQLException refusal) {
      refusals.add(refusal);
      add("refused", event);
    }
  }

  /** Throws what its signatures do not tell, as some languages do. */
  public static final class Thrower implements HealListener {
    static Throwable next = new SQLException("the listener's", "08003", 390114);

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> RuntimeException sneak() throws X {
      throw (X) next;
    }

    @Override
    public void beforeHeal(HealEvent event) {
      throw sneak();
    }

    @Override
    public void afterHeal(HealEvent event) {
      throw sneak();
    }

    @Override
    public void refused(HealEvent event, SQLException refusal) {
      throw sneak();
    }
  }

  @Test
  void shouldIgnoreWhateverAListenerThrows() throws SQLException {
    for (var thrown :
        List.of(new SQLException("the listener's", "08003", 390114), new AssertionError("its"))) {
      Thrower.next = thrown;
      reconnect("selfheal.listener=" + Thrower.class.getName());
      expire();
      assertThat(query("SELECT 1")).containsExactly("1");
      assertThat(statistics().heals()).isEqualTo(1);
      update(EMPTY);
      connection.unwrap(SelfHealingConnection.class).checkpoint();
      expire();
      assertThatThrownBy(this::staging).isInstanceOf(ReplayRefusedException.class);
    }
  }

  @BeforeEach
  void listen() throws SQLException {
    Listener.names.clear();
    Listener.events.clear();
    Listener.refusals.clear();
    reconnect("selfheal.healTimeoutSeconds=60&selfheal.listener=" + Listener.class.getName());
  }

  private HealStatistics statistics() throws SQLException {
    return connection.unwrap(SelfHealingConnection.class).statistics();
  }

  /** One heal, of which nothing else is to be told. */
  private HealStatistics healedOnce() throws SQLException {
    var now = statistics();
    assertThat(now.heals()).isEqualTo(1);
    assertThat(now.failedHeals()).isZero();
    assertThat(now.healTimes().stream().mapToLong(Long::longValue).sum()).isEqualTo(1);
    assertThat(now.healMillis()).isEqualTo(now.lastHealMillis());
    assertThat(now.healMillis(100)).isGreaterThan(now.lastHealMillis());
    return now;
  }

  private static HealEvent last() {
    return Listener.events.get(Listener.events.size() - 1);
  }

  /** Told of it once, with the very exception that the caller got. */
  private void told(SQLException refusal) throws SQLException {
    assertThat(Listener.refusals).containsExactly(refusal);
    assertThat(statistics().refusedBy()).isEqualTo(Map.of(refusal.getClass(), 1L));
    assertThat(statistics().refused()).isEqualTo(1);
  }

  @Test
  void shouldCountProtectedCalls() throws SQLException {
    long before = statistics().protectedCalls();
    query("SELECT 1");
    assertThatThrownBy(() -> query("SELECT * FROM not_there")).isInstanceOf(SQLException.class);
    connection.setAutoCommit(false);
    update(INSERT);
    connection.commit();
    connection.getMetaData().getTables(null, null, "TARGET", null).close();
    assertThat(statistics().protectedCalls()).isEqualTo(before + 6);
    assertThat(statistics().heals()).isZero();
    assertThat(statistics().refused()).isZero();
  }

  @Test
  void shouldCountARepeat() throws SQLException {
    long before = statistics().protectedCalls();
    expire();
    query("SELECT 1");
    assertThat(healedOnce().repeated()).isEqualTo(1);
    assertThat(statistics().protectedCalls()).isEqualTo(before + 1);
    assertThat(statistics().adopted()).isZero();
    assertThat(statistics().rebuilt()).isZero();
    assertThat(Listener.names).containsExactly("before", "after");
  }

  @Test
  void shouldCountAnAdoption() throws SQLException {
    emulator.faults().expireWhilePolling(matching(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(healedOnce().adopted()).isEqualTo(1);
    assertThat(statistics().repeated()).isZero();
  }

  @Test
  void shouldCountWhatARebuildRunsAgainAndTimeItsStages() throws SQLException {
    update(EMPTY);
    update("INSERT INTO staging VALUES (1, 10)");
    connection.setAutoCommit(false);
    update("INSERT INTO staging VALUES (2, 20)");
    update(INSERT);
    expire();
    emulator.faults().slowLogins(1, Duration.ofMillis(40));
    emulator.faults().slow(matching("DESC TRANSACTION"), Duration.ofMillis(30));
    emulator.faults().slow(matching(EMPTY), Duration.ofMillis(20));
    assertThat(staging()).containsExactly("1:10", "2:20");

    var now = healedOnce();
    assertThat(now.transactions()).isEqualTo(1);
    assertThat(now.rebuilt()).isEqualTo(4);
    assertThat(now.diverged()).isZero();
    var heal = last();
    assertThat(heal.generation()).isEqualTo(1);
    assertThat(heal.rebuilt()).isEqualTo(4);
    assertThat(heal.loginMillis()).isGreaterThanOrEqualTo(40);
    assertThat(heal.transactionMillis()).isGreaterThanOrEqualTo(30);
    assertThat(heal.rebuildMillis()).isGreaterThanOrEqualTo(20);
    assertThat(heal.totalMillis())
        .isEqualTo(now.lastHealMillis())
        .isGreaterThanOrEqualTo(
            heal.loginMillis()
                + heal.contextMillis()
                + heal.transactionMillis()
                + heal.rebuildMillis());
    connection.rollback();
  }

  @Test
  void shouldTimeTheContext() throws SQLException {
    update("SET place = 'here'");
    expire();
    emulator
        .faults()
        .slow(where(sql -> sql.toUpperCase(Locale.ROOT).startsWith("SET ")), Duration.ofMillis(30));
    query("SELECT $place");
    healedOnce();
    assertThat(last().contextMillis()).isGreaterThanOrEqualTo(30);
  }

  @Test
  void shouldTellARefusalByName() throws SQLException {
    update(EMPTY);
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    expire();
    query("SELECT 1");
    assertThat(Listener.refusals).isEmpty();
    told(catchThrowableOfType(ReplayRefusedException.class, this::staging));
    healedOnce();
    assertThat(Listener.names).containsExactly("before", "after", "refused");
    assertThat(last()).isEqualTo(Listener.events.get(1));
    assertThat(last().reasonCode()).isEqualTo(390114);
  }

  @Test
  void shouldTellOfAnUnknownOutcome() throws SQLException {
    reconnect("selfheal.inDoubt=fail&selfheal.listener=" + Listener.class.getName());
    expire();
    told(catchThrowableOfType(OutcomeUnknownException.class, () -> update(INSERT)));
    healedOnce();
  }

  @Test
  void shouldTellOfALostTransaction() throws SQLException {
    connection.unwrap(SelfHealingConnection.class).setReplay(ReplayScope.SESSION);
    connection.setAutoCommit(false);
    update(INSERT);
    expire();
    told(catchThrowableOfType(TransactionLostException.class, () -> query("SELECT 1")));
    healedOnce();
  }

  @Test
  void shouldTellOnceWhatIsToldLater() throws SQLException {
    connection.setAutoCommit(false);
    update(INSERT);
    query("SELECT n FROM source ORDER BY id");
    update(other, "UPDATE source SET n = n + 1");
    expire();
    assertThat(connection.isValid(30)).isFalse();
    assertThat(Listener.refusals).isEmpty();
    told(catchThrowableOfType(TransactionLostException.class, () -> query("SELECT 1")));
    healedOnce();
  }

  @Test
  void shouldTellOfADivergence() throws SQLException {
    connection.setAutoCommit(false);
    update(INSERT);
    query("SELECT n FROM source ORDER BY id");
    update(other, "UPDATE source SET n = n + 1");
    expire();
    var lost = catchThrowableOfType(TransactionLostException.class, () -> query("SELECT 1"));
    assertThat(lost.getCause()).isInstanceOf(ReplayDivergedException.class);
    told(lost);
    assertThat(healedOnce().diverged()).isEqualTo(1);
    assertThat(statistics().transactions()).isZero();
  }

  @Test
  void shouldTellOfAFailedLogin() throws SQLException {
    expire();
    emulator.faults().failLogins(1, 390100, "Incorrect username or password was specified.");
    var failed = catchThrowableOfType(ReconnectFailedException.class, () -> query("SELECT 1"));
    told(failed);
    assertThat(Listener.names).containsExactly("before", "refused");
    assertThat(statistics().failedHeals()).isEqualTo(1);
    assertThat(statistics().heals()).isZero();
    assertThat(last().generation()).isZero();
    // Told without a heal, which would fail again.
    assertThat(connection.getClientInfo("selfheal.failedHeals")).isEqualTo("1");
    assertThat(last().reasonCode()).isEqualTo(390114);
  }

  @Test
  void shouldSayHowLongItTookInTheWarning() throws SQLException {
    expire();
    query("SELECT 1");
    assertThat(connection.getWarnings().getMessage())
        .contains("generation 1", "login ", "context ", "transaction ", "rebuild ", "total ");
  }

  @Test
  void shouldAnswerToolsThatOnlySpeakJdbc() throws SQLException {
    assertThat(connection.getClientInfo("selfheal.generation")).isEqualTo("0");
    expire();
    query("SELECT 1");
    emulator.faults().expireWhilePolling(matching(INSERT));
    update(INSERT);
    assertThat(connection.getClientInfo("selfheal.generation")).isEqualTo("2");
    assertThat(connection.getClientInfo("selfheal.nonsense")).isNull();
    assertThat(connection.getClientInfo("ApplicationName")).isNull();
    long calls = statistics().protectedCalls();
    var expected =
        Map.ofEntries(
            Map.entry("selfheal.generation", "2"),
            Map.entry("selfheal.protectedCalls", Long.toString(calls)),
            Map.entry("selfheal.heals", "2"),
            Map.entry("selfheal.failedHeals", "0"),
            Map.entry("selfheal.lastHealMillis", Long.toString(statistics().lastHealMillis())),
            Map.entry("selfheal.repeated", "1"),
            Map.entry("selfheal.rebuilt", "0"),
            Map.entry("selfheal.transactions", "0"),
            Map.entry("selfheal.adopted", "1"),
            Map.entry("selfheal.refused", "0"),
            Map.entry("selfheal.diverged", "0"));
    assertThat(connection.getClientInfo()).containsAllEntriesOf(expected);
    for (var one : expected.entrySet()) {
      assertThat(connection.getClientInfo(one.getKey())).isEqualTo(one.getValue());
    }
  }

  @Test
  void shouldRefuseToHaveItSet() {
    var several = new Properties();
    several.setProperty("ApplicationName", "batch");
    several.setProperty("selfheal.heals", "0");
    for (var refused :
        List.of(
            catchThrowableOfType(
                SQLClientInfoException.class,
                () -> connection.setClientInfo("selfheal.heals", "0")),
            catchThrowableOfType(
                SQLClientInfoException.class, () -> connection.setClientInfo(several)))) {
      assertThat((Throwable) refused).hasMessageContaining("selfheal.heals");
      assertThat(refused.getFailedProperties())
          .isEqualTo(Map.of("selfheal.heals", ClientInfoStatus.REASON_UNKNOWN_PROPERTY));
    }
  }

  @Test
  void shouldAnswerNothingOnAClosedConnection() throws SQLException {
    connection.close();
    assertThatThrownBy(() -> connection.getClientInfo("selfheal.heals"))
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> connection.getClientInfo()).isInstanceOf(SQLException.class);
  }
}
