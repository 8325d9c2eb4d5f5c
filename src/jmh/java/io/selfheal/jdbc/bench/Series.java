package io.selfheal.jdbc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What something costs as something else grows.
 *
 * @param name what it is
 * @param grows what grows
 * @param unit of the cost
 */
record Series(String name, String grows, String unit, List<Point> points) {

  /** The cost of one more, or of each, when there are so many. */
  record Point(long size, double cost) {}

  Series(String name, String grows, String unit) {
    this(name, grows, unit, new ArrayList<>());
  }

  void add(int[] sizes, double[] costs) {
    for (int i = 0; i < sizes.length; i++) {
      points.add(new Point(sizes[i], costs[i]));
      System.out.printf(
          Locale.ROOT, "%s, %,d %s: %s %s%n", name, sizes[i], grows, number(costs[i]), unit);
    }
  }

  static String number(double cost) {
    return String.format(Locale.ROOT, cost < 10 ? "%.2f" : "%,.0f", cost);
  }

  /**
   * The exponent of the size that the cost of each follows best: 0 where it stays the same, so that
   * the whole is linear.
   */
  double exponent() {
    double n = points.size();
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (var point : points) {
      double lx = Math.log(point.size());
      double ly = Math.log(Math.max(1e-9, point.cost()));
      x += lx;
      y += ly;
      xx += lx * lx;
      xy += lx * ly;
    }
    return (n * xy - x * y) / (n * xx - x * x);
  }

  /** In words. */
  String shape() {
    double exponent = exponent();
    var last = points.get(points.size() - 1);
    var first = points.get(0);
    return String.format(
        Locale.ROOT,
        "%s: last / first = %.2f, cost ~ size^%.2f",
        exponent < 0.15 ? "flat" : exponent < 1.1 ? "grows, not worse than linear" : "WORSE",
        last.cost() / first.cost(),
        exponent);
  }

  String markdown() {
    return "| "
        + name
        + ", "
        + unit
        + " | "
        + points.stream()
            .map(one -> String.format(Locale.ROOT, "%,d: %s", one.size(), number(one.cost())))
            .collect(Collectors.joining("; "))
        + " "
        + grows
        + " | "
        + shape()
        + " |";
  }

  String json() {
    return points.stream()
        .map(one -> String.format(Locale.ROOT, "[%d, %.3f]", one.size(), one.cost()))
        .collect(
            Collectors.joining(
                ", ",
                String.format(
                    Locale.ROOT,
                    "{\"name\": \"%s\", \"grows\": \"%s\", \"unit\": \"%s\", \"exponent\": %.3f, \"points\": [",
                    name,
                    grows,
                    unit,
                    exponent()),
                "]}"));
  }
}
