package io.selfheal.jdbc.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;

/** What classifying a text takes that was never seen before, as a table. */
final class Unseen {

  private Unseen() {}

  static String markdown(Collection<RunResult> results) {
    List<String> lines = new ArrayList<>();
    lines.add("| a text of about 100 characters, never seen before | ns | bytes |");
    lines.add("|---|---|---|");
    for (var result : results) {
      if (result.getParams().getBenchmark().endsWith("ClassifyBenchmark.unseen")) {
        lines.add(
            String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f |",
                result.getParams().getParam("text"),
                result.getPrimaryResult().getScore(),
                result.getSecondaryResults().get("gc.alloc.rate.norm").getScore()));
      }
    }
    return String.join("\n", lines);
  }
}
