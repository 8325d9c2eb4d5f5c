package io.selfheal.jdbc.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The columns of {@link CallBenchmark} beside each other: nanoseconds a call, as a ratio to the raw
 * stub of the same run, and bytes beyond its own.
 */
final class Table {

  /** One measurement. */
  record Cell(double nanos, double error, double bytes) {}

  private final Map<String, Map<Peer, Cell>> columns = new LinkedHashMap<>();

  /** The table of what JMH has written. */
  static Table of(Path json) throws IOException {
    var results = new ObjectMapper().readTree(json.toFile());
    var table = new Table();
    for (var column : Column.values()) {
      for (var result : results) {
        if (result.path("benchmark").asText().endsWith("CallBenchmark." + column.method)) {
          var time = result.path("primaryMetric");
          var bytes = result.path("secondaryMetrics").path("gc.alloc.rate.norm");
          table
              .columns
              .computeIfAbsent(column.title, none -> new EnumMap<>(Peer.class))
              .put(
                  Peer.valueOf(result.path("params").path("peer").asText()),
                  new Cell(
                      time.path("score").asDouble(),
                      time.path("scoreError").asDouble(),
                      bytes.path("score").asDouble()));
        }
      }
    }
    return table;
  }

  enum Column {
    ROW("row", "row: next + getInt"),
    BIND("bindExecuteReadClose", "setInt + executeQuery + next + getInt + close"),
    PREPARE("prepareClose", "prepareStatement + close"),
    CREATE("createUpdateClose", "createStatement + executeUpdate + close");

    private final String method;
    private final String title;

    Column(String method, String title) {
      this.method = method;
      this.title = title;
    }
  }

  Map<String, Map<Peer, Cell>> columns() {
    return columns;
  }

  String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add("| | " + String.join(" | ", columns.keySet()) + " |");
    lines.add("|---".repeat(columns.size() + 1) + "|");
    for (var peer : Peer.values()) {
      var line = new StringBuilder("| " + peer.title());
      for (var column : columns.values()) {
        line.append(" | ").append(cell(column.get(peer), column.get(Peer.RAW)));
      }
      lines.add(line + " |");
    }
    return String.join("\n", lines);
  }

  private static String cell(Cell cell, Cell raw) {
    if (cell == null || raw == null) {
      return "–";
    }
    return String.format(
        Locale.ROOT,
        "%.1f ns (× %.2f), %+.0f B",
        cell.nanos(),
        cell.nanos() / raw.nanos(),
        cell.bytes() - raw.bytes());
  }
}
