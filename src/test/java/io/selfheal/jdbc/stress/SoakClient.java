package io.selfheal.jdbc.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.OutcomeUnknownException;
import io.selfheal.jdbc.TransactionLostException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An application with a connection of its own, that keeps books: each entry has a number, and moves
 * an amount from one account to another. Its thread alone uses it.
 */
final class SoakClient {

  static final int ACCOUNTS = 4;
  private static final int BATCH = 10;
  private static final int SAMPLED = 64;

  private final Connection connection;
  private final SplittableRandom random;
  private final int client;
  private final Path file;

  /** Some of the statements it has closed. */
  private final List<WeakReference<Statement>> closed = new ArrayList<>();

  /** Set before its thread starts. */
  private Ledger ledger = new Ledger();

  private int statements;
  private int entries;
  private int perhaps;

  SoakClient(Connection connection, SplittableRandom random, int client, Path directory) {
    this.connection = connection;
    this.random = random;
    this.client = client;
    this.file = directory.resolve("client" + client + ".csv");
  }

  /** New books. */
  void open(Ledger fresh) {
    ledger = fresh;
    entries = 0;
    perhaps = 0;
  }

  int statements() {
    return statements;
  }

  List<WeakReference<Statement>> closed() {
    return closed;
  }

  /** One piece of work, told or refused as a whole. */
  void work() throws IOException, SQLException {
    switch (random.nextInt(6)) {
      case 0 -> inOnePiece(1, numbers -> update(insert("entry", numbers.get(0))));
      case 1 -> inOnePiece(BATCH, numbers -> batch("entry", numbers));
      case 2 -> transaction();
      case 3 -> inOnePiece(BATCH, this::merge);
      case 4 -> inOnePiece(BATCH, this::copy);
      default -> read();
    }
  }

  private interface Work {
    void on(List<Long> numbers) throws SQLException, IOException;
  }

  private void inOnePiece(int size, Work work) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      numbers.add(ledger.number());
    }
    try {
      work.on(numbers);
      numbers.forEach(ledger::done);
      entries += size;
    } catch (SQLException e) {
      boolean gone =
          e instanceof TransactionLostException
              && !(e.getCause() instanceof OutcomeUnknownException);
      numbers.forEach(number -> ledger.failed(number, e, gone));
      perhaps += size;
    }
  }

  /** Both accounts and the entry, or nothing of it. */
  private void transaction() throws IOException, SQLException {
    inOnePiece(
        1,
        numbers -> {
          long number = numbers.get(0);
          connection.setAutoCommit(false);
          update(
              "UPDATE account SET balance = balance - "
                  + amount(number)
                  + " WHERE id = "
                  + from(number));
          assertThat(sum("SELECT COUNT(*) FROM account")).isPositive();
          update(
              "UPDATE account SET balance = balance + "
                  + amount(number)
                  + " WHERE id = "
                  + to(number));
          update(insert("transfer", number));
          connection.commit();
        });
    insist(connection::rollback);
    insist(() -> connection.setAutoCommit(true));
  }

  private void merge(List<Long> numbers) throws SQLException {
    update("CREATE OR REPLACE TEMPORARY TABLE staging (number INT, client INT, amount INT)");
    batch("staging", numbers);
    update("DELETE FROM staging WHERE number = " + numbers.get(0));
    update(insert("staging", numbers.get(0)));
    int merged =
        update(
            "MERGE INTO entry e USING staging s ON e.number = s.number WHEN NOT MATCHED THEN"
                + " INSERT (number, client, amount) VALUES (s.number, s.client, s.amount)");
    assertThat(merged).isEqualTo(BATCH);
  }

  private void copy(List<Long> numbers) throws SQLException, IOException {
    var lines = new StringBuilder();
    numbers.forEach(
        one ->
            lines
                .append(one)
                .append(',')
                .append(client)
                .append(',')
                .append(amount(one))
                .append('\n'));
    Files.writeString(file, lines);
    update("CREATE OR REPLACE TEMPORARY STAGE box");
    try (var statement = open()) {
      statement.execute("PUT 'file://" + file + "' @box");
    }
    update("COPY INTO entry FROM @box FILE_FORMAT = (TYPE = CSV)");
  }

  /** What it was told is there, and not more than what may be. */
  private void read() {
    try {
      assertThat(
              sum("SELECT COUNT(*) FROM entry WHERE client = " + client)
                  + sum("SELECT COUNT(*) FROM transfer WHERE client = " + client))
          .isBetween((long) entries, (long) entries + perhaps);
    } catch (SQLException e) {
      ledger.failed(e);
    }
  }

  private void batch(String table, List<Long> numbers) throws SQLException {
    try (var insert = connection.prepareStatement("INSERT INTO " + table + " VALUES (?, ?, ?)")) {
      statements++;
      for (long number : numbers) {
        insert.setLong(1, number);
        insert.setInt(2, client);
        insert.setLong(3, amount(number));
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).hasSize(numbers.size()).containsOnly(1);
      sample(insert);
    }
  }

  private String insert(String table, long number) {
    return "INSERT INTO "
        + table
        + " VALUES ("
        + number
        + ", "
        + client
        + ", "
        + amount(number)
        + ")";
  }

  private int update(String sql) throws SQLException {
    try (var statement = open()) {
      return statement.executeUpdate(sql);
    }
  }

  private long sum(String sql) throws SQLException {
    try (var statement = open();
        var rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getLong(1);
    }
  }

  private Statement open() throws SQLException {
    var statement = connection.createStatement();
    statements++;
    sample(statement);
    return statement;
  }

  private void sample(Statement statement) {
    if (closed.size() < SAMPLED) {
      closed.add(new WeakReference<>(statement));
    } else {
      closed.set(random.nextInt(SAMPLED), new WeakReference<>(statement));
    }
  }

  private interface Cleanup {
    void run() throws SQLException;
  }

  /** A session may end again and again, but not for ever. */
  private void insist(Cleanup cleanup) throws SQLException {
    for (int left = 50; ; left--) {
      try {
        cleanup.run();
        return;
      } catch (SQLException e) {
        ledger.failed(e);
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  static long amount(long number) {
    return 1 + number % 97;
  }

  int from(long number) {
    return client * ACCOUNTS + (int) (number % ACCOUNTS);
  }

  int to(long number) {
    return client * ACCOUNTS + (int) ((number + 1) % ACCOUNTS);
  }
}
