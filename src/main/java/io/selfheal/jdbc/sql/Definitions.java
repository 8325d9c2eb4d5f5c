package io.selfheal.jdbc.sql;

import io.selfheal.jdbc.sql.Detail.ObjectType;
import org.jspecify.annotations.Nullable;

/** The texts that change the catalogue: CREATE, ALTER, DROP, COMMENT, GRANT, REVOKE. Stateless. */
final class Definitions {

  /** How far behind unknown words a TEMP is looked for. */
  private static final int REACH = 8;

  private Definitions() {}

  static boolean create(Cursor cursor, Draft draft, Survey survey) {
    cursor.at++;
    boolean replaces = cursor.take(Word.OR, Word.REPLACE);
    if (replaces) {
      draft.add(Trait.REPLACES);
    }
    boolean alters = cursor.is(Word.OR) && cursor.nextIs(Word.ALTER);
    boolean temp = modifiers(cursor);
    ObjectType type = type(cursor);
    if (type == ObjectType.OTHER) {
      return other(cursor, draft, temp);
    }
    boolean optional = cursor.take(Word.IF, Word.NOT) && cursor.take(Word.EXISTS);
    if (optional) {
      draft.add(Trait.IF_NOT_EXISTS);
    }
    Target target = cursor.target();
    if (target == null) {
      return false;
    }
    draft.creates(target);
    if (alters) {
      draft.alters(target);
    }
    draft.temp |= temp;
    draft.detail = new Detail.Definition(type);
    if (type == ObjectType.DATABASE || type == ObjectType.SCHEMA) {
      draft.add(Trait.MOVES_CONTEXT);
    }
    if (isCopy(cursor)) {
      draft.add(Trait.DEFINES_LIKE);
    }
    draft.is(temp ? Kind.TEMP_DDL : Kind.DDL);
    // Only CREATE TABLE … AS runs what it holds; views, tasks and procedures just keep it.
    boolean runs = type == ObjectType.TABLE && draft.has(Trait.READS);
    return !(runs && survey.sideEffect);
  }

  /** Whether LIKE, CLONE or USING TEMPLATE stands before what AS begins. */
  private static boolean isCopy(Cursor cursor) {
    while (!cursor.atEnd() && !cursor.is(Word.AS)) {
      if (cursor.is(Word.LIKE)
          || cursor.is(Word.CLONE)
          || cursor.is(Word.USING) && cursor.nextIs(Word.TEMPLATE)) {
        return true;
      }
      if (cursor.is(Token.OPEN)) {
        cursor.skipGroup();
      } else {
        cursor.at++;
      }
    }
    return false;
  }

  /**
   * Passes the words between CREATE and the type and says whether TEMP, TEMPORARY or VOLATILE is
   * among them, in whatever place: SECURE TEMPORARY RECURSIVE VIEW, SCOPED TEMP READ ONLY TABLE.
   */
  static boolean modifiers(Cursor cursor) {
    boolean temp = false;
    while (true) {
      Word word = cursor.word();
      if (word == null) {
        return temp;
      }
      switch (word) {
        case OR -> cursor.at++; // OR ALTER
        case ALTER,
            LOCAL,
            GLOBAL,
            SCOPED,
            TRANSIENT,
            SECURE,
            RECURSIVE,
            READ,
            ONLY,
            HYBRID,
            DYNAMIC,
            ICEBERG,
            EXTERNAL,
            EVENT,
            MATERIALIZED,
            AGGREGATE,
            INTERACTIVE,
            SEMANTIC ->
            cursor.at++;
        case TEMP, TEMPORARY, VOLATILE -> {
          temp = true;
          cursor.at++;
        }
        default -> {
          return temp;
        }
      }
    }
  }

