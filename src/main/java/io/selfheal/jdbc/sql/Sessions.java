package io.selfheal.jdbc.sql;

import io.selfheal.jdbc.sql.Detail.TransactionVerb;
import io.selfheal.jdbc.sql.Detail.UseWhat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The texts that change the session itself: SET, UNSET, ALTER SESSION, USE, transactions.
 * Stateless.
 */
final class Sessions {

  private Sessions() {}

  static boolean set(Cursor cursor, Draft draft, Survey survey) {
    cursor.at++;
    List<String> names = names(cursor);
    if (names.isEmpty() || !cursor.is(Token.EQUALS) || survey.sideEffect) {
      return false;
    }
    return variables(false, names, draft);
  }

  static boolean unset(Cursor cursor, Draft draft) {
    cursor.at++;
    List<String> names = names(cursor);
    return !names.isEmpty() && cursor.atEnd() && variables(true, names, draft);
  }

  private static boolean variables(boolean unset, List<String> names, Draft draft) {
    draft.detail = new Detail.Variables(unset, List.copyOf(names));
    draft.is(Kind.SESSION);
    return true;
  }

  /** {@code a} or {@code (a, b)}; nothing where anything else stands. */
  private static List<String> names(Cursor cursor) {
    List<String> names = new ArrayList<>(1);
    boolean group = cursor.take(Token.OPEN);
    do {
      if (!cursor.isName()) {
        return List.of();
      }
      names.add(cursor.tokens.name(cursor.at++));
    } while (group && cursor.take(Token.COMMA));
    return group && !cursor.take(Token.CLOSE) ? List.of() : names;
  }

  /** Behind ALTER SESSION. {@code ALTER SESSION POLICY p SET …} is for {@link Definitions}. */
  static boolean parameters(Cursor cursor, Draft draft) {
    boolean unset = cursor.is(Word.UNSET);
    if (!cursor.take(Word.SET) && !cursor.take(Word.UNSET)) {
      return false;
    }
    Map<String, String> values = new LinkedHashMap<>();
    while (!cursor.atEnd()) {
      if (!cursor.isName()) {
        return false;
      }
      if (cursor.is(Word.AUTOCOMMIT)) {
        draft.add(Trait.AUTOCOMMIT);
      }
      String name = cursor.tokens.name(cursor.at++).toUpperCase(Locale.ROOT);
      if (!unset && !cursor.take(Token.EQUALS)) {
        return false;
      }
      values.put(name, unset ? "" : value(cursor));
      cursor.take(Token.COMMA);
    }
    draft.detail = new Detail.Parameters(unset, Collections.unmodifiableMap(values));
    draft.is(Kind.SESSION);
    return !values.isEmpty();
  }

  /** A value as written: up to a comma, or to the next {@code name =}. */
  private static String value(Cursor cursor) {
    int first = cursor.at;
    while (!cursor.atEnd()
        && !cursor.is(Token.COMMA)
        && !(cursor.at > first && cursor.isName() && cursor.nextIs(Token.EQUALS))) {
      if (cursor.is(Token.OPEN)) {
        cursor.skipGroup();
      } else {
        cursor.at++;
      }
    }
    return written(cursor, first);
  }

  private static String written(Cursor cursor, int first) {
    int last = Math.min(cursor.at, cursor.end) - 1;
    Tokens tokens = cursor.tokens;
    return last < first ? "" : tokens.text.substring(tokens.from(first), tokens.to(last));
  }

  static boolean use(Cursor cursor, Draft draft) {
    cursor.at++;
    if (cursor.take(Word.SECONDARY, Word.ROLES)) {
      int first = cursor.at;
      cursor.at = cursor.end;
      String roles = written(cursor, first);
      draft.detail = new Detail.Use(UseWhat.SECONDARY_ROLES, roles, null);
      draft.is(Kind.USE);
      return !roles.isEmpty();
    }
    UseWhat what = noun(cursor);
    int first = cursor.at;
    Target target = cursor.target();
    if (target == null || !cursor.atEnd()) {
      return false;
    }
    draft.detail = new Detail.Use(what, written(cursor, first), target);
    draft.is(Kind.USE);
    return true;
  }

  /**
   * Passes the noun, if there is a name behind it: {@code USE schema} names a database so called.
   */
  private static UseWhat noun(Cursor cursor) {
    UseWhat what = UseWhat.IMPLIED;
    if (cursor.is(Word.DATABASE)) {
      what = UseWhat.DATABASE;
    } else if (cursor.is(Word.SCHEMA)) {
      what = UseWhat.SCHEMA;
    } else if (cursor.is(Word.ROLE)) {
      what = UseWhat.ROLE;
    } else if (cursor.is(Word.WAREHOUSE)) {
      what = UseWhat.WAREHOUSE;
    }
    if (what == UseWhat.IMPLIED || cursor.nextIs(Token.DOT) || cursor.at + 1 >= cursor.end) {
      return UseWhat.IMPLIED;
    }
    cursor.at++;
    return what;
  }

  /** BEGIN followed by anything but these words opens a scripting block [D], which is opaque. */
  static boolean transaction(Cursor cursor, Draft draft) {
    Word lead = cursor.word();
    cursor.at++;
    TransactionVerb verb;
    if (lead == Word.COMMIT || lead == Word.ROLLBACK) {
      verb = lead == Word.COMMIT ? TransactionVerb.COMMIT : TransactionVerb.ROLLBACK;
      cursor.take(Word.WORK);
    } else {
      verb = TransactionVerb.BEGIN;
      boolean noun = cursor.take(Word.TRANSACTION) || lead == Word.BEGIN && cursor.take(Word.WORK);
      if (lead == Word.START && !noun) {
        return false;
      }
      if (cursor.take(Word.NAME) && cursor.target() == null) {
        return false;
      }
    }
    draft.detail = new Detail.Transaction(verb);
    draft.is(Kind.TRANSACTION);
    return cursor.atEnd();
  }
}
