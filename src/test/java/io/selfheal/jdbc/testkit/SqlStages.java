package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlDdl.Modifiers;
import io.selfheal.jdbc.testkit.SqlEngine.Answer;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlEngine.Transfer;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Stages as folders: named ones, a table's and a user's own; PUT, GET, LIST and REMOVE. Stateless.
 */
final class SqlStages {

  /**
   * A place in a stage: {@code root} is the stage's folder, {@code path} what follows its name,
   * without a leading slash.
   */
  record Location(String stage, Path root, String path, SqlOptions format) {

    /** The staged files whose path starts with this location's. */
    List<Path> files() {
      if (!Files.isDirectory(root)) {
        return List.of();
      }
      try (var paths = Files.walk(root)) {
        return paths
            .filter(Files::isRegularFile)
            .filter(file -> name(file).startsWith(path))
            .sorted()
            .toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String name(Path file) {
      return root.relativize(file).toString().replace('\\', '/');
    }

    /** As LIST and COPY name the file: with the stage's name for a named stage. */
    String shown(Path file) {
      return stage.isEmpty() ? name(file) : stage.toLowerCase(Locale.ROOT) + "/" + name(file);
    }
  }

  private SqlStages() {}

  static Path tableStage(H2SqlEngine engine, SqlObject.Table table) {
    return engine.directory.resolve("table-" + table.id());
  }

  static void delete(Path folder) {
    for (int left = 10; Files.exists(folder); left--) {
      try (var paths = Files.walk(folder)) {
        for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      } catch (IOException | UncheckedIOException e) {
        // The client may be copying files into it, for its session has only just been lost.
        if (left == 0) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  static SqlRows create(SqlRun run, Modifiers modifiers) throws SqlFailure {
    var in = run.in;
    boolean ifNotExists = in.ifNotExists();
    var key = run.session.names.key(Space.STAGE, in.name());
    var options = SqlOptions.read(in);
    in.accept(";");
    in.expectEnd();
    if (options.values().containsKey("URL")) {
      throw SqlErrors.unsupported("external stage");
    }
    if (SqlDdl.inTheWay(run, key, modifiers, ifNotExists)) {
      return SqlDdl.already(key);
    }
    var old =
        modifiers.temporary()
            ? run.session.names.temporary.get(key)
            : run.session.engine.catalog.get(key);
    if (old != null) {
      SqlDdl.discard(run, old);
    }
    var folder = run.session.engine.directory.resolve("stage-" + run.session.engine.catalog.tick());
    SqlDdl.put(
        run,
        new SqlObject.Stage(
            key, modifiers.temporary(), run.start, folder.toString(), format(run, options)));
    return SqlResults.status("Stage area " + key.name() + " successfully created.");
  }

  static SqlRows createFormat(SqlRun run, Modifiers modifiers) throws SqlFailure {
    var in = run.in;
    boolean ifNotExists = in.ifNotExists();
    var key = run.session.names.key(Space.FORMAT, in.name());
    var options = SqlOptions.read(in);
    in.accept(";");
    in.expectEnd();
    if (SqlDdl.inTheWay(run, key, modifiers, ifNotExists)) {
      return SqlDdl.already(key);
    }
    SqlDdl.put(run, new SqlObject.Format(key, modifiers.temporary(), run.start, options));
    return SqlResults.status("File format " + key.name() + " successfully created.");
  }

  /** The options of FILE_FORMAT = ( … ), of the format it names, or of a format named alone. */
  static SqlOptions format(SqlRun run, SqlOptions options) throws SqlFailure {
    var inline = options.options("FILE_FORMAT");
    var name = options.text("FILE_FORMAT", inline.text("FORMAT_NAME", null));
    if (name == null) {
      return inline;
    }
    var parts = new SqlCursor(name, run).name();
    if (!(run.session.names.find(Space.FORMAT, parts, null, null)
        instanceof SqlObject.Format format)) {
      throw SqlErrors.missing("File format", name);
    }
    return format.options().with(inline);
  }

  /** Reads {@code @stage/path}, also in quotes. */
  static Location location(SqlRun run, SqlCursor in) throws SqlFailure {
    var token = in.next();
    if (token.kind() != SqlToken.Kind.LOCATION && token.kind() != SqlToken.Kind.STRING
        || !token.value().startsWith("@")) {
      throw SqlErrors.unexpected(token);
    }
    var text = token.value().substring(1);
    int slash = slash(text);
    var name = slash < 0 ? text : text.substring(0, slash);
    var path = slash < 0 ? "" : text.substring(slash + 1).replaceFirst("^/+", "").replace("\"", "");
    var engine = run.session.engine;
    if (name.equals("~")) {
      return new Location(
          "", engine.directory.resolve("user-" + run.session.user), path, SqlOptions.none());
    }
    int percent = name.indexOf('%');
    if (percent >= 0) {
      var table =
          run.session.names.table(
              new SqlCursor(name.substring(0, percent) + name.substring(percent + 1), run).name());
      return new Location("", tableStage(engine, table), path, SqlOptions.none());
    }
    var key = run.session.names.key(Space.STAGE, new SqlCursor(name, run).name());
    if (!(run.session.names.find(key) instanceof SqlObject.Stage stage)) {
      throw SqlErrors.missing("Stage", key.toString());
    }
    return new Location(key.name(), Path.of(stage.directory()), path, stage.format());
  }

  private static int slash(String text) {
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      quoted ^= text.charAt(i) == '"';
      if (!quoted && text.charAt(i) == '/') {
        return i;
      }
    }
    return -1;
  }

  static Answer transfer(SqlRun run, SqlKind kind) throws SqlFailure {
    var in = run.in;
    boolean upload = in.next().is("PUT");
    var local = upload ? file(in) : null;
    var location = location(run, in);
    local = upload ? local : file(in);
    var options = SqlOptions.read(in);
    in.accept(";");
    in.expectEnd();
    int parallel = Integer.parseInt(options.text("PARALLEL", upload ? "4" : "10"));
    var folder = location.root.resolve(location.path);
    Transfer transfer;
    try {
      Files.createDirectories(upload ? folder : location.root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (upload) {
      transfer =
          new Transfer(
              true,
              List.of(local),
              folder.toString(),
              null,
              parallel,
              options.flag("AUTO_COMPRESS", true),
              options.flag("OVERWRITE", false),
              options.text("SOURCE_COMPRESSION", "auto_detect").toLowerCase(Locale.ROOT));
    } else {
      var names =
          matching(location.files(), location, options.text("PATTERN", null)).stream()
              .map(location::name)
              .toList();
      transfer =
          new Transfer(
              false, names, location.root.toString(), local, parallel, false, false, "none");
    }
    return new Answer(run.queryId, kind.typeId(), List.of(), List.of(), 0, List.of(), transfer);
  }

  /**
   * {@code file:///path}, quoted or not; the physical driver compares it with what it reads from
   * the text itself. [S]
   */
  private static String file(SqlCursor in) throws SqlFailure {
    var token = in.next();
    if (token.kind() != SqlToken.Kind.LOCATION && token.kind() != SqlToken.Kind.STRING
        || !token.value().toLowerCase(Locale.ROOT).startsWith("file://")) {
      throw SqlErrors.unexpected(token);
    }
    return token.value().substring("file://".length());
  }

  /** PATTERN is a regular expression over the whole path below the stage. [D] */
  static List<Path> matching(List<Path> files, Location location, String pattern) {
    if (pattern == null) {
      return files;
    }
    var compiled = Pattern.compile(pattern);
    return files.stream().filter(file -> compiled.matcher(location.name(file)).matches()).toList();
  }

  static SqlRows list(SqlRun run) throws SqlFailure {
    run.in.next();
    var location = location(run, run.in);
    var rows = new ArrayList<List<String>>();
    try {
      for (var file :
          matching(location.files(), location, SqlOptions.read(run.in).text("PATTERN", null))) {
        var modified = Files.getLastModifiedTime(file).toInstant().atZone(ZoneOffset.UTC);
        var time =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                .format(modified);
        rows.add(List.of(location.shown(file), Long.toString(Files.size(file)), md5(file), time));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run.in.accept(";");
    run.in.expectEnd();
    return new SqlRows(
        List.of(
            SqlType.TEXT.column("name", true),
            SqlType.INTEGER.column("size", true),
            SqlType.TEXT.column("md5", true),
            SqlType.TEXT.column("last_modified", true)),
        rows);
  }

  /** The stage's files, each as path and checksum. */
  static List<String> content(SqlObject.Stage stage) {
    var root = new Location("", Path.of(stage.directory()), "", stage.format());
    var files = new ArrayList<String>();
    try {
      for (var file : root.files()) {
        files.add(root.name(file) + " " + md5(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  static String md5(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static SqlRows remove(SqlRun run) throws SqlFailure {
    run.in.next();
    var location = location(run, run.in);
    var files = matching(location.files(), location, SqlOptions.read(run.in).text("PATTERN", null));
    run.in.accept(";");
    run.in.expectEnd();
    var rows = new ArrayList<List<String>>();
    try {
      for (var file : files) {
        Files.delete(file);
        rows.add(List.of(location.shown(file), "removed"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SqlRows(
        List.of(SqlType.TEXT.column("name", true), SqlType.TEXT.column("result", true)), rows);
  }
}
