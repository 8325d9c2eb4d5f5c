package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.ObjectName;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call that the living session, or its open transaction, is made of. Entries stand in the order
 * in which their calls succeeded. Immutable, but for what its {@link Replay} keeps.
 *
 * @param name what it is, for messages: no values
 * @param role what it is to the journal
 * @param context the context it ran in
 * @param count the update count; -1 for none
 * @param defines versions of temp objects that it made
 * @param uses versions of temp objects that it needs to be there
 * @param follows versions of structures that it ends: where one of them is made again, so is this
 * @param sources permanent objects it read
 * @param templates permanent objects whose definition it copied
 * @param unsure why the same call may do something else another time; null where it may not
 * @param pending whether the transaction it ran in is still open
 */
record Entry(
    String name,
    Role role,
    Context context,
    Replay replay,
    long count,
    @Nullable String queryId,
    Set<Integer> defines,
    Set<Integer> uses,
    Set<Integer> follows,
    List<ObjectName> sources,
    List<ObjectName> templates,
    @Nullable String unsure,
    boolean pending) {

  enum Role {
    /** Makes or changes temp objects and nothing else. */
    TEMP,
    /** Makes something without content, such as a view: if it fails nothing is left behind. */
    DEFINITION,
    /** Changes what outlives the session, and perhaps temp objects as well. */
    LASTING,
    /** Reads, inside a transaction. */
    READ,
    /** Opens a transaction by text. */
    BEGIN,
    /** Ends a temp object: needed as long as the entry that made it. */
    END
  }

  Entry settled() {
    return new Entry(
        name, role, context, replay, count, queryId, defines, uses, follows, sources, templates,
        unsure, false);
  }

  /** As it ran on another session. */
  Entry again(@Nullable String newQueryId) {
    return new Entry(
        name,
        role,
        context,
        replay,
        count,
        newQueryId,
        defines,
        uses,
        follows,
        sources,
        templates,
        unsure,
        pending);
  }

  /** What it keeps on the heap, roughly: the object itself, its sets, and the call. */
  long bytes() {
    return 160 + replay.bytes();
  }

  // Each call is itself only. (The generated ones would also leave the class loader in a cache of
  // the JDK's on JDK 17.)

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  /** Not the call, which holds values. */
  @Override
  public String toString() {
    return name;
  }
}
