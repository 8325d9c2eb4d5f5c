package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.ObjectName;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call that the living session, or its open transaction, is made of. Entries stand in the order
 * in which their calls succeeded. Immutable, but for what its {@link Replay} keeps; packed, as
 * there may be thousands on a connection. Each is equal to itself only.
 */
final class Entry {

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

  private final Mould mould;
  private final Replay replay;
  private final long count;
  private final int[] versions;
  private final boolean pending;

  /** The query id, or {@code oddId} where it is none that fits here. */
  private final long idHigh;

  private final long idLow;
  private final @Nullable String oddId;

  /**
   * A call that succeeded.
   *
   * @param count the update count; -1 for none
   * @param defines versions of temp objects that it made
   * @param uses versions of temp objects that it needs to be there
   * @param follows versions of structures that it ends: where one of them is made again, so is this
   * @param pending whether the transaction it ran in is still open
   */
  Entry(
      Mould mould,
      Replay replay,
      long count,
      @Nullable String queryId,
      Set<Integer> defines,
      Set<Integer> uses,
      Set<Integer> follows,
      boolean pending) {
    this(mould, replay, count, queryId, Versions.pack(defines, uses, follows), pending);
  }

  private Entry(
      Mould mould,
      Replay replay,
      long count,
      @Nullable String queryId,
      int[] versions,
      boolean pending) {
    this.mould = mould;
    this.replay = replay;
    this.count = count;
    this.versions = versions;
    this.pending = pending;
    if (queryId != null && QueryId.isPlain(queryId)) {
      this.idHigh = QueryId.high(queryId);
      this.idLow = QueryId.low(queryId);
    } else {
      this.idHigh = 0;
      this.idLow = 0;
    }
    this.oddId = idHigh == 0 && idLow == 0 ? queryId : null;
  }

  String name() {
    return mould.name();
  }

  Role role() {
    return mould.role();
  }

  Context context() {
    return mould.context();
  }

  Replay replay() {
    return replay;
  }

  long count() {
    return count;
  }

  @Nullable String queryId() {
    return idHigh == 0 && idLow == 0 ? oddId : QueryId.text(idHigh, idLow);
  }

  Set<Integer> defines() {
    return Versions.first(versions);
  }

  Set<Integer> uses() {
    return Versions.second(versions);
  }

  Set<Integer> follows() {
    return Versions.third(versions);
  }

  List<ObjectName> sources() {
    return mould.sources();
  }

  List<ObjectName> templates() {
    return mould.templates();
  }

  @Nullable String unsure() {
    return mould.unsure();
  }

  boolean pending() {
    return pending;
  }

  Entry settled() {
    return new Entry(mould, replay, count, queryId(), versions, false);
  }

  /** As it ran on another session. */
  Entry again(@Nullable String newQueryId) {
    return new Entry(mould, replay, count, newQueryId, versions, pending);
  }

  /** The same with what it has in common with an earlier one; itself where that is little. */
  Entry sharing(Entry earlier) {
    if (!mould.sameAs(earlier.mould)) {
      return this;
    }
    replay.share(earlier.replay);
    return new Entry(earlier.mould, replay, count, queryId(), versions, pending);
  }

  /** What it keeps on the heap, roughly: the object itself, its sets, and the call. */
  long bytes() {
    return 160 + replay.bytes();
  }

  /** Not the call, which holds values. */
  @Override
  public String toString() {
    return name();
  }
}
