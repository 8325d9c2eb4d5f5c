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

  private static final int MASK = 2047;
  private static final @Nullable Word[] BY_HASH = new Word[MASK + 1];
  private static final int LONGEST;

  static {
    int longest = 0;
    for (Word word : values()) {
      String name = word.name();
      longest = Math.max(longest, name.length());
      int hash = 0;
      for (int i = 0; i < name.length(); i++) {
        hash = mix(hash, name.charAt(i));
      }
      int slot = hash & MASK;
      while (BY_HASH[slot] != null) {
        slot = (slot + 1) & MASK;
      }
      BY_HASH[slot] = word;
    }
    LONGEST = longest;
  }

  /** Adds a character to a hash that does not see the case of ASCII letters. */
  static int mix(int hash, char c) {
    return hash * 31 + (c | 0x20);
  }

  /** The word at these offsets, or null where it is none of them. */
  static @Nullable Word find(String text, int from, int to, int hash) {
    int length = to - from;
    if (length > LONGEST) {
      return null;
    }
    int slot = hash & MASK;
    for (Word word = BY_HASH[slot]; word != null; word = BY_HASH[slot]) {
      if (word.name().length() == length && word.isAt(text, from)) {
        return word;
      }
      slot = (slot + 1) & MASK;
    }
    return null;
  }

  /** Compares without regard to the case of ASCII letters, and to nothing else's. */
  private boolean isAt(String text, int from) {
    String name = name();
    for (int i = 0; i < name.length(); i++) {
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
