package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Cuts a Snowflake SQL text into tokens; comments and white space are dropped. Confined to the
 * thread that calls it.
 */
final class SqlLexer {
  private static final Set<String> SYMBOLS =
      Set.of("::", "||", "<=", ">=", "<>", "!=", "=>", "->", "->>", "**");
  private final String text;
  private final List<SqlToken> tokens = new ArrayList<>();
  private int at;

  private SqlLexer(String text) {
    this.text = text;
  }

  static List<SqlToken> tokens(String text) throws SqlFailure {
    var lexer = new SqlLexer(text);
    lexer.run();
    return lexer.tokens;
  }

  /** The statements of a text, cut at top-level semicolons; empty ones are dropped. */
  static List<String> statements(String text) throws SqlFailure {
    var statements = new ArrayList<String>();
    int first = -1;
    int last = -1;
    int blocks = 0;
    SqlToken before = null;
    var tokens = tokens(text);
    for (int i = 0; i < tokens.size(); i++) {
      var token = tokens.get(i);
      // A scripting block holds semicolons of its own; BEGIN alone or before TRANSACTION, WORK or
      // NAME is a
      // transaction. [D]
      if (first < 0
          && (token.is("DECLARE") || token.is("BEGIN") && !beginsTransaction(tokens.get(i + 1)))) {
        blocks++;
      } else if (blocks > 0
          && token.is("BEGIN")
          && !(before != null && before.is("DECLARE"))
          && !tokens.get(0).is("DECLARE")) {
        blocks++;
      } else if (blocks > 0 && token.is("END") && endsBlock(tokens.get(i + 1))) {
        blocks--;
      }
      if (token.kind() == Kind.END || token.is(";") && blocks == 0) {
        if (first >= 0) {
          statements.add(text.substring(first, last));
        }
        first = -1;
        blocks = 0;
      } else {
        first = first < 0 ? token.start() : first;
        last = token.end();
      }
      before = token;
    }
    return statements;
  }

  static boolean beginsTransaction(SqlToken next) {
    return next.kind() == Kind.END
        || next.is(";")
        || next.is("TRANSACTION")
        || next.is("WORK")
        || next.is("NAME");
  }

  private static boolean endsBlock(SqlToken next) {
    return next.kind() == Kind.END || next.is(";");
  }

