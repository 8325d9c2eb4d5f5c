package io.selfheal.jdbc.programs;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes a failing program as short as it will go while it still fails. Confined to one thread. */
final class Shrinker {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Trial trial;

  /** Another failure than the one looked for is no progress. */
  private final String kind;

  private final long end = System.nanoTime() + PATIENCE.toNanos();

  Shrinker(Trial trial, String kind) {
    this.trial = trial;
    this.kind = kind;
  }

  List<Line> shrink(List<Line> failing) throws SQLException {
    var best = failing;
    for (int size = best.size() / 2; size > 0; size = size == 1 ? 0 : size / 2) {
      best = without(best, size);
    }
    int before;
    do {
      before = best.size();
      best = without(best, 1);
    } while (best.size() < before && System.nanoTime() < end);
    return best;
  }

  /** Leaves out this many lines in a row, from the end on, wherever it still fails. */
  private List<Line> without(List<Line> lines, int size) throws SQLException {
    var best = lines;
    for (int at = best.size() - size; at >= 0 && System.nanoTime() < end; at -= size) {
      var fewer = new ArrayList<>(best);
      fewer.subList(at, Math.min(at + size, fewer.size())).clear();
      if (!fewer.isEmpty() && kind.equals(trial.of(fewer).kind())) {
        best = List.copyOf(fewer);
      }
    }
    return best;
  }
}
