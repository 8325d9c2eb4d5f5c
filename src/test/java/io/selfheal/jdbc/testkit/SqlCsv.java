package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Snowflake's CSV file format, both ways. Immutable. */
record SqlCsv(
    String field,
    String record,
    char enclosure,
    char escape,
    int skip,
    List<String> nulls,
    boolean emptyIsNull,
    boolean trim,
    boolean checkCount,
    String compression) {

  static SqlCsv of(SqlOptions options) throws SqlFailure {
    var type = options.text("TYPE", "CSV").toUpperCase(Locale.ROOT);
    if (!type.equals("CSV")) {
      throw SqlErrors.unsupported("file format type " + type);
    }
    for (var key : List.of("PARSE_HEADER", "SKIP_BLANK_LINES")) {
      if (options.flag(key, false)) {
        throw SqlErrors.unsupported("file format option " + key);
      }
    }
    return new SqlCsv(
        none(options.text("FIELD_DELIMITER", ","), ","),
        none(options.text("RECORD_DELIMITER", "\n"), "\n"),
        one(options.text("FIELD_OPTIONALLY_ENCLOSED_BY", "NONE")),
        one(options.text("ESCAPE_UNENCLOSED_FIELD", options.text("ESCAPE", "\\"))),
        Integer.parseInt(options.text("SKIP_HEADER", "0")),
        options.list("NULL_IF", List.of("\\N")),
        options.flag("EMPTY_FIELD_AS_NULL", true),
        options.flag("TRIM_SPACE", false),
        options.flag("ERROR_ON_COLUMN_COUNT_MISMATCH", true),
        options.text("COMPRESSION", "AUTO").toUpperCase(Locale.ROOT));
  }

  private static String none(String text, String otherwise) {
    return text.equalsIgnoreCase("NONE") ? otherwise : text;
  }

  private static char one(String text) {
    return text.isEmpty() || text.equalsIgnoreCase("NONE") ? 0 : text.charAt(0);
  }

  static String text(Path file) {
    try (var in = new BufferedInputStream(Files.newInputStream(file))) {
      in.mark(2);
      boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      return new String(
          zipped ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<List<String>> parse(String text) {
    var rows = new ArrayList<List<String>>();
    var row = new ArrayList<String>();
    var cell = new StringBuilder();
    boolean enclosed = false;
    boolean quoted = false;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (quoted) {
        if (c == enclosure && at + 1 < text.length() && text.charAt(at + 1) == enclosure) {
          cell.append(c);
          at += 2;
        } else {
          quoted = c != enclosure;
          cell.append(quoted ? String.valueOf(c) : "");
          at++;
        }
      } else if (enclosure != 0 && c == enclosure && cell.isEmpty()) {
        quoted = true;
        enclosed = true;
        at++;
      } else if (text.startsWith(field, at)) {
        row.add(cell(cell, enclosed));
        enclosed = false;
        at += field.length();
      } else if (text.startsWith(record, at) || c == '\r' && text.startsWith(record, at + 1)) {
        row.add(cell(cell, enclosed));
        enclosed = false;
        rows.add(row);
        row = new ArrayList<>();
        at += c == '\r' && !text.startsWith(record, at) ? 1 + record.length() : record.length();
      } else if (escape != 0
          && c == escape
          && !enclosed
          && at + 1 < text.length()
          && text.charAt(at + 1) != 'N') {
        cell.append(text.charAt(at + 1));
        at += 2;
      } else {
        cell.append(c);
        at++;
      }
    }
    if (!row.isEmpty() || !cell.isEmpty() || enclosed) {
      row.add(cell(cell, enclosed));
      rows.add(row);
    }
    return rows.subList(Math.min(skip, rows.size()), rows.size());
  }

  private String cell(StringBuilder cell, boolean enclosed) {
    var text = cell.toString();
    cell.setLength(0);
    if (trim && !enclosed) {
      text = text.strip();
    }
    return nulls.contains(text) || text.isEmpty() && emptyIsNull && !enclosed ? null : text;
  }

  String line(List<String> cells) {
    var line = new ArrayList<String>();
    for (var cell : cells) {
      if (cell == null) {
        line.add(nulls.isEmpty() ? "" : nulls.get(0));
      } else if (enclosure != 0) {
        line.add(
            enclosure
                + cell.replace(String.valueOf(enclosure), "" + enclosure + enclosure)
                + enclosure);
      } else {
        line.add(
            escape == 0
                ? cell
                : cell.replace(field, escape + field).replace(record, escape + record));
      }
    }
    return String.join(field, line) + record;
  }
}
