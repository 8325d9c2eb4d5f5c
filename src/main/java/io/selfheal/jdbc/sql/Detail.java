package io.selfheal.jdbc.sql;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a statement of a particular family says beyond its {@link Kind}. Immutable. */
public sealed interface Detail {

  /** Nothing further is known, or needed. */
  record None() implements Detail {
    static final None INSTANCE = new None();
  }

  /** BEGIN, COMMIT or ROLLBACK by text. */
  record Transaction(TransactionVerb verb) implements Detail {}

  /** What a transaction statement does. */
  enum TransactionVerb {
    BEGIN,
    COMMIT,
    ROLLBACK
  }

  /**
   * USE.
   *
   * @param what which part of the context it sets
   * @param text the name as written, or the words after SECONDARY ROLES
   * @param target the same name read; null for secondary roles
   */
  record Use(UseWhat what, String text, @Nullable Target target) implements Detail {}

  /** What USE sets; IMPLIED is {@code USE a} (a database) or {@code USE a.b} (a schema). */
  enum UseWhat {
    DATABASE,
    SCHEMA,
    ROLE,
    WAREHOUSE,
    SECONDARY_ROLES,
    IMPLIED
  }

  /**
   * ALTER SESSION SET or UNSET.
   *
   * @param unset whether it takes the values back
   * @param values upper-case names in their order, each with its value as written (empty for UNSET)
   */
  record Parameters(boolean unset, Map<String, String> values) implements Detail {}

  /** SET or UNSET of session variables, with their case-folded names. */
  record Variables(boolean unset, List<String> names) implements Detail {}

  /** CREATE, ALTER, DROP or COMMENT of an object of that type. */
  record Definition(ObjectType type) implements Detail {}

  /**
   * The types of objects that can be temporary or that change the context; all others are OTHER.
   */
  enum ObjectType {
    TABLE,
    VIEW,
    STAGE,
    FILE_FORMAT,
    FUNCTION,
    PROCEDURE,
    SEQUENCE,
    SCHEMA,
    DATABASE,
    OTHER
  }

  /**
   * A statement that moves or removes files.
   *
   * @param verb what it does
   * @param stage the stage it names first as the place written to, read from or removed from; null
   *     when that is a bind
   * @param local the local path of PUT and GET without quotes and {@code file://}; null when it is
   *     a bind or there is none
   * @param localFrom where the local path begins in the text with its quote, -1 if there is none
   * @param localTo where it ends
   */
  record Transfer(
      FileVerb verb, @Nullable StageRef stage, @Nullable String local, int localFrom, int localTo)
      implements Detail {}

  /** What a file statement does: GET only reads, all others change what a stage or cloud holds. */
  enum FileVerb {
    PUT,
    GET,
    REMOVE,
    UNLOAD,
    COPY_FILES
  }
}
