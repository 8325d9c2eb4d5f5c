package io.selfheal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No text whatever may make the classifier fail, or take more than linear time. */
class FuzzTest {

  private static final String[] SEEDS = {
    "SELECT a, b FROM t JOIN u ON t.id = u.id WHERE x = ? /* c */ -- d\n;",
    "INSERT INTO identifier(?) (a) SELECT $1, $v, 'x''\\'' FROM @s/p (file_format => 'f')",
    "CREATE OR REPLACE TEMP TABLE IF NOT EXISTS a.\"b\".c AS SELECT $$ body $$",
    "ALTER SESSION SET a = 'b', c = (1, 2) AUTOCOMMIT = false",
    "WITH a AS (SELECT 1), b (c) AS (SELECT 2) SELECT * FROM TABLE(x.y(1)) ->> SELECT 1",
    "PUT file:///tmp/* @%t/x auto_compress=false",
    "CREATE TASK t AS BEGIN CASE WHEN a THEN b; END; IF (x) THEN y; END IF; END;",
    "USE SCHEMA a..b; SET (a, b) = (1, 2); ALTER TABLE a RENAME TO b",
    "MERGE INTO IDENTIFIER('a.b') USING (SELECT 1) ON 1=1 WHEN MATCHED THEN DELETE",
    "COPY INTO t FROM '@\"s\"/p' PURGE = TRUE",
    "WITH RECURSIVE r (a) AS (SELECT 1 UNION ALL SELECT f(a) FROM r, (VALUES (1), (2)) AS v (b))"
        + " SELECT EXTRACT(day FROM d) FROM r JOIN IDENTIFIER(?) USING (a) LIMIT 5",
    "DELETE FROM t USING u, LATERAL FLATTEN(input => x) WHERE a IS DISTINCT FROM TRIM('x' FROM b)",
  };

  private static final String[] PIECES = {
    "'",
    "\"",
    "$$",
    "$",
    "(",
    ")",
    ";",
    "--",
    "//",
    "/*",
    "*/",
    "->>",
    "@",
    ".",
    "?",
    "\\",
    "\n",
    "\r",
    " ",
    ":",
    "://",
    "!",
    "{",
    "}",
    "=",
    ",",
    "IDENTIFIER(",
    "TABLE(",
    "FROM ",
    "AS ",
    "TEMP ",
    "BEGIN ",
    "END ",
    "SYSTEM$",
    "\0",
    "\uD800",
    "\uFEFF",
    "é",
    "%",
    "~",
    "file://",
  };

