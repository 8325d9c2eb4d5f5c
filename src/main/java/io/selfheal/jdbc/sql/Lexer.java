package io.selfheal.jdbc.sql;

/**
 * Cuts a text into {@link Tokens} in one pass without looking back, so that its time is linear in
 * the text whatever the text is. Never fails: what is not closed ends with the text and makes it
 * doubtful. Not thread-safe; one for each text.
 */
final class Lexer {

  private static final String HINT = "selfheal:";

  private final String text;

  /** The text with room behind it, so that looking ahead needs no check. */
  private final char[] chars;

  private final int end;
  private final Tokens tokens;
  private int at;

  private Lexer(String text) {
    this.text = text;
    this.end = text.length();
    this.chars = new char[end + 3];
    text.getChars(0, end, chars, 0);
    this.tokens = new Tokens(text);
  }

  static Tokens scan(String text) {
    Lexer lexer = new Lexer(text);
    while (lexer.at < lexer.end) {
      lexer.next();
    }
    return lexer.tokens;
  }

  private void next() {
    char c = chars[at];
    if (isWordStart(c)) {
      word();
    } else if (c <= ' ' || isSpace(c)) {
      at++;
    } else if (c >= '0' && c <= '9') {
      number();
    } else {
      switch (c) {
        case '\'' -> string();
        case '"' -> quoted();
        case '$' -> dollar();
        case '@' -> stage();
        case '-' -> minus();
        case '/' -> slash();
        case '?' -> single(Token.BIND);
        case ';' -> single(Token.SEMICOLON);
        case '(' -> single(Token.OPEN);
        case ')' -> single(Token.CLOSE);
        case '.' -> single(Token.DOT);
        case ',' -> single(Token.COMMA);
        case '=' -> single(Token.EQUALS);
        default -> single(Token.SYMBOL);
      }
    }
  }

  private char peek(int offset) {
    return chars[at + offset];
  }

  private void single(Token type) {
    tokens.add(type, null, at, at + 1);
    at++;
  }

  private void emit(Token type, int from) {
    tokens.add(type, null, from, at);
  }

  private void word() {
    int from = at;
    int place = from;
    long key = 0;
    int every = 0;
    char c = chars[place];
    do {
      key = Word.mix(key, c);
      every |= c;
      place++;
      char next = chars[place];
      if (c == '$') {
        dollarIn(from, place, next);
      }
      c = next;
    } while (isWordPart(c));
    at = place;
    if (c == ':' && peek(1) == '/' && peek(2) == '/') {
      path(from);
      return;
    }
    Word known = every > 127 ? null : Word.find(text, from, place, key);
    tokens.add(Token.WORD, known, from, place);
    if (c == ' ') {
      // A space follows most words.
      at++;
    }
  }

  private void dollarIn(int from, int behind, char next) {
    // AS$$ … $$ could be a name or the start of a body: nothing says which [I].
    tokens.doubtful |= next == '$';
    tokens.system |= KnownFunctions.isSystem(text, from) && behind - from == 7;
  }

  /** {@code file:///tmp/*}: neither the slashes nor the asterisk begin a comment [S]. */
  private void path(int from) {
    int schemeEnd = at;
    while (at < end && chars[at] != ';' && !isSpace(chars[at])) {
      at++;
    }
    String scheme = text.substring(from, schemeEnd);
    if (!scheme.equalsIgnoreCase("file") && !scheme.equalsIgnoreCase("snow")) {
      tokens.doubtful = true;
    }
    emitPath(Token.PATH, from);
  }

  private void number() {
    int from = at;
    while (at < end && chars[at] >= '0' && chars[at] <= '9') {
      at++;
    }
    emit(Token.NUMBER, from);
  }

  private void string() {
    int from = at;
    int place = from + 1;
    while (place < end) {
      char c = chars[place++];
      if (c == '\\') {
        place++;
      } else if (c == '\'') {
        if (place >= end || chars[place] != '\'') {
          at = place;
          emit(Token.STRING, from);
          return;
        }
        place++;
      }
    }
    unclosed();
  }

  private void quoted() {
    int from = at;
    at = quotedEnd(text, from, end);
    if (at > end) {
      unclosed();
    } else {
      emit(Token.QUOTED, from);
    }
  }

