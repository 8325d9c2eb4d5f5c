package io.selfheal.jdbc.programs;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A step, and the fault it meets, if any. Immutable. */
record Line(Step step, Strike strike) {

  /** The program of a seed with one to three expiries, never at two steps in a row. */
  static List<Line> program(long seed) {
    var random = new SplittableRandom(~seed);
    var steps = Generator.program(seed);
    int wanted = random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1;
    var strikes = new Strike[steps.size()];
    for (int i = 0; i < wanted; i++) {
      int at = random.nextInt(steps.size());
      boolean near =
          at > 0 && strikes[at - 1] != null || at + 1 < strikes.length && strikes[at + 1] != null;
      if (!near) {
        strikes[at] = Strike.random(random);
      }
    }
    var lines = new ArrayList<Line>();
    for (int i = 0; i < strikes.length; i++) {
      lines.add(new Line(steps.get(i), strikes[i]));
    }
    return List.copyOf(lines);
  }

  /** The same step, its session ending in the usual way. */
  Line with(ExpiryPoint point) {
    return new Line(step, new Strike(point, Expiry.BOTH_TOKENS, 1));
  }

  Line withoutStrike() {
    return new Line(step, null);
  }

  static String print(List<Line> lines) {
    var text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      text.append("  %2d  %s%n".formatted(i, lines.get(i)));
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return strike == null ? step.toString() : step + "   " + strike;
  }
}
