package io.selfheal.jdbc.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Heal times by percentile, as what comes on top of what nobody can do without: the refused call,
 * the login, the statements that give the session back what it held, and the call again.
 */
final class HealTable {

  private static final double[] PERCENTILES = {0.5, 0.9, 0.99};

  /** Nanoseconds of one way to bring a call past the end of its session. */
  static final class Times {
    final String title;
    final boolean right;
    private final long[] nanos;

    Times(String title, boolean right, long[] nanos) {
      this.title = title;
      this.right = right;
      this.nanos = nanos.clone();
      Arrays.sort(this.nanos);
    }

    double millis(double percentile) {
      return nanos[(int) Math.ceil(percentile * nanos.length) - 1] / 1e6;
    }
  }

  private final Map<HealKind, List<Times>> kinds = new LinkedHashMap<>();
  private final Map<HealKind, Times> bases = new LinkedHashMap<>();
  private final Map<HealKind, List<Times>> parts = new LinkedHashMap<>();

  void add(HealKind kind, Times base, List<Times> itsParts, List<Times> peers) {
    bases.put(kind, base);
    parts.put(kind, itsParts);
    kinds.put(kind, peers);
  }

  String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add("| ms beyond the same by hand: p50 / p90 / p99 | " + titles() + " |");
    lines.add("|---".repeat(kinds.size() + 1) + "|");
    int peers = kinds.values().iterator().next().size();
    for (int i = 0; i < peers; i++) {
      var line = new StringBuilder("| " + kinds.values().iterator().next().get(i).title);
      for (var kind : kinds.keySet()) {
        var times = kinds.get(kind).get(i);
        line.append(" | ").append(times.right ? beyond(kind, times) : "wrong answer");
      }
      lines.add(line + " |");
    }
    var line = new StringBuilder("| by hand, all of it");
    bases.values().forEach(base -> line.append(" | ").append(each(base)));
    lines.add(line + " |");
    var part = new StringBuilder("| of which, p50");
    parts
        .values()
        .forEach(
            its -> {
              part.append(" | ");
              its.forEach(
                  one ->
                      part.append(one.title).append(' ').append(text(one.millis(0.5))).append(' '));
            });
    lines.add(part.toString().strip() + " |");
    return String.join("\n", lines);
  }

  private String titles() {
    return String.join(" | ", kinds.keySet().stream().map(kind -> kind.title).toList());
  }

  /** By the same percentile: what is slow by hand is slow here, too. */
  private String beyond(HealKind kind, Times times) {
    List<String> texts = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      texts.add(signed(times.millis(percentile) - bases.get(kind).millis(percentile)));
    }
    return String.join(" / ", texts);
  }

  private static String each(Times times) {
    List<String> texts = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      texts.add(text(times.millis(percentile)));
    }
    return String.join(" / ", texts);
  }

  /** As plain maps, for JSON. */
  Map<String, Object> values() {
    Map<String, Object> all = new LinkedHashMap<>();
    kinds.forEach(
        (kind, peers) -> {
          Map<String, Object> rows = new LinkedHashMap<>();
          rows.put("by hand", percentiles(bases.get(kind)));
          parts.get(kind).forEach(one -> rows.put("by hand: " + one.title, percentiles(one)));
          peers.forEach(one -> rows.put(one.title, percentiles(one)));
          all.put(kind.title, rows);
        });
    return all;
  }

  private static Map<String, Object> percentiles(Times times) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (double percentile : PERCENTILES) {
      values.put("p" + Math.round(100 * percentile), times.millis(percentile));
    }
    values.put("calls", times.nanos.length);
    values.put("right", times.right);
    return values;
  }

  private static String text(double millis) {
    return String.format(Locale.ROOT, "%.2f", millis);
  }

  private static String signed(double millis) {
    return String.format(Locale.ROOT, "%+.2f", millis);
  }
}
