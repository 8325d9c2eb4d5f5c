package io.selfheal.jdbc.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a session holds when it dies, and the call that meets it dead. */
enum HealKind {
  SELECT("a SELECT", List.of(), "", List.of(), "SELECT COUNT(*) FROM ledger", "2"),
  /** In another schema there is another table of that name. */
  CONTEXT(
      "3 context settings",
      List.of(
          "USE SCHEMA sales", "ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'", "SET region = 'north'"),
      "SALES",
      List.of("ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'", "SET region = 'north'"),
      "SELECT COUNT(*) FROM ledger",
      "1"),
  /** Behind the temporary table there is a permanent one of that name. */
  TEMP(
      "a temp table and 10 writes",
      tempTable(),
      "",
      tempTable(),
      "SELECT COUNT(*) FROM staging",
      "10");

  /** What all of it works on. */
  static final List<String> TABLES =
      List.of(
          "CREATE TABLE ledger AS SELECT 1 AS id UNION ALL SELECT 2",
          "CREATE TABLE staging AS SELECT 99 AS id, 'permanent' AS name",
          "CREATE SCHEMA sales",
          "CREATE TABLE sales.ledger AS SELECT 1 AS id");

  final String title;
  private final List<String> work;

  /** The schema that a login by hand names, empty for the usual one. */
  final String schema;

  private final List<String> byHand;
  private final String call;
  final String answer;

  HealKind(
      String title,
      List<String> work,
      String schema,
      List<String> byHand,
      String call,
      String answer) {
    this.title = title;
    this.work = work;
    this.schema = schema;
    this.byHand = byHand;
    this.call = call;
    this.answer = answer;
  }

  private static List<String> tempTable() {
    return Stream.concat(
            Stream.of("CREATE OR REPLACE TEMPORARY TABLE staging (id INT, name VARCHAR)"),
            IntStream.range(0, 10).mapToObj(i -> "INSERT INTO staging VALUES (" + i + ", 'a row')"))
        .toList();
  }

  /** What the application does to the session before. */
  void work(Connection connection) throws SQLException {
    run(connection, work);
  }

  /** What it would have to send to a fresh login, beyond naming the schema there. */
  void byHand(Connection connection) throws SQLException {
    run(connection, byHand);
  }

  String call(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(call)) {
      rows.next();
      return rows.getString(1);
    }
  }

  static void run(Connection connection, List<String> texts) throws SQLException {
    try (var statement = connection.createStatement()) {
      for (var text : texts) {
        statement.execute(text);
      }
    }
  }
}
