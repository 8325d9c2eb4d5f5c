package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.matching;
import static io.selfheal.jdbc.testkit.StatementMatch.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Hold;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With selfheal.tagWrites a statement in doubt is told by its mark, where texts cannot tell. */
class TagWritesTest extends HealingFixture {

  private static final String INSERT = "INSERT INTO t VALUES (1)";
  private static final String BOUND = "INSERT INTO t VALUES (?)";
  private static final String MARK = "selfheal-[0-9a-z]+-[0-9a-z]+";

  @BeforeEach
  void makeTable() throws SQLException {
    reconnect("selfheal.tagWrites=true");
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
    }
  }

  private static void tag(Statement statement, String name, String tag) throws Exception {
    var view = statement.unwrap(VendorTypes.STATEMENT);
    VendorTypes.call(VendorTypes.STATEMENT, view, "setParameter", name, tag);
  }

  /** The tags of all executions of a text, in all sessions, in their order. */
  private List<String> tags(String sql) throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      return query(
          plain,
          "SELECT QUERY_TAG FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 10000))"
              + " WHERE QUERY_TEXT = '"
              + sql.replace("'", "''")
              + "' ORDER BY START_TIME");
    }
  }

  private String onlyTag(String sql) throws SQLException {
    assertThat(tags(sql)).hasSize(1);
    return tags(sql).get(0);
  }

  // What is marked, and how

  @Test
  void shouldMarkWritesAlone() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.executeQuery("SELECT 1");
      statement.executeUpdate(INSERT);
      statement.executeQuery("SELECT 2");
      statement.execute("CREATE TABLE u (id INT)");
      statement.execute("USE SCHEMA public");
    }
    assertThat(onlyTag(INSERT)).matches(MARK);
    assertThat(onlyTag("CREATE TABLE u (id INT)")).matches(MARK).isNotEqualTo(onlyTag(INSERT));
    assertThat(onlyTag("SELECT 1")).isEmpty();
    assertThat(onlyTag("SELECT 2")).isEmpty();
    assertThat(onlyTag("USE SCHEMA public")).isEmpty();
    assertThat(emulator.runs("SHOW PARAMETERS")).isEqualTo(1);
  }

  @Test
  void shouldNotMarkUnlessAskedTo() throws SQLException {
    reconnect("selfheal.tagWrites=false");
    update(INSERT);
    assertThat(onlyTag(INSERT)).isEmpty();
    assertThat(emulator.runs("SHOW PARAMETERS")).isZero();
  }

  @Test
  void shouldLeaveTheSessionsTagInFront() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO t VALUES (10)");
      statement.execute("ALTER SESSION SET QUERY_TAG = 'etl ''x'''");
      statement.executeUpdate("INSERT INTO t VALUES (11)");
      statement.executeQuery("SELECT 11");
    }
    query("SELECT 12");
    update("ALTER SESSION UNSET QUERY_TAG");
    update("INSERT INTO t VALUES (13)");
    assertThat(onlyTag("INSERT INTO t VALUES (10)")).matches(MARK);
    assertThat(onlyTag("INSERT INTO t VALUES (11)")).matches("etl 'x' " + MARK);
    assertThat(onlyTag("SELECT 11")).isEqualTo("etl 'x'");
    assertThat(onlyTag("SELECT 12")).isEqualTo("etl 'x'");
    assertThat(onlyTag("INSERT INTO t VALUES (13)")).matches(MARK);
  }

  @Test
  void shouldLeaveTheLoginsTagInFront() throws SQLException {
    reconnect("selfheal.tagWrites=true&QUERY_TAG=login");
    update(INSERT);
    assertThat(onlyTag(INSERT)).matches("login " + MARK);
    emulator.faults().expireAllSessions();
    update("INSERT INTO t VALUES (2)");
    assertThat(onlyTag("INSERT INTO t VALUES (2)")).matches("login " + MARK);
    assertThat(query("SELECT 5")).containsExactly("5");
    assertThat(onlyTag("SELECT 5")).isEqualTo("login");
  }

  @ParameterizedTest
  @ValueSource(strings = {"QUERY_TAG", "query_tag"})
  void shouldLeaveTheStatementsTagInFront(String name) throws Exception {
    update("ALTER SESSION SET QUERY_TAG = 'session'");
    try (var statement = connection.createStatement();
        var prepared = connection.prepareStatement(BOUND)) {
      tag(statement, name, "mine");
      statement.executeUpdate(INSERT);
      statement.executeQuery("SELECT 3");
      prepared.setInt(1, 5);
      tag(prepared, name, "batch");
      prepared.addBatch();
      prepared.addBatch();
      prepared.executeBatch();
      statement.addBatch("DELETE FROM t WHERE id = 7");
      statement.executeBatch();
    }
    if (name.equals("QUERY_TAG")) {
      // The emulator knows the name in this spelling alone.
      assertThat(onlyTag(INSERT)).matches("mine " + MARK);
      assertThat(onlyTag("SELECT 3")).isEqualTo("mine");
      assertThat(onlyTag(BOUND)).matches("batch " + MARK);
      assertThat(onlyTag("DELETE FROM t WHERE id = 7")).matches("mine " + MARK);
    } else {
      assertThat(onlyTag(INSERT)).isEqualTo("session");
    }
  }

  @Test
  void shouldLeaveATagAloneThatHasNoRoomForAMark() throws Exception {
    var tag = "x".repeat(1990);
    try (var statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM t");
      tag(statement, "QUERY_TAG", tag);
      emulator.faults().expireWhilePolling(text(INSERT));
      assertThat(statement.executeUpdate(INSERT)).isEqualTo(1);
    }
    assertThat(onlyTag(INSERT)).isEqualTo(tag);
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldGoWithoutWhereTheTagCannotBeAskedFor() throws SQLException {
    emulator.faults().fail(matching("SHOW PARAMETERS"), 1, "42000", "no");
    emulator.faults().expireWhilePolling(text(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(onlyTag(INSERT)).isEmpty();
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldNotComeBetweenAStatementAndTheLastQuery() throws SQLException {
    var insert = "INSERT INTO t SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))";
    query("SELECT 5");
    try (var prepared = connection.prepareStatement(insert)) {
      assertThat(prepared.executeUpdate()).isEqualTo(1);
    }
    query("SELECT 6");
    assertThat(update(insert)).isEqualTo(1);
    query("EXECUTE IMMEDIATE 'SELECT 7'");
    try (var prepared = connection.prepareStatement(insert)) {
      assertThat(prepared.executeUpdate()).isEqualTo(1);
    }
    assertThat(emulator.table("T")).containsExactly(List.of("5"), List.of("6"), List.of("7"));
  }

  // What it is good for

  @Test
  void shouldHealASessionThatDiesWhenItsTagIsAskedFor() throws SQLException {
    emulator.faults().expireBefore(matching("SHOW PARAMETERS"));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1);
    assertThat(generation()).isEqualTo(1);
  }

  /** All rows of one batch bear one mark, those too that were answered long before. */
  @ParameterizedTest
  @CsvSource({"BEFORE, 66", "WHILE_POLLING, 66", "BEFORE, 72", "ANSWER_LOST, 72"})
  void shouldTellTheRowInDoubtFromAllThatWereAnswered(ExpiryPoint point, int row)
      throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "INSERT INTO t VALUES (0)");
    }
    var sql = "UPDATE t SET id = id + ?";
    emulator.faults().expire(point, text(sql).nth(row), Expiry.BOTH_TOKENS);
    try (var prepared = connection.prepareStatement(sql)) {
      for (int i = 0; i < 75; i++) {
        prepared.setInt(1, 1);
        prepared.addBatch();
      }
      assertThat(prepared.executeBatch()).hasSize(75).containsOnly(1);
    }
    assertThat(emulator.table("T")).containsExactly(List.of("75"));
  }

  private int insert(int id) throws SQLException {
    try (var prepared = connection.prepareStatement(BOUND)) {
      prepared.setInt(1, id);
      return prepared.executeUpdate();
    }
  }

  @Test
  void shouldTellWritesOfOneTextWithBindsApart() throws Exception {
    var running = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(BOUND), running, Expiry.BOTH_TOKENS);
    var login = emulator.faults().holdLogin();
    var first = async(() -> insert(1));
    assertThat(login.awaitReached(SOON)).isTrue();
    long refused = refused();
    var second = async(() -> insert(2));
    Awaitility.await().until(() -> refused() > refused);
    login.release();
    assertThat(end(second)).isEqualTo(1);
    running.release();
    assertThat(end(first)).isEqualTo(1);
    assertThat(emulator.table("T")).containsExactlyInAnyOrder(List.of("1"), List.of("2"));
  }

  private long refused() {
    return emulator.log().stream().filter(one -> one.queryId() == null).count();
  }

  @ParameterizedTest
  @CsvSource({"BEFORE, 1", "WHILE_POLLING, 1", "ANSWER_LOST, 1"})
  void shouldTellItFromTheOneThatWasGivenUp(ExpiryPoint point, int more) throws Exception {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(INSERT), hold, Expiry.BOTH_TOKENS);
    try (var statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.executeUpdate(INSERT))
          .isInstanceOf(OutcomeUnknownException.class);
    }
    hold.release();
    Awaitility.await().until(() -> ran(INSERT) == 1);
    emulator.faults().expire(point, text(INSERT), Expiry.BOTH_TOKENS);
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(emulator.table("T")).hasSize(1 + more);
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldTellAnExecutionFromAListedDescription(ExpiryPoint point) throws SQLException {
    emulator.listDescribes();
    try (var prepared = connection.prepareStatement("UPDATE t SET id = id WHERE id = ?")) {
      prepared.setInt(1, 1);
      prepared.getMetaData();
      emulator
          .faults()
          .expire(point, text("UPDATE t SET id = id WHERE id = ?"), Expiry.BOTH_TOKENS);
      assertThat(prepared.executeUpdate()).isZero();
    }
    assertThat(ran("UPDATE t SET id = id WHERE id = ?")).isEqualTo(1);
  }

  @Test
  void shouldNotGuessFromAListedDescriptionWithoutAMark() throws SQLException {
    reconnect("selfheal.tagWrites=false");
    emulator.listDescribes();
    try (var prepared = connection.prepareStatement("UPDATE t SET id = id WHERE id = ?")) {
      prepared.setInt(1, 1);
      prepared.getMetaData();
      emulator.faults().expireBefore(text("UPDATE t SET id = id WHERE id = ?"));
      assertThatThrownBy(prepared::executeUpdate).isInstanceOf(OutcomeUnknownException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldTellItAfterIdsWereForgotten(ExpiryPoint point) throws Exception {
    // While it runs, so much else is answered that nothing from before it is known any more.
    var slow = "INSERT INTO t SELECT 7";
    var hold = emulator.faults().hold(text(slow));
    var call = async(() -> update(slow));
    assertThat(hold.awaitReached(SOON)).isTrue();
    for (int i = 0; i < 300; i++) {
      query("SELECT " + i);
    }
    emulator.faults().expire(point, text(INSERT), Expiry.BOTH_TOKENS);
    assertThat(update(INSERT)).isEqualTo(1);
    hold.release();
    assertThat(end(call)).isEqualTo(1);
    assertThat(emulator.table("T")).containsExactlyInAnyOrder(List.of("1"), List.of("7"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldNotNeedToExplainOtherRows(boolean tags) throws Exception {
    reconnect("selfheal.tagWrites=" + tags);
    try (var past = physical().createStatement()) {
      past.execute("INSERT INTO t SELECT 99");
    }
    emulator.faults().expireBefore(text(INSERT));
    if (tags) {
      assertThat(update(INSERT)).isEqualTo(1);
      assertThat(emulator.table("T")).hasSize(2);
    } else {
      assertThatThrownBy(() -> update(INSERT)).isInstanceOf(OutcomeUnknownException.class);
    }
  }

  /** The physical connection itself, outside of the healing. */
  private Connection physical() throws Exception {
    return (Connection)
        connection.unwrap(
            Class.forName(
                VendorTypes.CONNECTION.getName().contains(".api.")
                    ? "net.snowflake.client.internal.api.implementation.connection.SnowflakeConnectionImpl"
                    : "net.snowflake.client.jdbc.SnowflakeConnectionV1"));
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldCallAProcedureOnce(ExpiryPoint point) throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(
          plain,
          "CREATE PROCEDURE twice() RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN INSERT INTO t VALUES (1);"
              + " INSERT INTO t VALUES (2); RETURN 'done'; END $$");
    }
    emulator.faults().expire(point, text("CALL twice()"), Expiry.BOTH_TOKENS);
    assertThat(query("CALL twice()")).containsExactly("done");
    assertThat(emulator.table("T")).hasSize(2);
    assertThat(ran("CALL twice()")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldCommitOnce(ExpiryPoint point) throws SQLException {
    connection.setAutoCommit(false);
    update(INSERT);
    update("INSERT INTO t VALUES (2)");
    emulator
        .faults()
        .expire(point, where(sql -> sql.strip().equalsIgnoreCase("commit")), Expiry.BOTH_TOKENS);
    connection.commit();
    assertThat(emulator.table("T")).hasSize(2);
    assertThat(emulator.faults().allStruck()).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void shouldTakeEffectOnceByMark(Workload work) throws SQLException {
    for (var point : List.of(ExpiryPoint.BEFORE, ExpiryPoint.WHILE_POLLING)) {
      String expected;
      List<List<String>> tables;
      try (var plain = DriverManager.getConnection(emulator.url())) {
        work.prepare(plain);
        expected = work.run(plain);
        tables = work.see(plain);
        work.prepare(plain);
      }
      emulator.faults().expire(point, text(work.sql()), Expiry.BOTH_TOKENS);
      assertThat(work.run(connection)).isEqualTo(expected);
      assertThat(work.see(connection)).isEqualTo(tables);
      assertThat(emulator.faults().allStruck()).isTrue();
    }
  }

  static List<Workload> ways() {
    return Stream.concat(Workload.kinds().stream(), Workload.ways().stream()).toList();
  }

  /** All rows of a batch that is sent row by row bear one mark. */
  @ParameterizedTest
  @EnumSource(ExpiryPoint.class)
  void shouldTellTheRowInDoubtFromThoseThatWereAnswered(ExpiryPoint point) throws SQLException {
    for (int answered : new int[] {1, 65, 270}) {
      update("CREATE OR REPLACE TABLE counted (n INT)");
      update("INSERT INTO counted VALUES (0)");
      var match = text("UPDATE counted SET n = n + ?").nth(answered + 1);
      if (point == ExpiryPoint.WHILE_RUNNING) {
        emulator.faults().expireWhileRunning(match, Duration.ofMillis(30));
      } else {
        emulator.faults().expire(point, match, Expiry.BOTH_TOKENS);
      }
      try (var batch = connection.prepareStatement("UPDATE counted SET n = n + ?")) {
        for (int i = 0; i < answered + 2; i++) {
          batch.setInt(1, 1);
          batch.addBatch();
        }
        assertThat(batch.executeBatch()).hasSize(answered + 2).containsOnly(1);
      }
      assertThat(query("SELECT n FROM counted")).containsExactly("" + (answered + 2));
      assertThat(emulator.faults().allStruck()).isTrue();
    }
  }
}
