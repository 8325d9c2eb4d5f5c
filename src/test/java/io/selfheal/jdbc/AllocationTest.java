package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.selfheal.jdbc.bench.Stub;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a call that succeeds leaves to the garbage collector, beyond what the physical driver does:
 * bytes, which can be asserted where times cannot. The least of several windows counts: classes are
 * loaded in the first, and where the compiler does away with an object it does so later.
 */
class AllocationTest {

  private static final String QUERY = "SELECT id, name, amount FROM ledger WHERE id = ?";
  private static final String WRITE = "UPDATE ledger SET amount = amount + 1 WHERE id = 42";

  // What is ours, now. To be lowered, not raised.
  private static final long QUERY_ALLOWED = 0;
  private static final long PREPARE_ALLOWED = 128;
  private static final long CREATE_ALLOWED = 192;

  private static final int WINDOWS = 40;
  private static final int ROUNDS = 2_000;

  private ThreadMXBean threads;
  private Connection connection;

  /** What is kept here cannot be compiled away. */
  private Object kept;

  private interface Work {
    void run() throws SQLException;
  }

  @BeforeEach
  void connect() throws SQLException {
    threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported());
    connection = SelfHealing.wrap(Stub.connection(), Stub::connection);
  }

  /** Bytes a round, rounded down: the bean's own answers are not ours. */
  private long least(long enough, Work work) throws SQLException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < WINDOWS && least > enough; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int round = 0; round < ROUNDS; round++) {
        work.run();
      }
      least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS);
    }
    return least;
  }

  @Test
  void shouldSeeWhatIsAllocated() throws SQLException {
    assertThat(least(0, () -> kept = new byte[100])).isBetween(100L, 128L);
  }

  @Test
  void shouldReadRowsForNothing() throws SQLException {
    try (var statement = connection.prepareStatement(QUERY);
        var rows = statement.executeQuery()) {
      assertThat(
              least(
                  0,
                  () -> {
                    rows.next();
                    rows.getInt(1);
                  }))
          .isZero();
    }
  }

  @Test
  void shouldBindForNothing() throws SQLException {
    try (var statement = connection.prepareStatement(QUERY)) {
      var text = "some text";
      assertThat(
              least(
                  0,
                  () -> {
                    statement.setInt(1, 4711);
                    statement.setLong(2, 4711);
                    statement.setDouble(3, 47.11);
                    statement.setString(4, text);
                  }))
          .isZero();
    }
  }

  @Test
  void shouldQueryForNothing() throws SQLException {
    try (var statement = connection.prepareStatement(QUERY)) {
      assertThat(
              least(
                  QUERY_ALLOWED,
                  () -> {
                    statement.setInt(1, 4711);
                    try (var rows = statement.executeQuery()) {
                      rows.next();
                      rows.getInt(1);
                    }
                  }))
          .isLessThanOrEqualTo(QUERY_ALLOWED);
    }
  }

  @Test
  void shouldPrepareForLittle() throws SQLException {
    long own = least(0, () -> kept = Stub.FACTORY.statement(null));
    assertThat(least(own + PREPARE_ALLOWED, () -> connection.prepareStatement(QUERY).close()))
        .isLessThanOrEqualTo(own + PREPARE_ALLOWED);
  }

  @Test
  void shouldCreateForLittle() throws SQLException {
    long own = least(0, () -> kept = Stub.FACTORY.statement(null));
    assertThat(
            least(
                own + CREATE_ALLOWED,
                () -> {
                  try (var statement = connection.createStatement()) {
                    statement.executeUpdate(WRITE);
                  }
                }))
        .isLessThanOrEqualTo(own + CREATE_ALLOWED);
  }
}
