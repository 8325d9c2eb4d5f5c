package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.zip.GZIPOutputStream;

/** COPY INTO a stage. Stateless. */
final class SqlUnload {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");
  private static final DateTimeFormatter ZONED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS xx");

  private SqlUnload() {}

  static SqlRows run(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.expect("COPY");
    in.expect("INTO");
    var location = SqlStages.location(run, in);
    in.expect("FROM");
    var to = new SqlTranslator(run, in);
    if (in.accept("(")) {
      to.subquery();
      in.expect(")");
    } else {
      to.emit("SELECT * FROM");
      to.tableFactor();
    }
    var options = SqlOptions.read(in);
    in.accept(";");
    in.expectEnd();
    if (options.values().containsKey("PARTITION")) {
      throw SqlErrors.unsupported("PARTITION BY");
    }
    try {
      var rows = run.query(to.done());
      return write(
          run,
          location,
          rows,
          SqlCsv.of(location.format().with(SqlStages.format(run, options))),
          options);
    } finally {
      run.session.work.endRead();
    }
  }

  private static SqlRows write(
      SqlRun run, SqlStages.Location location, SqlRows rows, SqlCsv format, SqlOptions options)
      throws SqlFailure {
    var text = new StringBuilder();
    if (options.flag("HEADER", false)) {
      text.append(format.line(rows.columns().stream().map(SqlEngine.Column::name).toList()));
    }
    var types = rows.columns().stream().map(SqlType::ofColumn).toList();
    for (var row : rows.rows()) {
      var cells = new ArrayList<String>();
      for (int i = 0; i < types.size(); i++) {
        cells.add(text(types.get(i), row.get(i), run.zone()));
      }
      text.append(format.line(cells));
    }
    boolean single = options.flag("SINGLE", false);
    boolean zip =
        format.compression().equals("GZIP") || format.compression().equals("AUTO") && !single;
    var path = location.path();
    var stem = path.isEmpty() || path.endsWith("/") ? path + "data" : path;
    var file = location.root().resolve(single ? stem : stem + "_0_0_0.csv" + (zip ? ".gz" : ""));
    var plain = text.toString().getBytes(StandardCharsets.UTF_8);
    try {
      if (Files.exists(file) && !options.flag("OVERWRITE", false)) {
        throw new SqlFailure(
            1030,
            "22000",
            "Files already existing at the unload destination: "
                + location.shown(file)
                + ". Use overwrite option to force unloading.");
      }
      Files.createDirectories(file.getParent());
      var bytes = zip ? zipped(plain) : plain;
      Files.write(file, bytes);
      var counts = new LinkedHashMap<String, Long>();
      counts.put("rows_unloaded", (long) rows.rows().size());
      counts.put("input_bytes", (long) plain.length);
      counts.put("output_bytes", (long) bytes.length);
      return SqlResults.counts(counts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] zipped(byte[] plain) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private static String text(SqlType type, String wire, ZoneId zone) {
    var value = SqlValues.fromWire(type, wire);
    if (value == null) {
      return null;
    }
    return switch (type.kind()) {
      case BOOLEAN, DATE -> value.toString();
      case TIME -> DateTimeFormatter.ofPattern("HH:mm:ss").format((java.time.LocalTime) value);
      case TIMESTAMP_NTZ -> TIMESTAMP.format((java.time.LocalDateTime) value);
      case TIMESTAMP_LTZ -> ZONED.format(((OffsetDateTime) value).atZoneSameInstant(zone));
      case TIMESTAMP_TZ -> ZONED.format((OffsetDateTime) value);
      default -> wire;
    };
  }
}
