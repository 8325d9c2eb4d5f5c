package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlH2Text.Param;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The token-by-token half of {@link SqlTranslator}: literals, names, binds, casts and functions.
 * Confined to one thread.
 */
final class SqlExpressions {
  /** Functions that Snowflake allows without parentheses. */
  private static final Set<String> CONSTANTS =
      Set.of(
          "CURRENT_TIMESTAMP",
          "CURRENT_DATE",
          "CURRENT_TIME",
          "LOCALTIMESTAMP",
          "LOCALTIME",
          "CURRENT_USER",
          "CURRENT_DATABASE",
          "CURRENT_SCHEMA");

  /** Plain names to Snowflake that mean something to H2. */
  private static final Set<String> H2_WORDS =
      Set.of(
          "USER",
          "ROWNUM",
          "_ROWID_",
          "SESSION_USER",
          "SYSTEM_USER",
          "CURRENT_CATALOG",
          "CURRENT_PATH");

  /** Functions that H2 has too, with another result. */
  private static final Set<String> DIFFERENT =
      Set.of(
          "OBJECT_CONSTRUCT",
          "ARRAY_CONSTRUCT",
          "TRY_CAST",
          "TRY_TO_NUMBER",
          "HASH",
          "DIV0",
          "TRY_PARSE_JSON",
          "DAYOFWEEK",
          "DAY_OF_WEEK",
          "DAYNAME",
          "MONTHNAME",
          "WEEK",
          "ARRAY_AGG",
          "OBJECT_AGG",
          "SOUNDEX",
          "FORMATDATETIME",
          "PARSEDATETIME",
          "CSVREAD",
          "CSVWRITE",
          "FILE_READ",
          "FILE_WRITE",
          "LINK_SCHEMA",
          "MEMORY_USED",
          "DATABASE_PATH",
          "REGEXP_SUBSTR",
          "REGEXP_REPLACE");

  /** Functions with another name in H2, the arguments being the same. */
  private static final Map<String, String> RENAMED =
      Map.of(
          "IFF",
          "CASEWHEN",
          "NVL",
          "COALESCE",
          "IFNULL",
          "COALESCE",
          "LEN",
          "CHAR_LENGTH",
          "BITAND_AGG",
          "BIT_AND_AGG",
          "CHARINDEX",
          "LOCATE",
          "PARSE_JSON",
          "",
          "TO_VARIANT",
          "");

  private static final Map<String, String> CASTS =
      Map.ofEntries(
          Map.entry("TO_VARCHAR", "VARCHAR"),
          Map.entry("TO_CHAR", "VARCHAR"),
          Map.entry("TO_NUMBER", "NUMERIC(38, 0)"),
          Map.entry("TO_DECIMAL", "NUMERIC(38, 0)"),
          Map.entry("TO_NUMERIC", "NUMERIC(38, 0)"),
          Map.entry("TO_DATE", "DATE"),
          Map.entry("TO_TIME", "TIME(9)"),
          Map.entry("TO_TIMESTAMP", "TIMESTAMP(9)"),
          Map.entry("TO_TIMESTAMP_NTZ", "TIMESTAMP(9)"),
          Map.entry("TO_TIMESTAMP_LTZ", "TIMESTAMP(9) WITH TIME ZONE"),
          Map.entry("TO_TIMESTAMP_TZ", "TIMESTAMP(9) WITH TIME ZONE"),
          Map.entry("TO_BOOLEAN", "BOOLEAN"),
          Map.entry("TO_DOUBLE", "DOUBLE PRECISION"));

  private final SqlRun run;
  private final SqlTranslator to;

  SqlExpressions(SqlRun run, SqlTranslator to) {
    this.run = run;
    this.to = to;
  }

  static boolean isConstant(String word) {
    return CONSTANTS.contains(word);
  }

