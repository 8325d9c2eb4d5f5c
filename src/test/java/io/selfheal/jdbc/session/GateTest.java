package io.selfheal.jdbc.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GateTest {

  private static final SQLException REFUSED = new SQLException("no", "08001", 390100);

  private long now = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos(); // nanoTime may wrap
  private final Gate gate = new Gate(3, () -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private boolean open() {
    return gate.enter() == null;
  }

  @Test
  void shouldLetSoManyHealsThroughInAMinute() {
    assertThat(open()).isTrue();
    pass(Duration.ofSeconds(30));
    assertThat(open()).isTrue();
    assertThat(open()).isTrue();
    assertThat(gate.enter())
        .satisfies(closed -> assertThat(closed.why()).contains("selfheal.maxHealsPerMinute"));
    pass(Duration.ofSeconds(30));
    assertThat(open()).isTrue();
    assertThat(open()).isFalse();
  }

  @Test
  void shouldHaveNoLimitAtZero() {
    var unlimited = new Gate(0, () -> now);
    for (int i = 0; i < 1000; i++) {
      assertThat(unlimited.enter()).isNull();
    }
  }

  @Test
  void shouldWaitLongerAfterEachRefusedLoginAndForgetItAfterOneThatWorks() {
    var gate = new Gate(0, () -> now);
    for (int seconds = 1; seconds <= 128; seconds *= 2) {
      assertThat(gate.enter()).isNull();
      gate.failed(REFUSED);
      var wait = Duration.ofSeconds(Math.min(seconds, 60));
      pass(wait.minusMillis(1));
      assertThat(gate.enter())
          .satisfies(closed -> assertThat((Throwable) closed.cause()).isSameAs(REFUSED));
      pass(Duration.ofMillis(1));
    }
    assertThat(gate.enter()).isNull();
    gate.succeeded();
    gate.failed(REFUSED);
    pass(Duration.ofSeconds(1));
    assertThat(gate.enter()).isNull();
  }

  @Test
  void shouldNotWaitAfterAnErrorThatLocksNoAccount() {
    gate.failed(new SQLException("network", "08001", 200015));
    assertThat(open()).isTrue();
  }
}
