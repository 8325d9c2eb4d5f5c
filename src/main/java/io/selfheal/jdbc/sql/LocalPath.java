package io.selfheal.jdbc.sql;

import org.jspecify.annotations.Nullable;

/** The local side of a PUT as the physical driver reads it [S]. Stateless. */
public final class LocalPath {

  private static final String SCHEME = "file://";

  private LocalPath() {}

  /** The local path of that PUT; null where the text does not tell it, as with a bound path. */
  public static @Nullable String of(Shape shape, String sql) {
    Detail.Transfer transfer = shape.transfer();
    String local = transfer == null ? null : transfer.local();
    if (transfer == null || local == null) {
      return null;
    }
    boolean quoted = sql.charAt(transfer.localFrom()) == '\'';
    return quoted ? local.replace("\\\\", "\\") : local;
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
}
