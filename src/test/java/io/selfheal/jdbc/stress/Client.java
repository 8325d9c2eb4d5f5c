package io.selfheal.jdbc.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One thread of an application that shares its connection with others: it inserts numbers into
 * {@code t}, in each of the ways there are, counts in a row of {@code c}, and reads what it was
 * told is there. Its thread alone uses it, but for {@link #statement()}.
 */
final class Client {

  static final String INSERT = "INSERT INTO t VALUES (?)";
  private static final int BATCH = 3;

  private final Connection connection;
  private final Ledger ledger;
  private final SplittableRandom random;
  private final int row;
  private int counted;
  private int perhapsCounted;
  private long last;
  private @Nullable PreparedStatement kept;

  /** What it works with just now, for those who cancel and close; written by its thread. */
  private volatile @Nullable Statement current;

  Client(Connection connection, Ledger ledger, SplittableRandom random, int row) {
    this.connection = connection;
    this.ledger = ledger;
    this.random = random;
    this.row = row;
  }

  @Nullable Statement statement() {
    return current;
  }

  void work() {
    switch (random.nextInt(7)) {
      case 0, 1 -> insertText();
      case 2 -> insertPrepared();
      case 3 -> insertTexts();
      case 4 -> insertRows();
      case 5 -> count();
      default -> read();
    }
  }

  private interface Write {
    void run() throws SQLException;
  }

  /** Notes what came of a write of one number. */
  private void write(long number, Write write) {
    try {
      write.run();
      last = number;
      ledger.done(number);
    } catch (SQLException | RuntimeException e) {
      ledger.failed(number, failure(e));
    }
  }

  /**
   * The physical driver runs into a null of its own where another thread closes the statement [R];
   * nobody else may.
   */
  private static SQLException failure(Exception e) {
    if (e instanceof SQLException sql) {
      return sql;
    }
    assertThat(e.getStackTrace()[0].getClassName()).as("%s", e).startsWith("net.snowflake.");
    return new SQLException("of the physical driver", e);
  }

  private void insertText() {
    long number = ledger.number();
    write(
        number,
        () -> {
          var statement = open();
          assertThat(statement.executeUpdate("INSERT INTO t VALUES (" + number + ")")).isEqualTo(1);
        });
    close();
  }

  private void insertPrepared() {
    long number = ledger.number();
    write(
        number,
        () -> {
          var statement = prepare();
          statement.setLong(1, number);
          assertThat(statement.executeUpdate()).isEqualTo(1);
        });
  }

  private void insertTexts() {
    var numbers = numbers();
    var counts = new int[BATCH];
    Arrays.fill(counts, Statement.EXECUTE_FAILED);
    SQLException error = new SQLException("not told");
    try {
      var statement = open();
      for (long number : numbers) {
        statement.addBatch("INSERT INTO t VALUES (" + number + ")");
      }
      counts = statement.executeBatch();
    } catch (BatchUpdateException e) {
      counts = Arrays.copyOf(e.getUpdateCounts(), BATCH);
      error = e;
    } catch (SQLException | RuntimeException e) {
      error = failure(e);
    }
    for (int i = 0; i < BATCH; i++) {
      if (counts[i] == 1) {
        ledger.done(numbers.get(i));
      } else {
        ledger.failed(numbers.get(i), error);
      }
    }
    close();
  }

  private void insertRows() {
    var numbers = numbers();
    try {
      var statement = prepare();
      for (long number : numbers) {
        statement.setLong(1, number);
        statement.addBatch();
      }
      assertThat(statement.executeBatch()).hasSize(BATCH);
      numbers.forEach(ledger::done);
    } catch (SQLException | RuntimeException e) {
      kept = null; // half a batch may be pending
      close();
      var failure = failure(e);
      numbers.forEach(number -> ledger.failed(number, failure));
    }
  }

  private List<Long> numbers() {
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      numbers.add(ledger.number());
    }
    return numbers;
  }

  /** The same text each time: which execution a row of the history is, has to be found out. */
  private void count() {
    try {
      var statement = open();
      assertThat(statement.executeUpdate("UPDATE c SET n = n + 1 WHERE id = " + row)).isEqualTo(1);
      counted++;
    } catch (SQLException | RuntimeException e) {
      perhapsCounted++;
      ledger.failed(failure(e));
    }
    close();
  }

  private void read() {
    if (last == 0) {
      return;
    }
    try {
      var rows = open().executeQuery("SELECT COUNT(*) FROM t WHERE id = " + last);
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).as("number %s, which was told to be there", last).isEqualTo(1);
    } catch (SQLException | RuntimeException e) {
      ledger.failed(failure(e));
    }
    close();
  }

  private Statement open() throws SQLException {
    var statement = connection.createStatement();
    current = statement;
    return statement;
  }

  private PreparedStatement prepare() throws SQLException {
    var statement = kept;
    if (statement == null || statement.isClosed()) {
      statement = connection.prepareStatement(INSERT);
      kept = statement;
    }
    current = statement;
    return statement;
  }

  private void close() {
    var statement = current;
    current = null;
    if (statement != null) {
      try {
        statement.close();
      } catch (SQLException e) {
        ledger.failed(e);
      }
    }
  }

  /** After its end: whether the row it counts in says what it was told. */
  void check(int found) {
    assertThat(found).as("counts of client %s", row).isBetween(counted, counted + perhapsCounted);
  }
}