  @Test
  void shouldSurviveMutatedStatements() {
    SplittableRandom random = new SplittableRandom(20240229);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder(SEEDS[random.nextInt(SEEDS.length)]);
      for (int change = random.nextInt(6); change >= 0; change--) {
        mutate(text, random);
      }
      check(text.toString());
    }
  }

  private static void mutate(StringBuilder text, SplittableRandom random) {
    int at = random.nextInt(text.length() + 1);
    switch (random.nextInt(4)) {
      case 0 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(8)));
      case 1 -> text.setLength(at);
      case 2 -> text.insert(at, SEEDS[random.nextInt(SEEDS.length)]);
      default -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
    }
  }

  @Test
  void shouldSurviveRandomBytes() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      check(new String(bytes, StandardCharsets.ISO_8859_1));
      check("SELECT " + new String(bytes, StandardCharsets.UTF_8));
    }
  }

  @Test
  void shouldSurviveRandomPieces() {
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int piece = random.nextInt(12); piece >= 0; piece--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      check(text.toString());
    }
  }

  /** A statement appended to any text that reads must be seen, or hidden by something unclosed. */
  @Test
  void shouldNeverLetAnAppendedWriteHideInAQuery() {
    SplittableRandom random = new SplittableRandom(99);
    int queries = 0;
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder(SEEDS[0]);
      mutate(text, random);
      mutate(text, random);
      if (Shape.of(text.toString()).kind() == Kind.QUERY) {
        queries++;
        assertThat(Shape.of(text + "\n; DELETE FROM t").kind())
            .as(text.toString())
            .isEqualTo(Kind.OPAQUE);
      }
    }
    assertThat(queries).isGreaterThan(10_000);
  }

  private static void check(String text) {
    assertThatCode(
            () -> {
              Shape shape = Shape.of(text);
              shape.mentions("T");
              assertThat(Shape.statements(text)).isNotEmpty();
              shape.has(Trait.UNDETERMINED);
              if (LastQueryIds.asked(text) != null) {
                LastQueryIds.replace(text, argument -> "id");
              }
              LocalPath.of(shape, text);
              List<Target> named = new ArrayList<>(shape.writes());
              named.addAll(shape.reads());
              named.addAll(shape.formats());
              for (Target target : named) {
                if (target instanceof Target.Bound bound) {
                  assertThat(bound.index()).isBetween(1, shape.binds());
                }
              }
              Detail.Transfer transfer = shape.transfer();
              if (transfer != null && transfer.localFrom() >= 0) {
                text.substring(transfer.localFrom(), transfer.localTo());
              }
            })
        .as(text)
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "WITH a (",
        "WITH a AS (",
        "WITH a (b) AS (SELECT 1), ",
        "FROM (",
        "FROM a, ",
        "FROM IDENTIFIER(",
        "FILE_FORMAT = IDENTIFIER(",
        "VALUES (1), ",
        ") a (b",
        "CREATE PROCEDURE p AS BEGIN ; ",
        ")",
        "'",
        "''",
        "'a',",
        "\"",
        "\"\"",
        "\"a\".",
        "$$",
        "$",
        "a$",
        "--\n",
        "--\r\n",
        "//",
        "/*",
        "/* */",
        "/**/ -- selfheal:\n",
        "->>",
        "->> SELECT 1 ",
        ";",
        "; SELECT 1 ",
        "@",
        "@\"",
        "@a/",
        "a.",
        "a,",
        ".",
        "?",
        "\\",
        "FROM ",
        "FROM a.",
        "TABLE(",
        "TABLE(a.",
        "IDENTIFIER(",
        "IDENTIFIER(?),",
        "INTO a ",
        "INTO IDENTIFIER(?) ",
        "CASE ",
        "BEGIN ",
        "END ",
        "BEGIN; ",
        "AS BEGIN ",
        "WITH ",
        "a AS (",
        "a AS (b), ",
        "EXPLAIN ",
        "a = b ",
        "SET a = (",
        "file://",
        "a://",
        "OR ALTER TEMP ",
        "MATERIALIZED ",
        "SYSTEM$X(",
        "x!",
        "é",
        "\u00A0",
        "'@a/",
        "1",
      })
  void shouldTakeLinearTimeForLongTexts(String piece) {
    for (String lead :
        new String[] {
          "SELECT ",
          "INSERT ALL ",
          "CREATE ",
          "CREATE TASK t AS BEGIN ",
          "WITH ",
          "ALTER SESSION SET ",
          "EXPLAIN ",
          "USE ",
          "SET (",
          "COPY INTO ",
          "DROP TABLE ",
          "PUT "
        }) {
      assertQuick(lead + piece.repeat(200_000 / piece.length()));
    }
    assertQuick(piece.repeat(1_000_000 / piece.length()));
  }

  /** Linear time is some 10 ms even for the longest; quadratic time would be a minute and more. */
  private static void assertQuick(String text) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          Shape shape = Shape.of(text);
          shape.mentions("A");
          shape.reads();
          LastQueryIds.asked(text);
        });
  }

  @Test
  void shouldNotLookAtTextsThatNoServerTakes() {
    Shape shape = Shape.of("SELECT 1" + " ".repeat(Classifier.LONGEST));
    assertThat(shape.kind()).isEqualTo(Kind.OPAQUE);
    assertThat(shape.mentions("ANYTHING")).isTrue();
  }
}
