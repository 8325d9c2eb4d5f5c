package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a snapshot makes of its numbers. */
class HealStatisticsTest {

  private static HealStatistics statistics(
      Map<Class<? extends SQLException>, Long> refusedBy, List<Long> times) {
    return new HealStatistics(0, 0, 0, 0, 0, 0, 0, refusedBy, 0, 0, 0, times);
  }

  /** 90 heals of 4 to 7 ms, nine of 64 to 127 ms, one of 1024 to 2047 ms. */
  @ParameterizedTest
  @CsvSource({"0.1, 8", "50, 8", "90, 8", "90.1, 128", "99, 128", "99.5, 2048", "100, 2048"})
  void shouldGiveTheUpperEndOfTheBucket(double percent, long millis) {
    List<Long> times = new ArrayList<>(Collections.nCopies(32, 0L));
    times.set(3, 90L);
    times.set(7, 9L);
    times.set(11, 1L);
    assertThat(statistics(Map.of(), times).healMillis(percent)).isEqualTo(millis);
  }

  @Test
  void shouldGiveNothingBeforeTheFirstHeal() {
    assertThat(statistics(Map.of(), Collections.nCopies(32, 0L)).healMillis(99)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "100.1", "NaN"})
  void shouldRefuseWhatIsNoPercentage(double percent) {
    var none = statistics(Map.of(), List.of());
    assertThatThrownBy(() -> none.healMillis(percent)).hasMessageContaining("percent");
  }

  @Test
  void shouldNotChangeWithWhatItWasMadeOf() {
    Map<Class<? extends SQLException>, Long> by = new HashMap<>();
    by.put(ReplayRefusedException.class, 2L);
    by.put(OutcomeUnknownException.class, 3L);
    List<Long> times = new ArrayList<>(List.of(1L));
    var statistics = statistics(by, times);
    by.clear();
    times.clear();
    assertThat(statistics.refused()).isEqualTo(5);
    assertThat(statistics.healTimes()).containsExactly(1L);
  }
}
