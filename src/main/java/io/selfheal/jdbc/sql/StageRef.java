package io.selfheal.jdbc.sql;

import org.jspecify.annotations.Nullable;

/**
 * A place for files as a text names it: {@code @db.s.stage/path}, {@code @%table}, {@code @~} or a
 * cloud location. Immutable.
 *
 * @param type what kind of place it is
 * @param name the stage, or the table of a table stage; null for the other kinds
 * @param path what follows the name, without the leading slash; the whole text where there is no
 *     name
 */
public record StageRef(Type type, @Nullable ObjectName name, String path) {

  /** The kinds of places. */
  public enum Type {
    /** A stage object, which may be a temporary one. */
    NAMED,
    /** The stage that belongs to a table; the one of a temp table dies with it [D]. */
    TABLE,
    /** The user's own stage. */
    USER,
    /** A cloud location, or anything that is no stage of the account. */
    EXTERNAL
  }

  /** Reads {@code @…}, or a location without the {@code @}. Never fails. */
  static StageRef parse(String text) {
    if (text.isEmpty() || text.charAt(0) != '@') {
      return new StageRef(Type.EXTERNAL, null, text);
    }
    int slash = nameEnd(text);
    String name = text.substring(1, slash);
    String path = slash < text.length() ? text.substring(slash + 1) : "";
    if (name.startsWith("~")) {
      return new StageRef(Type.USER, null, path);
    }
    int percent = percent(name);
    boolean ofTable = percent == 0 || percent > 0 && name.charAt(percent - 1) == '.';
    ObjectName parsed =
        ObjectName.parse(ofTable ? name.substring(0, percent) + name.substring(percent + 1) : name);
    if (parsed == null) {
      return new StageRef(Type.EXTERNAL, null, text);
    }
    return new StageRef(ofTable ? Type.TABLE : Type.NAMED, parsed, path);
  }

  /** Where the first percent sign outside of quotes is; -1 if there is none. */
  private static int percent(String name) {
    int at = 0;
    while (at < name.length() && name.charAt(at) != '%') {
      at = name.charAt(at) == '"' ? Lexer.quotedEnd(name, at, name.length()) : at + 1;
    }
    return at < name.length() ? at : -1;
  }

  private static int nameEnd(String text) {
    int at = 1;
    while (at < text.length() && text.charAt(at) != '/') {
      at = text.charAt(at) == '"' ? Lexer.quotedEnd(text, at, text.length()) : at + 1;
    }
    return Math.min(at, text.length());
  }
}
