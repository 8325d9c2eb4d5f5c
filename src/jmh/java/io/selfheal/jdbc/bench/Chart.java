package io.selfheal.jdbc.bench;

import java.util.Locale;
import java.util.Map;

/** The table as bars: ratios to the raw stub on a logarithmic scale, a panel for each column. */
final class Chart {

  private static final int LEFT = 190;
  private static final int WIDTH = 380;
  private static final int BAR = 16;
  private static final int GAP = 6;
  private static final int HEAD = 34;
  private static final double LARGEST = 64;

  private Chart() {}

  static String of(Table table) {
    int panel = HEAD + Peer.values().length * (BAR + GAP) + GAP;
    int height = panel * table.columns().size() + GAP;
    var svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" font-family="sans-serif" font-size="12">
        <rect width="%1$d" height="%2$d" fill="#ffffff"/>
        """
            .formatted(LEFT + WIDTH + 80, height));
    int top = GAP;
    for (var column : table.columns().entrySet()) {
      panel(svg, top, column.getKey(), column.getValue());
      top += panel;
    }
    return svg.append("</svg>\n").toString();
  }

  private static void panel(
      StringBuilder svg, int top, String title, Map<Peer, Table.Cell> column) {
    text(svg, GAP, top + 18, "#111111", "font-weight=\"bold\"", title);
    var raw = column.get(Peer.RAW);
    int y = top + HEAD;
    for (var peer : Peer.values()) {
      var cell = column.get(peer);
      if (cell != null && raw != null) {
        double ratio = cell.nanos() / raw.nanos();
        long length =
            Math.round(WIDTH * Math.min(1, Math.log(Math.max(1, ratio)) / Math.log(LARGEST))) + 2;
        text(svg, LEFT - 8, y + 12, "#333333", "text-anchor=\"end\"", peer.title());
        svg.append(
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n"
                .formatted(LEFT, y, length, BAR, peer == Peer.SELFHEAL ? "#1a7f37" : "#8c959f"));
        text(
            svg,
            LEFT + length + 6,
            y + 12,
            "#333333",
            "",
            String.format(Locale.ROOT, "× %.2f  (%.1f ns)", ratio, cell.nanos()));
      }
      y += BAR + GAP;
    }
  }

  private static void text(
      StringBuilder svg, long x, long y, String colour, String more, String words) {
    svg.append(
        "<text x=\"%d\" y=\"%d\" fill=\"%s\" %s>%s</text>%n".formatted(x, y, colour, more, words));
  }
}
