package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.Hold;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a look into the query history asks for: no more than it needs. */
class HistoryLooksTest extends HealingFixture {

  private static final String INSERT = "INSERT INTO t VALUES (1)";

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT)");
    }
  }

  /** The looks so far, each by its RESULT_LIMIT, with ? where it asked for one query alone. */
  private List<String> looks() {
    return emulator.log().stream()
        .map(one -> one.sql())
        .filter(sql -> sql.contains("QUERY_HISTORY_BY_SESSION"))
        .map(
            sql ->
                sql.replaceFirst(".*RESULT_LIMIT => (\\d+).*", "$1")
                    + (sql.contains("WHERE QUERY_ID = ") ? "?" : ""))
        .toList();
  }

  @Test
  void shouldAskForFewRows() throws SQLException {
    for (int i = 0; i < 150; i++) {
      query("SELECT " + i);
    }
    emulator.faults().expireWhilePolling(text(INSERT));
    assertThat(update(INSERT)).isEqualTo(1);
    assertThat(looks()).containsExactly("100");
  }

  @Test
  void shouldAskForMoreWhereTheBeginningIsNotAmongThem() throws SQLException {
    query("SELECT 0");
    try (var plain = DriverManager.getConnection(emulator.url())) {
      var children =
          IntStream.range(0, 150)
              .mapToObj(i -> "INSERT INTO t VALUES (" + i + ");")
              .collect(Collectors.joining(" "));
      update(
          plain,
          "CREATE PROCEDURE many() RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN "
              + children
              + " RETURN 'done'; END $$");
    }
    emulator.faults().expireWhilePolling(text("CALL many()"));
    assertThat(query("CALL many()")).containsExactly("done");
    assertThat(emulator.table("T")).hasSize(150);
    assertThat(looks()).containsExactly("100", "1000");
  }

  @Test
  void shouldAskForTheOneQueryWhileItRuns() throws Exception {
    var hold = Hold.untilReleased();
    emulator.faults().expireWhileRunning(text(INSERT), hold, Expiry.BOTH_TOKENS);
    var call = async(() -> update(INSERT));
    Awaitility.await().until(() -> call.isDone() || looks().size() > 3);
    hold.release();
    assertThat(end(call)).isEqualTo(1);
    var looks = looks();
    assertThat(looks.get(0)).isEqualTo("100");
    assertThat(looks.get(looks.size() - 1)).isEqualTo("100");
    assertThat(looks.subList(1, looks.size() - 1)).containsOnly("100?");
    assertThat(emulator.table("T")).hasSize(1);
  }
}
