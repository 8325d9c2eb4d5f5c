package io.selfheal.jdbc.sql;

/** The texts that read: SELECT, WITH, VALUES, SHOW, DESCRIBE, EXPLAIN, LIST. Stateless. */
final class Queries {

  private Queries() {}

  static boolean select(Cursor cursor, Draft draft, Survey survey) {
    if (survey.sideEffect || survey.takesSequence || survey.foreignVerb) {
      return false;
    }
    if (cursor.take(Word.WITH) && !commonTables(cursor)) {
      return false;
    }
    draft.is(Kind.QUERY);
    return true;
  }

  /**
   * Passes {@code [RECURSIVE] name [(columns)] AS (…), …} and says whether a query follows. What
   * else can follow WITH, such as {@code AS PROCEDURE … CALL}, is no query [D].
   */
  private static boolean commonTables(Cursor cursor) {
    if (cursor.is(Word.RECURSIVE) && !cursor.nextIs(Word.AS)) {
      cursor.at++;
    }
    do {
      if (!cursor.isName()) {
        return false;
      }
      cursor.at++;
      if (cursor.is(Token.OPEN)) {
        cursor.skipGroup();
      }
      if (!cursor.take(Word.AS) || !cursor.is(Token.OPEN)) {
        return false;
      }
      int inside = cursor.at + 1;
      cursor.skipGroup();
      if (!opensQuery(cursor.tokens, inside)) {
        return false;
      }
    } while (cursor.take(Token.COMMA));
    return !cursor.atEnd() && !cursor.is(Word.WITH) && opensQuery(cursor.tokens, cursor.at);
  }

  private static boolean opensQuery(Tokens tokens, int at) {
    return tokens.is(at, Word.SELECT)
        || tokens.is(at, Word.WITH)
        || tokens.is(at, Word.VALUES)
        || tokens.is(at, Token.OPEN);
  }

  static boolean show(Cursor cursor, Draft draft) {
    if (cursor.nextIs(Word.VARIABLES)) {
      draft.add(Trait.VARIABLES);
    }
    draft.is(Kind.QUERY);
    return true;
  }

  static boolean describe(Cursor cursor, Draft draft) {
    if (cursor.nextIs(Word.RESULT)) {
      draft.add(Trait.HISTORY);
    }
    draft.is(Kind.QUERY);
    return true;
  }

  /** EXPLAIN compiles and does not run [D], so that what it explains may be a write. */
  static boolean explain(Cursor cursor, Draft draft, Survey survey) {
    cursor.at++;
    if (cursor.take(Word.USING)) {
      cursor.at++;
    }
    while (cursor.take(Token.OPEN)) {
      // Parentheses round a query.
    }
    Word word = cursor.word();
    if (word == null || survey.sideEffect) {
      return false;
    }
    switch (word) {
      case SELECT, WITH, VALUES, INSERT, UPDATE, DELETE, MERGE, COPY, CREATE, SHOW -> {
        draft.is(Kind.QUERY);
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  static boolean list(Draft draft) {
    draft.is(Kind.QUERY);
    return true;
  }
}
