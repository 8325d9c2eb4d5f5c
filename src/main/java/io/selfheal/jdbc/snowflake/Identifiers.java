package io.selfheal.jdbc.snowflake;

/** Names as Snowflake spells them. */
public final class Identifiers {

  private Identifiers() {}

  /** The name in double quotes, which means exactly this name [D]. */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
