package io.selfheal.jdbc.snowflake;

/** Names and texts as Snowflake spells them. Stateless. */
public final class Identifiers {

  private Identifiers() {}

  /** The name in double quotes, which means exactly this name [D]. */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** The full name of parts, each quoted. */
  public static String quote(java.util.List<String> parts) {
    return parts.stream().map(Identifiers::quote).collect(java.util.stream.Collectors.joining("."));
  }

  /** The text as a string literal, in which a backslash escapes as well [D]. */
  public static String text(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