  /** What is not closed hides the rest of the text: the server refuses it, and we do not guess. */
  private void unclosed() {
    at = end;
    tokens.doubtful = true;
  }

  private void dollar() {
    int from = at;
    char c = peek(1);
    if (c == '$') {
      int close = text.indexOf("$$", at + 2);
      if (close < 0) {
        unclosed();
        return;
      }
      at = close + 2;
      emit(Token.BODY, from);
    } else if (isWordPart(c)) {
      at++;
      while (at < end && isWordPart(chars[at])) {
        at++;
      }
      emit(c >= '0' && c <= '9' ? Token.POSITION : Token.VARIABLE, from);
    } else {
      single(Token.SYMBOL);
    }
  }

  /** A stage and its path go on to the next space, whatever looks like a comment in them [S]. */
  private void stage() {
    int from = at++;
    while (at < end) {
      char c = chars[at];
      if (c == '"') {
        at = quotedEnd(text, at, end);
        if (at > end) {
          unclosed();
          return;
        }
      } else if (c == ';' || c == ',' || c == '(' || c == ')' || c == '\'' || isSpace(c)) {
        break;
      } else {
        at++;
      }
    }
    // What follows without a space may belong to the path, or not.
    tokens.doubtful |= peek(0) == '\'';
    emitPath(Token.STAGE, from);
  }

  private void emitPath(Token type, int from) {
    for (int i = from; i < at - 2; i++) {
      // A chain begun without a space would hide in the path.
      tokens.doubtful |= chars[i] == '-' && chars[i + 1] == '>' && chars[i + 2] == '>';
    }
    emit(type, from);
  }

  private void minus() {
    if (peek(1) == '-') {
      lineComment();
    } else if (peek(1) == '>' && peek(2) == '>') {
      tokens.add(Token.FLOW, null, at, at + 3);
      at += 3;
    } else {
      single(Token.SYMBOL);
    }
  }

  private void slash() {
    switch (peek(1)) {
      case '/' -> lineComment();
      case '*' -> blockComment();
      default -> single(Token.SYMBOL);
    }
  }

  private void lineComment() {
    int from = at + 2;
    int newline = text.indexOf('\n', from);
    at = newline < 0 ? end : newline;
    for (int i = from; i < at - 1; i++) {
      // Whether these end a comment is not documented, and a statement could follow them [I].
      char c = chars[i];
      tokens.doubtful |= c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
    }
    hint(from, at);
  }

  private void blockComment() {
    int from = at + 2;
    int close = text.indexOf("*/", from);
    if (close < 0) {
      unclosed();
      return;
    }
    at = close + 2;
    hint(from, close);
  }

  private void hint(int from, int to) {
    int start = from;
    while (start < to && isSpace(chars[start])) {
      start++;
    }
    if (start >= to || !text.regionMatches(true, start, HINT, 0, HINT.length())) {
      return;
    }
    String said = text.substring(start + HINT.length(), to).strip();
    if (said.equalsIgnoreCase("no-replay")) {
      tokens.add(Hint.NO_REPLAY);
    } else if (said.equalsIgnoreCase("checkpoint")) {
      tokens.add(Hint.CHECKPOINT);
    }
  }

  /** Behind the quote that closes the identifier opened here; beyond {@code end} if none does. */
  static int quotedEnd(String text, int from, int end) {
    int at = from + 1;
    while (true) {
      int quote = text.indexOf('"', at);
      if (quote < 0 || quote >= end) {
        return end + 1;
      }
      if (quote + 1 >= end || text.charAt(quote + 1) != '"') {
        return quote + 1;
      }
      at = quote + 2;
    }
  }

  private static final boolean[] WORD_START = new boolean[128];
  private static final boolean[] WORD_PART = new boolean[128];

  static {
    for (char c = 0; c < 128; c++) {
      WORD_START[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
      WORD_PART[c] = WORD_START[c] || c >= '0' && c <= '9' || c == '$';
    }
  }

  static boolean isWordStart(char c) {
    return c < 128 ? WORD_START[c] : !isSpace(c);
  }

  static boolean isWordPart(char c) {
    return c < 128 ? WORD_PART[c] : !isSpace(c);
  }

  /** ASCII space and control characters, and every kind of space that Unicode knows. */
  static boolean isSpace(char c) {
    return c <= ' '
        || c > 127 && (Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\uFEFF');
  }
}
