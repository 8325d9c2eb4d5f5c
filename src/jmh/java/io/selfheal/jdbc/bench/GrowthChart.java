package io.selfheal.jdbc.bench;

import java.util.List;
import java.util.Locale;

/** Series as curves, a panel for each, on logarithmic scales: what is flat is a level line. */
final class GrowthChart {

  private static final int WIDTH = 300;
  private static final int HEIGHT = 110;
  private static final int COLUMNS = 2;
  private static final int GAP = 30;
  private static final int HEAD = 42;

  /** A panel shows at least a factor of so much, or noise would look like growth. */
  private static final double SPAN = 100;

  private GrowthChart() {}

  static String of(List<Series> all) {
    int rows = (all.size() + COLUMNS - 1) / COLUMNS;
    var svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" font-family="sans-serif" font-size="11">
        <rect width="%1$d" height="%2$d" fill="#ffffff"/>
        """
            .formatted(COLUMNS * (WIDTH + 2 * GAP) + GAP, rows * (HEIGHT + HEAD + GAP + 10) + GAP));
    for (int i = 0; i < all.size(); i++) {
      int left = GAP + i % COLUMNS * (WIDTH + 2 * GAP);
      int top = HEAD + i / COLUMNS * (HEIGHT + HEAD + GAP + 10);
      panel(svg, left, top, all.get(i));
    }
    return svg.append("</svg>\n").toString();
  }

  private static void panel(StringBuilder svg, int left, int top, Series series) {
    var points = series.points();
    double largest = points.stream().mapToDouble(Series.Point::cost).max().orElse(1);
    double smallest = points.stream().mapToDouble(Series.Point::cost).min().orElse(1);
    double middle = Math.sqrt(largest * Math.max(1e-9, smallest));
    double span = Math.max(SPAN, largest / Math.max(1e-9, smallest) * 2);
    double size = Math.log(points.get(points.size() - 1).size());
    text(svg, left, top - 20, "font-weight=\"bold\"", series.name() + ", " + series.unit());
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#d0d7de\"/>%n"
            .formatted(left, top, WIDTH, HEIGHT));
    var line = new StringBuilder();
    for (var point : points) {
      long x = left + Math.round(WIDTH * Math.log(point.size()) / size);
      double share = 0.5 + Math.log(Math.max(1e-9, point.cost()) / middle) / Math.log(span);
      long y = top + Math.round(HEIGHT * (1 - Math.max(0, Math.min(1, share))));
      line.append(x).append(',').append(y).append(' ');
      svg.append("<circle cx=\"%d\" cy=\"%d\" r=\"2.5\" fill=\"#1a7f37\"/>%n".formatted(x, y));
      text(svg, x, y - 6, "text-anchor=\"middle\" fill=\"#57606a\"", Series.number(point.cost()));
      text(
          svg,
          x,
          top + HEIGHT + 13,
          "text-anchor=\"middle\"",
          String.format(Locale.ROOT, "%,d", point.size()));
    }
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"#1a7f37\" stroke-width=\"1.5\"/>%n"
            .formatted(line.toString().strip()));
    text(svg, left + WIDTH, top - 6, "text-anchor=\"end\" fill=\"#57606a\"", series.grows());
  }

  private static void text(StringBuilder svg, long x, long y, String more, String words) {
    svg.append("<text x=\"%d\" y=\"%d\" %s>%s</text>%n".formatted(x, y, more, words));
  }
}