  private void run() throws SqlFailure {
    while (at < text.length()) {
      char c = text.charAt(at);
      int start = at;
      if (Character.isWhitespace(c)) {
        at++;
      } else if (text.startsWith("--", at) || text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          throw SqlErrors.syntax("unterminated comment");
        }
        at = end + 2;
      } else if (c == '\'') {
        add(Kind.STRING, string(), start);
      } else if (c == '"') {
        add(Kind.QUOTED, quoted(), start);
      } else if (text.startsWith("$$", at)) {
        int end = text.indexOf("$$", at + 2);
        if (end < 0) {
          throw SqlErrors.syntax("unterminated $$ body");
        }
        at = end + 2;
        add(Kind.STRING, text.substring(start + 2, end), start);
      } else if (c == '@' || text.regionMatches(true, at, "file://", 0, 7)) {
        location();
        add(Kind.LOCATION, text.substring(start, at), start);
      } else if (Character.isDigit(c)
          || c == '.'
              && at + 1 < text.length()
              && Character.isDigit(text.charAt(at + 1))
              && !afterName()) {
        number();
        add(Kind.NUMBER, text.substring(start, at), start);
      } else if (c == '$' && at + 1 < text.length() && isWordPart(text.charAt(at + 1))) {
        at++;
        word();
        add(Kind.VARIABLE, text.substring(start + 1, at).toUpperCase(Locale.ROOT), start);
      } else if (c == ':'
          && at + 1 < text.length()
          && Character.isLetter(text.charAt(at + 1))
          && !afterValue()) {
        at++;
        word();
        add(Kind.VARIABLE, text.substring(start, at).toUpperCase(Locale.ROOT), start);
      } else if (Character.isLetter(c) || c == '_') {
        word();
        add(Kind.WORD, text.substring(start, at).toUpperCase(Locale.ROOT), start);
      } else if (c == '?') {
        at++;
        add(Kind.BIND, "", start);
      } else if (c == ':'
          && at + 1 < text.length()
          && Character.isDigit(text.charAt(at + 1))
          && !text.startsWith("::", at - 1)) {
        at++;
        word();
        add(Kind.BIND, text.substring(start + 1, at), start);
      } else {
        int length =
            at + 3 <= text.length() && SYMBOLS.contains(text.substring(at, at + 3))
                ? 3
                : at + 2 <= text.length() && SYMBOLS.contains(text.substring(at, at + 2)) ? 2 : 1;
        at += length;
        add(Kind.SYMBOL, text.substring(start, at), start);
      }
    }
    tokens.add(new SqlToken(Kind.END, "<EOF>", text.length(), text.length()));
  }

  private void add(Kind kind, String value, int start) {
    tokens.add(new SqlToken(kind, value, start, at));
  }

  private boolean afterName() {
    return !tokens.isEmpty()
        && tokens.get(tokens.size() - 1).isName()
        && tokens.get(tokens.size() - 1).end() == at;
  }

  /** Directly behind a value a colon is a path into it. */
  private boolean afterValue() {
    if (tokens.isEmpty() || tokens.get(tokens.size() - 1).end() != at) {
      return false;
    }
    var last = tokens.get(tokens.size() - 1);
    return last.isName()
        || last.is(")")
        || last.is("]")
        || last.is(":")
        || last.kind() == Kind.VARIABLE;
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  private void word() {
    while (at < text.length() && isWordPart(text.charAt(at))) {
      at++;
    }
  }

  private void number() {
    while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
      at++;
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      int sign =
          at + 1 < text.length() && (text.charAt(at + 1) == '-' || text.charAt(at + 1) == '+')
              ? 2
              : 1;
      if (at + sign < text.length() && Character.isDigit(text.charAt(at + sign))) {
        at += sign;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
          at++;
        }
      }
    }
  }

  /** In a stage path neither {@code //} nor {@code /*} starts a comment. [D] */
  private void location() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        at = Math.max(text.indexOf('"', at + 1), at) + 1;
      } else if (Character.isWhitespace(c) || c == ';' || c == ')' || c == '(' || c == ',') {
        return;
      } else {
        at++;
      }
    }
  }

  private String string() throws SqlFailure {
    var value = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '\\' && at + 1 < text.length()) {
        value.append(escape());
      } else if (c != '\'') {
        value.append(c);
      } else if (at + 1 < text.length() && text.charAt(at + 1) == '\'') {
        value.append('\'');
        at++;
      } else {
        at++;
        return value.toString();
      }
    }
    throw SqlErrors.syntax("unterminated string");
  }

  private String escape() {
    char c = text.charAt(++at);
    switch (c) {
      case 'n':
        return "\n";
      case 't':
        return "\t";
      case 'r':
        return "\r";
      case 'b':
        return "\b";
      case 'f':
        return "\f";
      case '0':
        return "\0";
      case 'x':
      case 'u':
        int digits = c == 'x' ? 2 : 4;
        if (at + digits < text.length()) {
          try {
            var value =
                String.valueOf(
                    (char) Integer.parseInt(text.substring(at + 1, at + 1 + digits), 16));
            at += digits;
            return value;
          } catch (NumberFormatException notHexadecimal) {
            return String.valueOf(c);
          }
        }
        return String.valueOf(c);
      default:
        return String.valueOf(c);
    }
  }

  private String quoted() throws SqlFailure {
    var value = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c != '"') {
        value.append(c);
      } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
        value.append('"');
        at++;
      } else {
        at++;
        return value.toString();
      }
    }
    throw SqlErrors.syntax("unterminated quoted identifier");
  }
}
