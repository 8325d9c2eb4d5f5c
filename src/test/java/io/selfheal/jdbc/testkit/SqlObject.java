package io.selfheal.jdbc.testkit;

import java.util.List;

/** What lives in a schema. Immutable: a change puts a new one in its place. */
sealed interface SqlObject {
  /** The name spaces: tables and views share one. */
  enum Space {
    RELATION("Table"),
    STAGE("Stage"),
    FORMAT("File format"),
    SEQUENCE("Sequence"),
    PROCEDURE("Procedure"),
    FUNCTION("Function");

    final String word;

    Space(String word) {
      this.word = word;
    }
  }

  record Key(String database, String schema, Space space, String name) {
    Key named(String other) {
      return new Key(database, schema, space, other);
    }

    @Override
    public String toString() {
      return database + "." + schema + "." + name;
    }
  }

  Key key();

  /** Belongs to one session, which alone sees it, before any permanent object of that name. */
  boolean temporary();

  /**
   * Nanoseconds since 1970 by the engine's clock; with tables also what tells two of the same name
   * apart.
   */
  long created();

  record TableColumn(
      String name,
      SqlType type,
      boolean nullable,
      String defaultText,
      boolean autoIncrement,
      String comment) {}

  record ForeignKey(String name, List<String> columns, Key target, List<String> targetColumns) {}

  /**
   * The H2 table behind it is named by {@code id} alone, so that renames, swaps, shadows and
   * replacements only touch the catalog.
   */
  record Table(
      Key key,
      boolean temporary,
      long created,
      long id,
      List<TableColumn> columns,
      List<String> primaryKey,
      List<ForeignKey> foreignKeys,
      String comment)
      implements SqlObject {
    String h2() {
      return "\"T#" + id + "\"";
    }

    Table renamed(Key other) {
      return new Table(other, temporary, created, id, columns, primaryKey, foreignKeys, comment);
    }

    Table with(List<TableColumn> changed) {
      return new Table(key, temporary, created, id, changed, primaryKey, foreignKeys, comment);
    }

    TableColumn column(String name) {
      return columns.stream().filter(c -> c.name().equals(name)).findFirst().orElse(null);
    }
  }

  /**
   * Kept as text and put in place of its name, so that it may come before its tables and outlive
   * them, as in Snowflake.
   */
  record View(Key key, boolean temporary, long created, List<String> columnNames, String query)
      implements SqlObject {}

  record Stage(Key key, boolean temporary, long created, String directory, SqlOptions format)
      implements SqlObject {}

  record Format(Key key, boolean temporary, long created, SqlOptions options)
      implements SqlObject {}

  record Sequence(Key key, boolean temporary, long created, long id) implements SqlObject {
    String h2() {
      return "\"S#" + id + "\"";
    }
  }

  record Procedure(
      Key key,
      boolean temporary,
      long created,
      List<String> parameters,
      List<String> types,
      String returns,
      String body)
      implements SqlObject {}

  record Function(
      Key key,
      boolean temporary,
      long created,
      List<String> parameters,
      List<SqlType> types,
      SqlType returns,
      String body)
      implements SqlObject {}
}
