package io.selfheal.jdbc.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A possibly qualified name, case-folded as Snowflake does it: upper case unless quoted [D].
 * Immutable.
 *
 * <p>{@code a..b} means the schema PUBLIC of {@code a} [D]. Under the session parameter
 * QUOTED_IDENTIFIERS_IGNORE_CASE quoted names fold too; that cannot be seen in a text.
 *
 * @param parts one to three parts as a rule, the simple name last; never empty
 */
public record ObjectName(List<String> parts) implements Target {

  private static final String PUBLIC = "PUBLIC";

  public ObjectName {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a name has at least one part");
    }
  }

  /** The last part. */
  public String simple() {
    return parts.get(parts.size() - 1);
  }

  /** The name with the missing parts taken from the context; a null part is left out. */
  public ObjectName qualify(@Nullable String database, @Nullable String schema) {
    if (parts.size() >= 3) {
      return this;
    }
    List<String> full = new ArrayList<>(3);
    if (database != null) {
      full.add(database);
    }
    if (parts.size() == 1 && schema != null) {
      full.add(schema);
    }
    full.addAll(parts);
    return new ObjectName(full);
  }

  /**
   * The name that a text such as {@code db."My Schema".t} stands for, or null where it is no name.
   * This is how a value bound to {@code IDENTIFIER(?)} is to be read.
   */
  public static @Nullable ObjectName parse(String text) {
    int end = text.length();
    int at = skipSpace(text, 0, end);
    while (end > at && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    List<String> parts = new ArrayList<>(3);
    while (true) {
      at = skipSpace(text, at, end);
      int stop = partEnd(text, at, end);
      if (stop < 0) {
        return null;
      }
      if (stop == at) {
        // Only the middle of a..b may be empty.
        if (parts.isEmpty() || at >= end || text.charAt(at) != '.') {
          return null;
        }
        parts.add(PUBLIC);
      } else {
        parts.add(fold(text, at, stop));
      }
      at = skipSpace(text, stop, end);
      if (at == end) {
        return new ObjectName(parts);
      }
      if (text.charAt(at) != '.') {
        return null;
      }
      at++;
    }
  }

  /** The part written between two offsets, folded, quotes taken off. */
  static String fold(String text, int from, int to) {
    if (to - from >= 2 && text.charAt(from) == '"') {
      return text.substring(from + 1, to - 1).replace("\"\"", "\"");
    }
    return text.substring(from, to).toUpperCase(Locale.ROOT);
  }

  // By hand, because on JDK 17 the generated ones leave the class loader in a cache of the JDK's.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ObjectName that && parts.equals(that.parts);
  }

  @Override
  public int hashCode() {
    return parts.hashCode();
  }

  private static int skipSpace(String text, int at, int end) {
    while (at < end && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** Where the part that begins here ends; -1 where a quote is not closed. */
  private static int partEnd(String text, int from, int end) {
    if (from < end && text.charAt(from) == '"') {
      int close = Lexer.quotedEnd(text, from, end);
      return close > end || text.charAt(close - 1) != '"' ? -1 : close;
    }
    int at = from;
    while (at < end && Lexer.isWordPart(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
