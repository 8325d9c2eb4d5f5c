package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlToken.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in a statement's tokens, with the small steps every statement parser needs. Confined to
 * one thread.
 */
final class SqlCursor {
  private static final SqlToken END = new SqlToken(Kind.END, "<EOF>", 0, 0);

  /** What an {@code IDENTIFIER(?)} or {@code IDENTIFIER($x)} stands for. */
  interface Names {
    String text(SqlToken token) throws SqlFailure;
  }

  final String text;
  final List<SqlToken> tokens;
  private final Names names;
  int at;

  SqlCursor(String text, Names names) throws SqlFailure {
    this(text, SqlLexer.tokens(text), names);
  }

  SqlCursor(String text, List<SqlToken> tokens, Names names) {
    this.text = text;
    this.tokens = tokens;
    this.names = names;
  }

  SqlToken peek() {
    return peek(0);
  }

  SqlToken peek(int ahead) {
    int index = at + ahead;
    return index >= 0 && index < tokens.size() ? tokens.get(index) : END;
  }

  SqlToken next() {
    var token = peek();
    at++;
    return token;
  }

  boolean atEnd() {
    return peek().kind() == Kind.END || peek().is(";");
  }

  boolean isNext(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (!peek(i).is(words[i])) {
        return false;
      }
    }
    return true;
  }

  boolean accept(String... words) {
    if (!isNext(words)) {
      return false;
    }
    at += words.length;
    return true;
  }

  boolean acceptAny(String... words) {
    for (var word : words) {
      if (accept(word)) {
        return true;
      }
    }
    return false;
  }

  void expect(String word) throws SqlFailure {
    if (!accept(word)) {
      throw SqlErrors.unexpected(peek());
    }
  }

  void expectEnd() throws SqlFailure {
    if (!atEnd()) {
      throw SqlErrors.unexpected(peek());
    }
  }

  boolean ifNotExists() {
    return accept("IF", "NOT", "EXISTS");
  }

  boolean ifExists() {
    return accept("IF", "EXISTS");
  }

  String identifier() throws SqlFailure {
    var token = next();
    if (!token.isName()) {
      throw SqlErrors.unexpected(token);
    }
    return token.value();
  }

  String string() throws SqlFailure {
    var token = next();
    if (token.kind() != Kind.STRING) {
      throw SqlErrors.unexpected(token);
    }
    return token.value();
  }

  /** A literal, word or name as text, for option values. */
  String value() throws SqlFailure {
    boolean negative = accept("-");
    var token = next();
    return switch (token.kind()) {
      case STRING, NUMBER, WORD, QUOTED -> negative ? "-" + token.value() : token.value();
      case VARIABLE, BIND -> names.text(token);
      default -> throw SqlErrors.unexpected(token);
    };
  }

  boolean isNameNext() {
    return peek().isName();
  }

  /**
   * A dotted name; {@code IDENTIFIER(…)} and {@code a..b} are understood. An omitted middle part is
   * null.
   */
  List<String> name() throws SqlFailure {
    if (isNext("IDENTIFIER", "(")) {
      at += 2;
      var inner = next();
      var text =
          inner.kind() == Kind.STRING ? inner.value() : inner.isName() ? null : names.text(inner);
      if (text == null) {
        at--;
        var parts = name();
        expect(")");
        return parts;
      }
      expect(")");
      var cursor = new SqlCursor(text, names);
      var parts = cursor.name();
      cursor.expectEnd();
      return parts;
    }
    var parts = new ArrayList<String>();
    parts.add(identifier());
    while (peek().is(".") && (peek(1).isName() || peek(1).is("."))) {
      at++;
      if (peek().is(".")) {
        parts.add(null);
        at++;
      }
      parts.add(identifier());
    }
    return parts;
  }

  /** Skips to behind the parenthesis that closes the one just before {@code at}. */
  void skipParenthesis() throws SqlFailure {
    for (int depth = 1; depth > 0; ) {
      var token = next();
      if (token.kind() == Kind.END) {
        throw SqlErrors.unexpected(token);
      }
      depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
    }
  }

  /** The source text from token {@code from} up to, not with, token {@code to}. */
  String source(int from, int to) {
    return from >= to ? "" : text.substring(tokens.get(from).start(), tokens.get(to - 1).end());
  }
}
