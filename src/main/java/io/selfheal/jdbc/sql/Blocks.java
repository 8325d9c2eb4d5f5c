package io.selfheal.jdbc.sql;

/** Scripting bodies that stand without quotes in a definition: CREATE TASK … AS BEGIN …; END. */
final class Blocks {

  private Blocks() {}

  /**
   * Whether the whole range is one CREATE or ALTER whose body is a block, so that its semicolons do
   * not part statements. The block must end exactly where the text ends; everything else is in
   * doubt.
   */
  static boolean isDefinitionWithBody(Tokens tokens, int start, int end) {
    boolean defines = tokens.is(start, Word.CREATE) || tokens.is(start, Word.ALTER);
    if (!defines || !keepsBody(tokens, start, end)) {
      return false;
    }
    for (int at = start; at < end; at++) {
      if (tokens.is(at, Token.SEMICOLON)) {
        return false;
      }
      if (tokens.is(at, Word.AS) && opensBody(tokens, at + 1)) {
        return bodyEnd(tokens, at + 1, end) == end;
      }
    }
    return false;
  }

  private static boolean keepsBody(Tokens tokens, int start, int end) {
    for (int at = start; at < Math.min(end, start + 6); at++) {
      Word word = tokens.word(at);
      if (word == Word.PROCEDURE
          || word == Word.FUNCTION
          || word == Word.TASK
          || word == Word.ALERT) {
        return true;
      }
    }
    return false;
  }

  static boolean opensBody(Tokens tokens, int at) {
    return tokens.is(at, Word.DECLARE) || tokens.is(at, Word.BEGIN) && !isTransaction(tokens, at);
  }

  /** Whether a block opens anywhere, so that semicolons need not part statements. */
  static boolean isIn(Tokens tokens) {
    for (int at = 0; at < tokens.size(); at++) {
      if (opensBody(tokens, at)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTransaction(Tokens tokens, int at) {
    return tokens.is(at + 1, Token.SEMICOLON)
        || tokens.type(at + 1) == Token.NONE
        || tokens.is(at + 1, Word.TRANSACTION)
        || tokens.is(at + 1, Word.WORK)
        || tokens.is(at + 1, Word.NAME);
  }

  /** Behind the END that closes the outermost BEGIN; -1 where the words do not pair. */
  private static int bodyEnd(Tokens tokens, int start, int end) {
    int depth = 0;
    for (int at = start; at < end; at++) {
      Word word = tokens.word(at);
      if (word == null || tokens.is(at - 1, Token.DOT)) {
        continue;
      }
      switch (word) {
        case BEGIN -> {
          if (!isTransaction(tokens, at)) {
            depth++;
          }
        }
        case CASE -> depth++;
        case END -> {
          if (closesLoop(tokens, at + 1)) {
            at++;
          } else {
            if (tokens.is(at + 1, Word.CASE)) {
              at++;
            }
            depth--;
            if (depth <= 0) {
              return depth < 0 ? -1 : at + 1;
            }
          }
        }
        default -> {}
      }
    }
    return -1;
  }

  /** IF, FOR, WHILE, LOOP and REPEAT are not counted, as IF and REPEAT are functions as well. */
  private static boolean closesLoop(Tokens tokens, int at) {
    return tokens.is(at, Word.IF)
        || tokens.is(at, Word.FOR)
        || tokens.is(at, Word.WHILE)
        || tokens.is(at, Word.LOOP)
        || tokens.is(at, Word.REPEAT);
  }
}
