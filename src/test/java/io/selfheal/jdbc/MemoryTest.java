package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.bench.Stub;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What is kept on the heap for as long as a connection is open: bytes of live objects by the JVM's
 * own count, over so many of a kind that what else goes on in the JVM does not matter.
 */
class MemoryTest {

  private static final int CONNECTIONS = 500;
  private static final int STATEMENTS = 10_000;

  /** For one that was healed once. */
  private static final long CONNECTION_ALLOWED = 4_096;

  /** Beyond its own text and values. */
  private static final long STATEMENT_ALLOWED = 200;

  /** A header and a length, the characters, up to a multiple of 8. */
  private static final long TEXT_OF_100 = 24 + 16 + 104;

  private static final int TRIES = 3;

  private static final int COLLECTIONS = 2;

  private final List<Connection> open = new ArrayList<>();

  private interface Work {
    void run(int number) throws SQLException;
  }

  private interface Begin {
    Work begin() throws SQLException;
  }

  @AfterEach
  void close() throws SQLException {
    for (var connection : open) {
      connection.close();
    }
  }

  /** Bytes each; the least of a few, as others may begin something in the meantime. */
  private static long least(long enough, int count, Begin begin) throws Exception {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TRIES && least >= enough; i++) {
      var work = begin.begin();
      int warm = count / 2;
      for (int each = 0; each < warm; each++) {
        work.run(each);
      }
      long before = live();
      for (int each = 0; each < count; each++) {
        work.run(warm + each);
      }
      least = Math.min(least, (live() - before) / count);
    }
    return least;
  }

  /** After collections, which the histogram brings with it. */
  private static long live() throws Exception {
    long bytes = Long.MAX_VALUE;
    for (int i = 0; i < COLLECTIONS; i++) {
      var histogram =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcClassHistogram",
                      new Object[] {new String[0]},
                      new String[] {String[].class.getName()});
      var total = histogram.strip().split("\\s+");
      bytes = Math.min(bytes, Long.parseLong(total[total.length - 1]));
    }
    return bytes;
  }

  private Connection connect(Stub.StubConnection physical) throws SQLException {
    var settings = new Properties();
    settings.setProperty("selfheal.journal.maxStatements", "1000000");
    var connection = SelfHealing.wrap(physical, Stub::connection, settings);
    open.add(connection);
    return connection;
  }

  @Test
  void shouldTakeLittleForAnIdleConnection() throws Exception {
    assertThat(
            least(
                CONNECTION_ALLOWED,
                CONNECTIONS,
                () ->
                    number -> {
                      var physical = Stub.FACTORY.connection();
                      var connection = connect(physical);
                      physical.expire();
                      connection.nativeSQL("");
                      assertThat(connection.unwrap(SelfHealingConnection.class).generation())
                          .isEqualTo(1);
                    }))
        .isLessThan(CONNECTION_ALLOWED);
  }

  private Statement statement() throws SQLException {
    var statement = connect(Stub.FACTORY.connection()).createStatement();
    statement.executeUpdate("CREATE TEMPORARY TABLE staging (a INT, b VARCHAR)");
    return statement;
  }

  private PreparedStatement prepared() throws SQLException {
    return statement().getConnection().prepareStatement("INSERT INTO staging VALUES (?, ?)");
  }

  @Test
  void shouldTakeLittleForAJournaledText() throws Exception {
    assertThat(
            least(
                    TEXT_OF_100 + STATEMENT_ALLOWED,
                    STATEMENTS,
                    () -> {
                      var statement = statement();
                      return number ->
                          statement.executeUpdate(
                              String.format(
                                  "%-100s", "INSERT INTO staging VALUES (" + number + ", 'abc')"));
                    })
                - TEXT_OF_100)
        .isBetween(1L, STATEMENT_ALLOWED);
  }

  @Test
  void shouldTakeLittleForJournaledNumbers() throws Exception {
    long values = 2 * Long.BYTES;
    assertThat(
            least(
                    values + STATEMENT_ALLOWED,
                    STATEMENTS,
                    () -> {
                      var prepared = prepared();
                      return number -> {
                        prepared.setInt(1, number);
                        prepared.setLong(2, number);
                        prepared.executeUpdate();
                      };
                    })
                - values)
        .isBetween(1L, STATEMENT_ALLOWED);
  }

  @Test
  void shouldTakeLittleForJournaledValues() throws Exception {
    long values = 2 * Long.BYTES + TEXT_OF_100;
    assertThat(
            least(
                    values + STATEMENT_ALLOWED,
                    STATEMENTS,
                    () -> {
                      var prepared = prepared();
                      return number -> {
                        prepared.setInt(1, number);
                        prepared.setString(2, String.format("%100d", number));
                        prepared.executeUpdate();
                      };
                    })
                - values)
        .isBetween(1L, STATEMENT_ALLOWED);
  }
}
