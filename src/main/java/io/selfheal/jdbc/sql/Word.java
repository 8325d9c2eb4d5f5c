package io.selfheal.jdbc.sql;

import org.jspecify.annotations.Nullable;

/**
 * The words that the classifier looks at; every other word is just a name. A word is looked up
 * once, by the hash that the lexer makes while it reads it.
 */
enum Word {
  // Leading words.
  SELECT,
  WITH,
  VALUES,
  SHOW,
  DESC,
  DESCRIBE,
  EXPLAIN,
  LIST,
  LS,
  INSERT,
  UPDATE,
  DELETE,
  MERGE,
  TRUNCATE,
  COPY,
  CREATE,
  ALTER,
  DROP,
  GRANT,
  REVOKE,
  COMMENT,
  SET,
  UNSET,
  USE,
  BEGIN,
  START,
  COMMIT,
  ROLLBACK,
  PUT,
  GET,
  REMOVE,
  RM,
  CALL,
  EXECUTE,
  DECLARE,
  // Modifiers of CREATE.
  OR,
  REPLACE,
  LOCAL,
  GLOBAL,
  SCOPED,
  TEMP,
  TEMPORARY,
  VOLATILE,
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
  SEMANTIC,
  // Types of objects.
  TABLE,
  VIEW,
  STAGE,
  FILE,
  FORMAT,
  FUNCTION,
  PROCEDURE,
  SEQUENCE,
  SCHEMA,
  DATABASE,
  ROLE,
  WAREHOUSE,
  SESSION,
  TASK,
  ALERT,
  ROLES,
  // Words inside.
  IF,
  NOT,
  EXISTS,
  AS,
  INTO,
  FROM,
  JOIN,
  LATERAL,
  OVERWRITE,
  ALL,
  FIRST,
  FILES,
  ON,
  IDENTIFIER,
  TRANSACTION,
  WORK,
  NAME,
  SECONDARY,
  AUTOCOMMIT,
  POLICY,
  RENAME,
  TO,
  SWAP,
  PURGE,
  TRUE,
  USING,
  RESULT,
  ALLOWED,
  KEYS,
  VARIABLES,
  EXTRACT,
  DISTINCT,
  FOR,
  END,
  CASE,
  LOOP,
  WHILE,
  REPEAT,
  // Words round the names of sources.
  WHERE,
  GROUP,
  WITHIN,
  HAVING,
  QUALIFY,
  ORDER,
  UNION,
  INTERSECT,
  MINUS,
  CONNECT,
  IS,
  LIKE,
  CLONE,
  TEMPLATE,
  REFERENCES,
  FORMAT_NAME,
  FILE_FORMAT,
  // Words that leave open which rows, or which values, there will be.
  LIMIT,
  TOP,
  FETCH,
  NEXT,
  OFFSET,
  ROWS,
  BETWEEN,
  UNBOUNDED,
  CURRENT,
  TIMELIMIT,
  SEQ,
  AUTOINCREMENT,
  IDENTITY,
  // Words that betray an effect, a dependence on the session, or chance.
  NEXTVAL,
  GETNEXTVAL,
  LAST_QUERY_ID,
  RESULT_SCAN,
  CURRENT_SESSION,
  CURRENT_TRANSACTION,
  LAST_TRANSACTION,
  CURRENT_STATEMENT,
  QUERY_HISTORY_BY_SESSION,
  GETVARIABLE,
  RANDOM,
  RANDSTR,
  UUID_STRING,
  NORMAL,
  UNIFORM,
  ZIPF,
  SEQ1,
  SEQ2,
  SEQ4,
  SEQ8,
  SAMPLE,
  TABLESAMPLE,
  CURRENT_TIMESTAMP,
  CURRENT_TIME,
  CURRENT_DATE,
  LOCALTIME,
  LOCALTIMESTAMP,
  SYSDATE,
  SYSTIMESTAMP,
  GETDATE;

  private static final int SLOT_BITS = 11;
  private static final int MASK = (1 << SLOT_BITS) - 1;
  private static final @Nullable Word[] BY_KEY = new Word[MASK + 1];
  private static final int LONGEST;

  /** Up to this length the key of a word tells it from all others. */
  private static final int EXACT = 9;

  private final int length = name().length();
  private final long key = keyOf(name());

  static {
    int longest = 0;
    for (Word word : values()) {
      longest = Math.max(longest, word.length);
      int slot = slot(word.key);
      while (BY_KEY[slot] != null) {
        slot = (slot + 1) & MASK;
      }
      BY_KEY[slot] = word;
    }
    LONGEST = longest;
  }

  private static long keyOf(String name) {
    long key = 0;
    for (int i = 0; i < name.length(); i++) {
      key = mix(key, name.charAt(i));
    }
    return key;
  }

  private static int slot(long key) {
    return (int) (key * 0x9E3779B97F4A7C15L >>> Long.SIZE - SLOT_BITS);
  }

  /**
   * Adds a character to a key that does not see the case of ASCII letters: seven bits each, so that
   * only the last nine count. Means nothing for other characters.
   */
  static long mix(long key, char c) {
    return key << 7 | c | 0x20;
  }

  /** The word of ASCII characters at these offsets, or null where it is none of them. */
  static @Nullable Word find(String text, int from, int to, long key) {
    int span = to - from;
    if (span > LONGEST) {
      return null;
    }
    int slot = slot(key);
    for (Word word = BY_KEY[slot]; word != null; word = BY_KEY[slot]) {
      if (word.key == key && word.length == span && (span <= EXACT || word.isAt(text, from))) {
        return word;
      }
      slot = (slot + 1) & MASK;
    }
    return null;
  }

  /** Compares without regard to the case of ASCII letters, and to nothing else's. */
  private boolean isAt(String text, int from) {
    String name = name();
    for (int i = 0; i < length; i++) {
      if (((text.charAt(from + i) ^ name.charAt(i)) & ~0x20) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is one of the three words that make an object temporary. */
  boolean isTemp() {
    return this == TEMP || this == TEMPORARY || this == VOLATILE;
  }
}
