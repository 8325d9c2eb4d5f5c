package io.selfheal.jdbc.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CoarseClockTest {

  private static final Duration PERIOD = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final CoarseClock clock = new CoarseClock(PERIOD.toNanos());

  @Test
  void shouldNeverBeAheadOfTheRealTime() {
    for (int i = 0; i < 1_000_000; i++) {
      long coarse = clock.nanoTime();
      assertThat(coarse - System.nanoTime()).isLessThanOrEqualTo(0);
    }
  }

  @Test
  void shouldGoOn() {
    long first = clock.nanoTime();
    await().atMost(LONG).until(() -> clock.nanoTime() - first > PERIOD.multipliedBy(10).toNanos());
  }

  @Test
  void shouldStandStillWhenNobodyAsksAndBeRightAgainAtOnce() {
    for (int round = 0; round < 20; round++) {
      clock.nanoTime();
      await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> !clock.isTurning());
      long before = System.nanoTime();
      assertThat(clock.nanoTime()).isGreaterThanOrEqualTo(before);
    }
  }
}
