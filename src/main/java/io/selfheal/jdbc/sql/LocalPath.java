package io.selfheal.jdbc.sql;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The local side of a PUT, read as the physical driver reads it [S]: {@code ~} at the beginning is
 * the user's home, a relative path begins at the working directory, {@code *} and {@code ?} in the
 * last part match names, and nothing else does. Immutable.
 */
public final class LocalPath {

  private static final String SCHEME = "file://";

  private final Path directory;
  private final String pattern;

  private LocalPath(Path directory, String pattern) {
    this.directory = directory;
    this.pattern = pattern;
  }

  /** The local path of that PUT; null where the text does not tell it, as with a bound path. */
  public static @Nullable LocalPath of(Shape shape, String sql) {
    Detail.Transfer transfer = shape.transfer();
    String local = transfer == null ? null : transfer.local();
    if (transfer == null || local == null) {
      return null;
    }
    boolean quoted = sql.charAt(transfer.localFrom()) == '\'';
    try {
      return read(quoted ? local.replace("\\\\", "\\") : local);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static @Nullable LocalPath read(String written) {
    String path =
        written.startsWith("~") ? System.getProperty("user.home") + written.substring(1) : written;
    if (!new File(path).isAbsolute()) {
      path = System.getProperty("user.dir") + File.separator + path;
    }
    int separator = path.lastIndexOf(File.separatorChar);
    if (separator < 0) {
      separator = path.lastIndexOf('/');
    }
    String name = path.substring(separator + 1);
    return name.isEmpty() ? null : new LocalPath(Path.of(path.substring(0, separator + 1)), name);
  }

  /**
   * The PUT with another local path. The names of the staged files come from the last part of the
   * local path, so that it has to stay what it was.
   *
   * @param path an absolute path without {@code file://}, which may end in wildcards
   * @throws IllegalArgumentException if the text has no path written out, or the new one has a
   *     quote in it: the physical driver ends the path at the first quote, escaped or not [S]
   */
  public static String replace(Shape shape, String sql, String path) {
    Detail.Transfer transfer = shape.transfer();
    if (transfer == null || transfer.localFrom() < 0 || transfer.local() == null) {
      throw new IllegalArgumentException("not a PUT with its local path written out");
    }
    if (path.indexOf('\'') >= 0) {
      throw new IllegalArgumentException("snowflake-jdbc cannot put a path with a quote in it");
    }
    return sql.substring(0, transfer.localFrom())
        + "'"
        + SCHEME
        + path.replace("\\", "\\\\")
        + "'"
        + sql.substring(transfer.localTo());
  }

  /** Where the files lie; wildcards in it stand for themselves. */
  public Path directory() {
    return directory;
  }

  /** The last part: a file name, or a pattern for file names. */
  public String pattern() {
    return pattern;
  }

  /** Whether the last part may match more than one file. */
  public boolean hasWildcards() {
    return pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0;
  }

  /** Whether the last part matches that file name. In time linear to one times the other. */
  public boolean matches(String fileName) {
    int name = 0;
    int mark = 0;
    int star = -1;
    int at = 0;
    while (name < fileName.length()) {
      char wanted = at < pattern.length() ? pattern.charAt(at) : 0;
      if (wanted == '*') {
        star = at++;
        mark = name;
      } else if (at < pattern.length() && (wanted == '?' || wanted == fileName.charAt(name))) {
        at++;
        name++;
      } else if (star >= 0) {
        at = star + 1;
        name = ++mark;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }

  /** Nothing of the path, which may tell of its owner. */
  @Override
  public String toString() {
    return "LocalPath";
  }
}
