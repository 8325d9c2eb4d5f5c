package io.selfheal.jdbc;

import static io.selfheal.jdbc.testkit.StatementMatch.where;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import io.selfheal.jdbc.testkit.Hold;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A write whose session dies at any moment of it takes effect once, and its caller sees what the
 * physical driver would have given without the fault.
 */
class InDoubtTest extends HealingFixture {

  /** The physical driver takes a second to send again after a lost answer, so not for all. */
  private static final Set<ExpiryPoint> QUICK =
      EnumSet.complementOf(EnumSet.of(ExpiryPoint.ANSWER_LOST));

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (var kind : Workload.kinds()) {
      for (var point : QUICK) {
        cases.add(Arguments.of(kind, point, Expiry.BOTH_TOKENS));
      }
    }
    for (var way : Workload.ways()) {
      for (var point : QUICK) {
        cases.add(Arguments.of(way, point, Expiry.DIRECT_390114));
      }
    }
    for (var point : ExpiryPoint.values()) {
      cases.add(Arguments.of(Workload.kinds().get(0), point, Expiry.DIRECT_390114));
      cases.add(Arguments.of(Workload.kinds().get(0), point, Expiry.SESSION_GONE));
    }
    cases.add(Arguments.of(Workload.kinds().get(3), ExpiryPoint.ANSWER_LOST, Expiry.BOTH_TOKENS));
    cases.add(Arguments.of(Workload.ways().get(8), ExpiryPoint.ANSWER_LOST, Expiry.BOTH_TOKENS));
    return cases.stream();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("cases")
  void shouldTakeEffectOnce(Workload work, ExpiryPoint point, Expiry how) throws SQLException {
    String expected;
    List<List<String>> tables;
    try (var plain = DriverManager.getConnection(emulator.url())) {
      work.prepare(plain);
      expected = work.run(plain);
      tables = work.see(plain);
      work.prepare(plain);
    }
    long ran = runs(work);
    var match = where(sql -> sql.equals(work.sql()));
    if (point == ExpiryPoint.WHILE_RUNNING) {
      emulator.faults().expireWhileRunning(match, Hold.lasting(Duration.ofMillis(300)), how);
    } else {
      emulator.faults().expire(point, match, how);
    }

    assertThat(work.run(connection)).isEqualTo(expected);
    assertThat(work.see(connection)).isEqualTo(tables);
    assertThat(runs(work)).isEqualTo(ran + 1);
    assertThat(emulator.faults().allStruck()).isTrue();
    assertThat(generation()).isEqualTo(1);
  }

  private long runs(Workload work) {
    return emulator.log().stream()
        .filter(one -> one.sql().equals(work.sql()) && one.queryId() != null)
        .filter(one -> one.outcome() == io.selfheal.jdbc.testkit.StatementRecord.Outcome.RAN)
        .count();
  }
}