  /**
   * Translates what starts at the cursor: a token, a dotted name, or a function of its own
   * treatment.
   */
  void one() throws SqlFailure {
    var in = to.in;
    var token = in.next();
    switch (token.kind()) {
      case WORD, QUOTED -> {
        if (token.is("IDENTIFIER") && in.isNext("(")) {
          in.at--;
          to.emit(String.join(".", in.name().stream().map(SqlTranslator::quote).toList()));
        } else if (!in.isNext(".") && !in.isNext("(") && to.argument(token.value())) {
          return;
        } else if (in.isNext(".") && in.peek(1).kind() == SqlToken.Kind.VARIABLE) {
          in.at++;
          one();
        } else if (in.isNext(".") && (in.peek(1).isName() || in.peek(1).is("*"))) {
          in.at--;
          chain();
        } else if (token.kind() == SqlToken.Kind.QUOTED) {
          to.emit(SqlTranslator.quote(token.value()));
        } else if (in.isNext("(")) {
          function(token);
        } else if (run.definition && isConstant(token.value())) {
          to.emit(clock(token.value()));
        } else if (isConstant(token.value())) {
          to.param(SqlFunctions.constant(run, token.value(), List.of()));
        } else {
          word(token);
        }
      }
      case STRING -> {
        var target = run.targets.get(token.start());
        if (target == null) {
          to.emit("'" + token.value().replace("'", "''") + "'");
        } else {
          to.param(new Param(0, target, SqlValues.fromText(target, token.value(), run.zone())));
        }
      }
      case NUMBER -> to.emit(token.value());
      case BIND -> to.param(run.bind(token));
      case VARIABLE -> {
        // $1 is a column of a staged file or of VALUES.
        if (Character.isDigit(token.value().charAt(0))) {
          boolean file = in.tokens.stream().anyMatch(SqlSources::isStage);
          to.emit(SqlTranslator.quote((file ? "$" : "COLUMN") + token.value()));
        } else {
          to.param(run.variable(token));
        }
      }
      case SYMBOL -> symbol(token);
      case LOCATION, END -> throw SqlErrors.unexpected(token);
    }
  }

  /** In a column's default, the time is that of the insert. */
  private static String clock(String name) throws SqlFailure {
    return switch (name) {
      case "CURRENT_TIMESTAMP", "GETDATE", "SYSTIMESTAMP", "LOCALTIMESTAMP" ->
          "CURRENT_TIMESTAMP(9)";
      case "CURRENT_DATE" -> "CURRENT_DATE";
      default -> throw SqlErrors.unsupported(name + " as a default");
    };
  }

  private void word(SqlToken token) {
    switch (token.value()) {
      case "RLIKE" -> to.emit("REGEXP");
      case "EXCLUDE" -> to.emit("EXCEPT");
      default ->
          to.emit(
              H2_WORDS.contains(token.value()) || token.value().indexOf('$') >= 0
                  ? SqlTranslator.quote(token.value())
                  : token.value());
    }
  }

  private void symbol(SqlToken token) throws SqlFailure {
    switch (token.value()) {
      case "::" -> to.emit("::" + SqlType.parse(to.in).h2());
      // Snowflake never divides whole numbers as such: 1/2 is 0.500000. [D]
      case "/" -> {
        run.divides = true;
        to.emit("* 1.000000 /");
      }
      case "->>", "->", ":", "@", "{", "}", "[", "]", "**" ->
          throw SqlErrors.unsupported(token.value());
      default -> to.emit(token.value());
    }
  }

  /**
   * A dotted name: a sequence's next value, or a column of which H2 is told the table and the
   * column only.
   */
  private void chain() throws SqlFailure {
    var in = to.in;
    var parts = in.name();
    if (in.isNext(".", "*")) {
      in.at += 2;
      to.emit(SqlTranslator.quote(parts.get(parts.size() - 1)) + ".*");
      return;
    }
    var last = parts.get(parts.size() - 1);
    if (last.equals("NEXTVAL")) {
      var name = parts.subList(0, parts.size() - 1);
      var sequence = run.session.names.find(Space.SEQUENCE, name, null, null);
      if (sequence == null) {
        throw SqlErrors.missing("Sequence", String.join(".", name));
      }
      to.emit("NEXT VALUE FOR " + ((SqlObject.Sequence) sequence).h2());
      return;
    }
    if (in.isNext("(")) {
      var function = SqlUserFunctions.find(run, parts);
      if (function == null) {
        throw SqlErrors.unsupported("function " + String.join(".", parts));
      }
      call(function);
      return;
    }
    var column = new ArrayList<String>();
    for (var part : parts.subList(Math.max(0, parts.size() - 2), parts.size())) {
      column.add(SqlTranslator.quote(part));
    }
    to.emit(String.join(".", column));
  }

