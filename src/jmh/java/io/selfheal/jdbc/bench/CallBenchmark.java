package io.selfheal.jdbc.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a call costs that goes well, by who stands before the driver. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallBenchmark {

  private static final String QUERY = "SELECT id, name, amount FROM ledger WHERE id = ?";
  private static final String WRITE = "UPDATE ledger SET amount = amount + 1 WHERE id = 42";

  @Param public Peer peer;

  private Connection connection;
  private PreparedStatement prepared;
  private ResultSet rows;
  private int value;

  @Setup
  public void connect() throws SQLException {
    connection = peer.connect();
    prepared = connection.prepareStatement(QUERY);
    rows = connection.prepareStatement(QUERY).executeQuery();
  }

  @Benchmark
  public int row() throws SQLException {
    rows.next();
    return rows.getInt(1);
  }

  @Benchmark
  public int bindExecuteReadClose() throws SQLException {
    prepared.setInt(1, value++);
    try (var result = prepared.executeQuery()) {
      result.next();
      return result.getInt(1);
    }
  }

  @Benchmark
  public void prepareClose() throws SQLException {
    connection.prepareStatement(QUERY).close();
  }

  @Benchmark
  public int createUpdateClose() throws SQLException {
    try (var statement = connection.createStatement()) {
      return statement.executeUpdate(WRITE);
    }
  }
}
