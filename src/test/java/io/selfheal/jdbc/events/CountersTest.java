package io.selfheal.jdbc.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The histogram of heal times, and the sum of all connections. */
class CountersTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "2, 2",
    "3, 2",
    "4, 3",
    "1023, 10",
    "1024, 11",
    "1073741823, 30",
    "1073741824, 31",
    "9223372036854775807, 31"
  })
  void shouldSortByPowersOfTwo(long millis, int bucket) {
    var counters = new Counters(null);
    counters.healed(millis);
    var statistics = counters.snapshot(0);
    assertThat(statistics.healTimes()).hasSize(32);
    assertThat(statistics.healTimes().indexOf(1L)).isEqualTo(bucket);
    assertThat(statistics.lastHealMillis()).isEqualTo(millis);
  }

  @Test
  void shouldCountForAllConnectionsToo() {
    var all = new Counters(null);
    var one = new Counters(all);
    var two = new Counters(all);
    one.healed(5);
    two.healed(300);
    two.repeated();
    assertThat(one.snapshot(0).heals()).isEqualTo(1);
    assertThat(one.snapshot(0).repeated()).isZero();
    var sum = all.snapshot(7);
    assertThat(sum.heals()).isEqualTo(2);
    assertThat(sum.healMillis()).isEqualTo(305);
    assertThat(sum.repeated()).isEqualTo(1);
    assertThat(sum.protectedCalls()).isEqualTo(7);
    assertThat(sum.healMillis(50)).isEqualTo(8);
    assertThat(sum.healMillis(99)).isEqualTo(512);
  }
}
