package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.ObjectName;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a temp object that is alive: the versions that its structure and its content
 * have come to, each defined by one entry of the journal. Immutable.
 *
 * @param lost why it cannot be rebuilt; null where it can
 * @param marks what else has to be known of it; never changed
 * @param view what reading it reads; null for all but views
 */
record Held(
    int structure, int content, @Nullable String lost, Set<Mark> marks, @Nullable View view) {

  enum Mark {
    /** Files of it were loaded into what outlives the session. */
    LOADED,
    /** So they were, in a transaction that is still open. */
    LOADING,
    /** It is a table on whose stage there are files, which TRUNCATE leaves there. */
    FILES,
    /** Rows written into it may get other values another time. */
    VOLATILE_DEFAULTS,
    /** Made by IF NOT EXISTS, which may have found a permanent object and made nothing [I]. */
    PERHAPS_NOT_MADE
  }

  /**
   * What a view reads whenever it is read.
   *
   * @param through temp objects
   * @param sources other objects
   * @param unsure why it may give other rows from the same sources; null where it may not
   */
  record View(Set<TempObject> through, List<ObjectName> sources, @Nullable String unsure) {}

  boolean is(Mark mark) {
    return marks.contains(mark);
  }

  Held with(Mark mark) {
    var more = EnumSet.of(mark);
    more.addAll(marks);
    return new Held(structure, content, lost, more, view);
  }

  Held without(Mark mark) {
    if (!is(mark)) {
      return this;
    }
    var less = EnumSet.copyOf(marks);
    less.remove(mark);
    return new Held(structure, content, lost, less, view);
  }

  Held content(int version) {
    return new Held(structure, version, lost, marks, view);
  }

  Held versions(int newStructure, int newContent) {
    return new Held(newStructure, newContent, lost, marks, view);
  }

  Held lost(String why) {
    return lost != null ? this : new Held(structure, content, why, marks, view);
  }

  /** What was loaded in a transaction is loaded for good. */
  static Map<TempObject, Held> committed(Map<TempObject, Held> objects) {
    Map<TempObject, Held> committed = new HashMap<>(objects);
    committed.replaceAll(
        (object, held) ->
            held.is(Mark.LOADING) ? held.without(Mark.LOADING).with(Mark.LOADED) : held);
    return Collections.unmodifiableMap(committed);
  }

  Set<Integer> both() {
    return Set.of(structure, content);
  }

  boolean sameVersion(@Nullable Held other) {
    return other != null && structure == other.structure && content == other.content;
  }
}
