package io.selfheal.jdbc.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.replay.Outcome;
import io.selfheal.jdbc.replay.Progress.Doubt;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which row of a batch may have been in the dead session's hands. */
class HalfBatchTest {

  /** The first failure has no query id: its trouble was on the way. */
  private static HalfBatch batch(long... counts) {
    var error = new SQLException("communication error", "08S01", 200016);
    var failure = new BatchUpdateException("communication error", "08S01", 200016, counts, error);
    int ran = 0;
    for (long count : counts) {
      ran += count < 0 ? 0 : 1;
    }
    return new HalfBatch(
        failure, counts.length, false, false, List.of("a", "b", "c").subList(0, ran));
  }

  @Test
  void shouldNotTakeARowWhoseAnswerWasLostForTheOneInDoubt() {
    assertThat(batch(1, -3, -3).progress().doubt()).isEqualTo(Doubt.ONE_OF_SEVERAL);
    // Here it came before the last one that was answered.
    assertThat(batch(1, -3, 1, -3).progress().doubt()).isEqualTo(Doubt.ONE_ROW);
  }

  @Test
  void shouldNotRunARowAgainThatFailedByItself() {
    var batch = batch(1, -3, 1, -3);
    assertThat(batch.next()).isEqualTo(3);
    batch.row(new Outcome.Failed(new SQLException("canceled", "57014", 604)), 0);
    assertThat(batch.next()).isEqualTo(4);
    assertThat((Object) batch.first()).hasToString("java.sql.SQLException: communication error");
  }
}
