package io.selfheal.jdbc.sql;

import java.util.Locale;

/**
 * Whether anything in a text leaves open which rows or values come out of it: a function nobody
 * knows, a limit, a choice among rows. Not thread-safe; one for each text.
 */
final class OpenOutcome {

  private static final String METADATA = "METADATA$";

  private final Tokens tokens;
  private boolean found;

  /** Whether a table function numbers its rows, and whether such numbers may be taken. */
  private boolean numbers;

  private boolean takesNumbers;

  /** The parenthesis that lists columns, or whose call was looked at already. */
  private int columns = -1;

  OpenOutcome(Tokens tokens) {
    this.tokens = tokens;
  }

  boolean found() {
    return found || numbers && takesNumbers;
  }

  void because(boolean reason) {
    found |= reason;
  }

  void columnsAt(int place) {
    columns = place;
  }

  /** Looks at one token for what decides by itself. */
  void look(int at) {
    switch (tokens.type(at)) {
      case WORD -> word(at);
      case QUOTED -> {
        takesNumbers |= tokens.name(at).equals("SEQ");
        metadata(at, tokens.from(at) + 1);
      }
      case POSITION -> takesNumbers = true;
      case SYMBOL -> {
        if (tokens.isSymbol(at, '*')) {
          takesNumbers |= isEveryColumn(at - 1);
        }
        // model!METHOD()
        found |= tokens.isSymbol(at, '!') && !tokens.is(at + 1, Token.EQUALS);
      }
      default -> {}
    }
  }

  private boolean isEveryColumn(int before) {
    return tokens.is(before, Word.SELECT)
        || tokens.is(before, Word.DISTINCT)
        || tokens.is(before, Word.ALL)
        || tokens.is(before, Token.COMMA)
        || tokens.is(before, Token.DOT);
  }

  private void word(int at) {
    Word word = tokens.word(at);
    if (word == null) {
      metadata(at, tokens.from(at));
      return;
    }
    boolean part = tokens.is(at - 1, Token.DOT);
    switch (word) {
      case SEQ -> takesNumbers = true;
      case LIMIT, OFFSET -> found |= !part && isCount(at + 1);
      case TOP -> found |= isEveryColumn(at - 1) && isCount(at + 1);
      case FETCH ->
          found |= tokens.is(at + 1, Word.FIRST) || tokens.is(at + 1, Word.NEXT) || isCount(at + 1);
      case ROWS ->
          // Rows that sort alike come in any order.
          found |=
              tokens.is(at + 1, Word.BETWEEN)
                  || tokens.is(at + 1, Word.UNBOUNDED)
                  || tokens.is(at + 1, Word.CURRENT)
                  || tokens.is(at + 1, Token.NUMBER);
      case TIMELIMIT -> found |= tokens.is(at + 1, Token.EQUALS);
      case QUALIFY -> found |= !part;
      case CURRENT_SESSION,
          CURRENT_TRANSACTION,
          LAST_TRANSACTION,
          CURRENT_STATEMENT,
          QUERY_HISTORY_BY_SESSION ->
          found = true;
      default -> {}
    }
  }

  /** Whether a number of rows stands here; none at all leaves nothing open. */
  private boolean isCount(int at) {
    return switch (tokens.type(at)) {
      case NUMBER ->
          tokens.to(at) - tokens.from(at) > 1 || tokens.text.charAt(tokens.from(at)) != '0';
      case BIND, VARIABLE, POSITION, STRING, BODY, OPEN, SYMBOL -> true;
      default -> false;
    };
  }

  private void metadata(int at, int from) {
    if (tokens.text.regionMatches(true, from, METADATA, 0, METADATA.length())) {
      found |= !Calls.isLastingColumn(tokens.name(at).toUpperCase(Locale.ROOT));
    }
  }

  /** Looks at what stands before the parenthesis that opens here, outside of FROM. */
  void call(int place) {
    if (place == columns) {
      return;
    }
    switch (tokens.type(place - 1)) {
      case WORD ->
          found |=
              tokens.is(place - 2, Token.DOT)
                  || !tokens.is(place - 1, Word.IDENTIFIER)
                      && !Calls.isDetermined(tokens.name(place - 1))
                      && !isAlias(place);
      case QUOTED -> found |= !isAlias(place);
      case CLOSE -> found = true;
      default -> {}
    }
  }

  /** Whether it is {@code AS v (a, b)} or {@code (…) v (a, b)}. */
  private boolean isAlias(int place) {
    boolean named = tokens.is(place - 2, Word.AS) || tokens.is(place - 2, Token.CLOSE);
    return named && namesEnd(place) > 0;
  }

  /** Behind a list in parentheses that has nothing but names; -1 where it has something else. */
  int namesEnd(int place) {
    int at = place + 1;
    while (isName(at) && tokens.is(at + 1, Token.COMMA)) {
      at += 2;
    }
    return isName(at) && tokens.is(at + 1, Token.CLOSE) ? at + 2 : -1;
  }

  boolean isName(int at) {
    return tokens.is(at, Token.WORD) || tokens.is(at, Token.QUOTED);
  }

  /** A call in the place of a table. */
  void table(int name, boolean simple) {
    if (!simple || !tokens.is(name, Token.WORD)) {
      found = true;
      return;
    }
    String function = tokens.name(name);
    found |= !Calls.isDeterminedTable(function);
    numbers |= Calls.isNumbered(function);
  }

  /** Whether a call of that name takes {@code x FROM y}. */
  boolean takesFrom(int name) {
    return tokens.is(name, Token.WORD)
        && !tokens.is(name - 1, Token.DOT)
        && Calls.takesFrom(tokens.name(name));
  }
}
