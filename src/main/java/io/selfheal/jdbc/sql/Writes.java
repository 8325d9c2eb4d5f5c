package io.selfheal.jdbc.sql;

/** The texts that change rows: INSERT, UPDATE, DELETE, MERGE, TRUNCATE. Stateless. */
final class Writes {

  private Writes() {}

  static boolean insert(Cursor cursor, Draft draft, Survey survey) {
    cursor.at++;
    if (cursor.take(Word.OVERWRITE)) {
      draft.add(Trait.EMPTIES_TARGET);
    }
    if (cursor.is(Word.ALL) || cursor.is(Word.FIRST)) {
      return insertMany(cursor, draft, survey);
    }
    return cursor.take(Word.INTO) && write(cursor, draft, survey);
  }

  /** INSERT ALL|FIRST has as many INTOs outside of parentheses as it has targets. */
  private static boolean insertMany(Cursor cursor, Draft draft, Survey survey) {
    boolean found = false;
    while (!cursor.atEnd()) {
      if (cursor.take(Word.INTO)) {
        found |= write(cursor, draft, survey);
      } else if (cursor.is(Token.OPEN)) {
        cursor.skipGroup();
      } else {
        cursor.at++;
      }
    }
    return found && !survey.sideEffect;
  }

  static boolean update(Cursor cursor, Draft draft, Survey survey) {
    cursor.at++;
    return write(cursor, draft, survey);
  }

  static boolean delete(Cursor cursor, Draft draft, Survey survey) {
    cursor.at++;
    return cursor.take(Word.FROM) && write(cursor, draft, survey);
  }

  static boolean merge(Cursor cursor, Draft draft, Survey survey) {
    cursor.at++;
    return cursor.take(Word.INTO) && write(cursor, draft, survey);
  }

  static boolean truncate(Cursor cursor, Draft draft) {
    cursor.at++;
    draft.add(Trait.EMPTIES_TARGET);
    if (cursor.is(Word.MATERIALIZED) && cursor.nextIs(Word.VIEW)) {
      cursor.at += 2;
    } else if (cursor.is(Word.TABLE) && !cursor.nextIs(Token.DOT)) {
      cursor.at++;
    }
    if (cursor.take(Word.IF, Word.EXISTS)) {
      draft.add(Trait.IF_EXISTS);
    }
    Target target = cursor.target();
    if (target == null || !cursor.atEnd()) {
      return false;
    }
    draft.writes(target);
    draft.is(Kind.WRITE);
    return true;
  }

  /** Reads the target. A procedure in the source may do more than the write says [D]. */
  static boolean write(Cursor cursor, Draft draft, Survey survey) {
    if (cursor.is(Word.TABLE) && isTargetBehind(cursor)) {
      cursor.at++;
    }
    Target target = cursor.target();
    if (target == null) {
      return false;
    }
    draft.writes(target);
    draft.is(Kind.WRITE);
    return !survey.sideEffect;
  }

  /** INSERT INTO TABLE t, as Spark writes it. */
  private static boolean isTargetBehind(Cursor cursor) {
    return cursor.nextIs(Token.WORD) && !cursor.nextIs(Word.SELECT) && !cursor.nextIs(Word.VALUES)
        || cursor.nextIs(Token.QUOTED);
  }
}
