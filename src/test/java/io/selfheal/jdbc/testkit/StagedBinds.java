package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Bind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Binds that the physical driver has uploaded to its hidden stage because they are too many for a
 * request [S]: files of comma-separated values, named 1, 2, …, a row for each set of binds. An
 * empty field is NULL, an empty text is {@code ""}.
 */
final class StagedBinds {
  private StagedBinds() {}

  static Map<String, Bind> read(Path directory) {
    var columns = new ArrayList<List<String>>();
    for (var file : files(directory)) {
      for (var row : parse(text(file))) {
        while (columns.size() < row.size()) {
          columns.add(new ArrayList<>());
        }
        for (var i = 0; i < row.size(); i++) {
          columns.get(i).add(row.get(i));
        }
      }
    }
    var binds = new LinkedHashMap<String, Bind>();
    for (var i = 0; i < columns.size(); i++) {
      binds.put(Integer.toString(i + 1), new Bind("TEXT", columns.get(i)));
    }
    return binds;
  }

  private static List<Path> files(Path directory) {
    try (var files = Files.list(directory)) {
      return files.sorted(Comparator.comparingInt(StagedBinds::number)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int number(Path file) {
    return Integer.parseInt(file.getFileName().toString().replaceFirst("\\..*", ""));
  }

  private static String text(Path file) {
    try (var in = open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(Path file) throws IOException {
    var in = Files.newInputStream(file);
    return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
  }

  static List<List<String>> parse(String csv) {
    var rows = new ArrayList<List<String>>();
    var row = new ArrayList<String>();
    var field = new StringBuilder();
    var quoted = false;
    var wasQuoted = false;
    for (var i = 0; i < csv.length(); i++) {
      var c = csv.charAt(i);
      if (quoted && c == '"' && i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
        field.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
        wasQuoted = true;
      } else if (!quoted && (c == ',' || c == '\n')) {
        row.add(field.isEmpty() && !wasQuoted ? null : field.toString());
        field.setLength(0);
        wasQuoted = false;
        if (c == '\n') {
          rows.add(row);
          row = new ArrayList<>();
        }
      } else {
        field.append(c);
      }
    }
    return rows;
  }
}
