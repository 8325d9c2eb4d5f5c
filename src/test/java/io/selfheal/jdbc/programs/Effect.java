package io.selfheal.jdbc.programs;

import java.util.List;

/** What a step does to the names and contents a session sees; names as they stand in the text. */
sealed interface Effect {

  /** Reads only, or changes nothing that a name stands for. */
  record None() implements Effect {}

  /**
   * A table with rows from these sources, or none; {@code like} takes the columns only. {@code
   * volatileRows}: made with a function that may answer otherwise the next time.
   */
  record Table(
      String name,
      boolean temporary,
      boolean replace,
      boolean ifNotExists,
      List<String> sources,
      boolean volatileRows)
      implements Effect {}

  record View(String name, boolean temporary, List<String> sources) implements Effect {}

  record Drop(String name) implements Effect {}

  record Rename(String from, String to) implements Effect {}

  /** Columns are added. */
  record Alter(String name) implements Effect {}

  record Swap(String one, String other) implements Effect {}

  /** DML on one or more tables, with rows from these sources. */
  record Write(List<String> targets, List<String> sources, boolean volatileRows)
      implements Effect {}

  record UseSchema(String name) implements Effect {}

  record Begin() implements Effect {}

  /** The end of a transaction, either way. */
  record End() implements Effect {}

  record Autocommit(boolean on) implements Effect {}

  record Checkpoint() implements Effect {}

  /** Asks for ids or results of earlier statements of this session. */
  record History() implements Effect {}

  /** Nobody can tell from the text what it does. */
  record Opaque(List<String> targets) implements Effect {}

  /** DDL on something that is no table; it commits. */
  record OtherDdl() implements Effect {}

  Effect NONE = new None();

  static Effect write(String target, String... sources) {
    return new Write(List.of(target), List.of(sources), false);
  }
}