  /** Passes the type. Types of two words that begin like another are OTHER: DATABASE ROLE. */
  static ObjectType type(Cursor cursor) {
    Word word = cursor.word();
    if (word == null) {
      return ObjectType.OTHER;
    }
    ObjectType type =
        switch (word) {
          case TABLE -> ObjectType.TABLE;
          case VIEW -> ObjectType.VIEW;
          case STAGE -> ObjectType.STAGE;
          case FILE -> cursor.nextIs(Word.FORMAT) ? ObjectType.FILE_FORMAT : ObjectType.OTHER;
          case FUNCTION -> ObjectType.FUNCTION;
          case PROCEDURE -> ObjectType.PROCEDURE;
          case SEQUENCE -> ObjectType.SEQUENCE;
          case SCHEMA -> ObjectType.SCHEMA;
          case DATABASE -> cursor.nextIs(Word.ROLE) ? ObjectType.OTHER : ObjectType.DATABASE;
          default -> ObjectType.OTHER;
        };
    if (type != ObjectType.OTHER) {
      cursor.at += type == ObjectType.FILE_FORMAT ? 2 : 1;
    }
    return type;
  }

  /** A type that cannot be temporary today. If the words say TEMP all the same, it is in doubt. */
  private static boolean other(Cursor cursor, Draft draft, boolean temp) {
    if (temp || cursor.atEnd()) {
      return false;
    }
    int stop = Math.min(cursor.end, cursor.at + REACH);
    for (int at = cursor.at; at < stop; at++) {
      Word word = cursor.tokens.word(at);
      Word next = cursor.tokens.word(at + 1);
      if (word != null && word.isTemp() && next != null && isType(next)) {
        return false;
      }
    }
    draft.detail = new Detail.Definition(ObjectType.OTHER);
    draft.is(Kind.DDL);
    return true;
  }

  private static boolean isType(Word word) {
    return switch (word) {
      case TABLE, VIEW, STAGE, FILE, FUNCTION, PROCEDURE, SEQUENCE -> true;
      default -> false;
    };
  }

  static boolean alter(Cursor cursor, Draft draft) {
    cursor.at++;
    if (cursor.is(Word.SESSION) && !cursor.nextIs(Word.POLICY)) {
      cursor.at++;
      return Sessions.parameters(cursor, draft);
    }
    Target target = existing(cursor, draft);
    if (target != null) {
      draft.alters(target);
      rename(cursor, draft, target);
    }
    return draft.kind == Kind.DDL;
  }

  private static void rename(Cursor cursor, Draft draft, Target old) {
    if (cursor.take(Word.RENAME, Word.TO)) {
      Target renamed = cursor.target();
      draft.add(Trait.RENAMES);
      draft.drops(old);
      draft.creates(renamed == null ? Target.Unknown.INSTANCE : renamed);
    } else if (cursor.take(Word.SWAP, Word.WITH)) {
      Target other = cursor.target();
      draft.add(Trait.SWAPS);
      draft.alters(other == null ? Target.Unknown.INSTANCE : other);
    }
  }

  static boolean drop(Cursor cursor, Draft draft) {
    cursor.at++;
    Target target = existing(cursor, draft);
    if (target != null) {
      draft.drops(target);
    }
    return draft.kind == Kind.DDL;
  }

  static boolean comment(Cursor cursor, Draft draft) {
    cursor.at++;
    if (cursor.take(Word.IF, Word.EXISTS)) {
      draft.add(Trait.IF_EXISTS);
    }
    if (!cursor.take(Word.ON)) {
      return false;
    }
    Target target = existing(cursor, draft);
    if (target != null) {
      draft.alters(target);
    }
    return draft.kind == Kind.DDL;
  }

  static boolean permission(Draft draft) {
    draft.is(Kind.DDL);
    return true;
  }

  /** Passes {@code [modifiers] type [IF EXISTS] name}; null for types without temporary objects. */
  private static @Nullable Target existing(Cursor cursor, Draft draft) {
    modifiers(cursor);
    ObjectType type = type(cursor);
    if (cursor.atEnd()) {
      return null;
    }
    draft.detail = new Detail.Definition(type);
    if (cursor.take(Word.IF, Word.EXISTS)) {
      draft.add(Trait.IF_EXISTS);
    }
    if (type == ObjectType.OTHER) {
      draft.is(Kind.DDL);
      return null;
    }
    Target target = cursor.target();
    if (target != null) {
      draft.is(Kind.DDL);
    }
    return target;
  }
}
