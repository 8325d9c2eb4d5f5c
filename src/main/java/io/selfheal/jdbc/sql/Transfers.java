package io.selfheal.jdbc.sql;

import org.jspecify.annotations.Nullable;

/** The texts that move files, and COPY INTO a table, which only looks like them. Stateless. */
final class Transfers {

  private Transfers() {}

  static boolean copy(Cursor cursor, Draft draft, Survey survey) {
    cursor.at++;
    if (cursor.take(Word.FILES)) {
      return cursor.take(Word.INTO) && stored(Detail.FileVerb.COPY_FILES, cursor, draft);
    }
    if (!cursor.take(Word.INTO)) {
      return false;
    }
    if (cursor.is(Token.STAGE) || cursor.is(Token.STRING)) {
      return stored(Detail.FileVerb.UNLOAD, cursor, draft) && !survey.sideEffect;
    }
    if (!Writes.write(cursor, draft, survey)) {
      return false;
    }
    purge(cursor, draft);
    return true;
  }

  private static void purge(Cursor cursor, Draft draft) {
    for (; !cursor.atEnd(); cursor.at++) {
      if (cursor.is(Word.PURGE)
          && cursor.nextIs(Token.EQUALS)
          && cursor.tokens.is(cursor.at + 2, Word.TRUE)) {
        draft.add(Trait.PURGES_FILES);
      }
    }
  }

  static boolean put(Cursor cursor, Draft draft) {
    cursor.at++;
    int local = cursor.at;
    if (!isLocal(cursor)) {
      return false;
    }
    cursor.at++;
    return transfer(Detail.FileVerb.PUT, cursor, local, draft);
  }

  static boolean get(Cursor cursor, Draft draft) {
    cursor.at++;
    int stage = cursor.at++;
    int local = cursor.at;
    if (!isLocal(cursor)) {
      return false;
    }
    cursor.at = stage;
    return transfer(Detail.FileVerb.GET, cursor, local, draft);
  }

  static boolean remove(Cursor cursor, Draft draft) {
    cursor.at++;
    return stored(Detail.FileVerb.REMOVE, cursor, draft);
  }

  private static boolean stored(Detail.FileVerb verb, Cursor cursor, Draft draft) {
    return transfer(verb, cursor, -1, draft);
  }

  private static boolean isLocal(Cursor cursor) {
    return cursor.is(Token.PATH) || cursor.is(Token.STRING) || cursor.is(Token.BIND);
  }

  private static boolean transfer(Detail.FileVerb verb, Cursor cursor, int local, Draft draft) {
    if (!cursor.is(Token.STAGE) && !cursor.is(Token.STRING) && !cursor.is(Token.BIND)) {
      return false;
    }
    Tokens tokens = cursor.tokens;
    draft.detail =
        new Detail.Transfer(
            verb,
            stage(tokens, cursor.at),
            local < 0 ? null : path(tokens, local),
            local < 0 ? -1 : tokens.from(local),
            local < 0 ? -1 : tokens.to(local));
    draft.is(Kind.FILE);
    return true;
  }

  private static @Nullable StageRef stage(Tokens tokens, int at) {
    return switch (tokens.type(at)) {
      case STAGE -> StageRef.parse(tokens.raw(at));
      case STRING -> StageRef.parse(tokens.string(at));
      default -> null;
    };
  }

  private static @Nullable String path(Tokens tokens, int at) {
    String written =
        switch (tokens.type(at)) {
          case PATH -> tokens.raw(at);
          case STRING -> tokens.text.substring(tokens.from(at) + 1, tokens.to(at) - 1);
          default -> null;
        };
    String scheme = "file://";
    return written != null && written.regionMatches(true, 0, scheme, 0, scheme.length())
        ? written.substring(scheme.length())
        : written;
  }
}