  private void function(SqlToken token) throws SqlFailure {
    var in = to.in;
    var name = token.value();
    if (SqlFunctions.isConstant(name)) {
      in.expect("(");
      var arguments = SqlFunctions.arguments(run, in);
      in.expect(")");
      if (run.definition) {
        to.emit(clock(name));
        return;
      }
      to.param(SqlFunctions.constant(run, name, arguments));
      return;
    }
    switch (name) {
      case "CAST" -> {
        in.expect("(");
        to.emit("CAST(");
        to.insideParenthesis(true);
        close(")");
      }
      case "HASH_AGG" -> hashAggregate();
      case "UUID_STRING" -> fixed("CAST(RANDOM_UUID() AS VARCHAR(36))");
      case "EXCLUDE" -> to.emit("EXCEPT");
      case "RANDOM" ->
          fixed("CAST(FLOOR((RAND() - 0.5) * 18000000000000000000) AS NUMERIC(38, 0))");
      case "SEQ1", "SEQ2", "SEQ4", "SEQ8" -> fixed("(ROWNUM() - 1)");
      case "COUNT_IF" -> wrap("COUNT(*) FILTER (WHERE ", ")");
      case "ZEROIFNULL" -> wrap("COALESCE(", ", 0)");
      case "MD5" -> wrap("LOWER(RAWTOHEX(HASH('MD5', CAST(", " AS VARCHAR))))");
      // Snowflake: one NULL among the arguments makes the result NULL; H2 skips it. [D]
      case "GREATEST", "LEAST" -> wrap(name + "(", ") RESPECT NULLS");
      case "CONCAT" -> concat();
      default -> {
        var own = SqlUserFunctions.find(run, List.of(name));
        if (own != null) {
          call(own);
          return;
        }
        if (DIFFERENT.contains(name)) {
          throw SqlErrors.unsupported("function " + name);
        }
        run.divides |= name.equals("AVG");
        if (CASTS.containsKey(name)) {
          cast(name);
        } else {
          to.emit(RENAMED.getOrDefault(name, name));
        }
      }
    }
  }

  private void call(SqlObject.Function function) throws SqlFailure {
    to.in.expect("(");
    var starts = new ArrayList<Integer>();
    var ends = new ArrayList<Integer>();
    while (!to.in.isNext(")")) {
      starts.add(to.in.at);
      ends.add(argumentEnd());
      to.in.at = ends.get(ends.size() - 1);
      to.in.accept(",");
    }
    to.in.expect(")");
    to.inline(function, starts, ends);
  }

  private void fixed(String text) throws SqlFailure {
    to.in.expect("(");
    to.in.skipParenthesis();
    to.emit(text);
  }

  private void wrap(String before, String after) throws SqlFailure {
    to.in.expect("(");
    to.emit(before);
    to.insideParenthesis(false);
    close(after);
  }

  private void close(String after) throws SqlFailure {
    to.in.expect(")");
    to.emit(after);
  }

  private void concat() throws SqlFailure {
    to.in.expect("(");
    to.emit("((");
    int end = argumentEnd();
    while (!to.in.tokens.get(end).is(")")) {
      to.plainUntil(end);
      to.in.expect(",");
      to.emit(") || (");
      end = argumentEnd();
    }
    to.insideParenthesis(false);
    close("))");
  }

  private int argumentEnd() throws SqlFailure {
    int level = 0;
    for (int i = to.in.at; i < to.in.tokens.size(); i++) {
      var token = to.in.tokens.get(i);
      if (level == 0 && (token.is(",") || token.is(")"))) {
        return i;
      }
      level += token.is("(") ? 1 : token.is(")") ? -1 : 0;
    }
    throw SqlErrors.syntax("unterminated argument list");
  }

  /**
   * The conversions with one argument are casts; a format or a scale is not understood, so it is
   * refused.
   */
  private void cast(String name) throws SqlFailure {
    to.in.expect("(");
    int end = argumentEnd();
    if (!to.in.tokens.get(end).is(")")) {
      if (name.equals("TO_CHAR") || name.equals("TO_VARCHAR")) {
        throw SqlErrors.unsupported(name + " with a format");
      }
      var type = "NUMERIC(";
      if (!CASTS.get(name).startsWith(type)) {
        throw SqlErrors.unsupported(name + " with a format");
      }
      to.emit("CAST(").plainUntil(end);
      to.in.expect(",");
      var precision = to.in.value();
      var scale = to.in.accept(",") ? to.in.value() : "0";
      close("AS " + type + precision + ", " + scale + "))");
      return;
    }
    to.emit("CAST(");
    to.insideParenthesis(false);
    close("AS " + CASTS.get(name) + ")");
  }

  private void hashAggregate() throws SqlFailure {
    to.in.expect("(");
    if (!to.in.isNext("*", ")")) {
      to.emit("HASH_AGG(");
      to.insideParenthesis(false);
      close(")");
      return;
    }
    to.in.at += 2;
    var columns = run.columns(to.allOfThisQuery());
    to.emit(
        "HASH_AGG("
            + String.join(", ", columns.stream().map(c -> SqlTranslator.quote(c.name())).toList())
            + ")");
  }
}
