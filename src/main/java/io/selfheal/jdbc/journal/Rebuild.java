package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.driver.Options.Verify;
import io.selfheal.jdbc.snowflake.Expiry;
import io.selfheal.jdbc.snowflake.Transactions;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes on a fresh session what the dead one held: settles its transaction, proves that what the
 * journal has read is unchanged, runs the entries again in their order and compares what they come
 * to. For one heal, not thread-safe.
 */
public final class Rebuild {

  static final String PERHAPS_NOT_MADE =
      "there is a permanent object of that name, so that IF NOT EXISTS may have made none";

  private final Snapshot before;
  private final Connection fresh;

  /** The server's number of the session that is rebuilt; null where it is not known. */
  private final @Nullable String session;

  private final PreparedTexts texts;
  private final Past past;
  private final ReadComparison reads;
  private final Expiry expiry;
  private final Verify verify;
  private final List<String> queryIds = new ArrayList<>();

  private List<Entry> entries;
  private Map<TempObject, Held> objects;
  private Rebuilt.Transaction transaction = Rebuilt.Transaction.NONE;
  private @Nullable String why;
  private boolean settled;
  private long settleNanos;

  /** What went wrong so that nothing of the rebuilt session may be used. */
  public static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean diverged;
    private Rebuilt.Transaction transaction = Rebuilt.Transaction.UNKNOWN;

    Failed(String what, boolean diverged, @Nullable SQLException cause) {
      super(what, cause);
      this.diverged = diverged;
    }
  }

  /**
   * @param deadSession the server's number of the dead session; null where it is not known
   */
  public Rebuild(
      Snapshot before,
      Connection fresh,
      @Nullable String deadSession,
      Expiry expiry,
      Verify verify) {
    this.before = before;
    this.fresh = fresh;
    this.session = Vendor.sessionId(fresh);
    this.texts = new PreparedTexts(fresh);
    this.past = new Past(fresh, deadSession);
    this.reads = new ReadComparison(past);
    this.expiry = expiry;
    this.verify = verify;
    boolean asked = before.keep().objects();
    this.entries = asked ? before.entries() : List.of();
    this.objects = asked ? before.objects() : notAskedFor(before.objects());
  }

  private static Map<TempObject, Held> notAskedFor(Map<TempObject, Held> held) {
    Map<TempObject, Held> lost = new HashMap<>(held);
    lost.replaceAll((object, one) -> one.lost("selfheal.replay does not ask for it"));
    return lost;
  }

  /** For a session that is not to be rebuilt, after it was tried. */
  public static Rebuilt given(Snapshot before, Failed failure) {
    Map<TempObject, String> lost = new HashMap<>();
    var what = String.valueOf(failure.getMessage());
    before
        .objects()
        .forEach((object, held) -> lost.put(object, held.lost() == null ? what : held.lost()));
    return new Rebuilt(
        List.of(),
        Map.of(),
        lost,
        before.transaction() ? failure.transaction : Rebuilt.Transaction.NONE,
        what,
        // Without temp objects there is nothing that a call outside of the transaction could miss.
        before.objects().isEmpty() ? null : what,
        failure.diverged,
        List.of());
  }

  /**
   * Rebuilds, and leaves the connection in the context of the dead session, autocommit included.
   *
   * @throws SQLException a second expiry, as it is
   * @throws Failed when the connection must not be used
   */
  public Rebuilt run() throws SQLException, Failed {
    try {
      return rebuilt();
    } catch (SQLException e) {
      if (expiry.code(e) != 0) {
        throw e;
      }
      throw failed(new Failed("it could not be rebuilt (code " + e.getErrorCode() + ")", false, e));
    } catch (Failed e) {
      throw failed(e);
    } catch (RuntimeException e) {
      // Of the physical driver's, or of a value that the application has freed.
      throw failed(
          new Failed("it could not be rebuilt (" + e.getClass().getName() + ")", false, null));
    }
  }

  /** How long it took to find out what became of the transaction; 0 before that is known. */
  public long settleNanos() {
    return settleNanos;
  }

  private Rebuilt rebuilt() throws SQLException, Failed {
    long start = System.nanoTime();
    settleTransaction();
    settleNanos = System.nanoTime() - start;
    settled = true;
    var proof = new Proof(fresh, past, expiry, before.objects().keySet());
    var kept = keep(proof);
    replay(kept, proof);
    return new Rebuilt(
        entries, kept.objects(), kept.lost(), transaction, why, null, false, queryIds);
  }

  /** A transaction that was to be replayed is known to have been rolled back. */
  private Failed failed(Failed failure) {
    if (settled) {
      failure.transaction =
          transaction == Rebuilt.Transaction.REPLAYED ? Rebuilt.Transaction.LOST : transaction;
    } else if (!before.perhapsCommitted()) {
      failure.transaction = Rebuilt.Transaction.LOST;
    }
    return failure;
  }

  // The old transaction first: what was committed must not be done again

  private void settleTransaction() throws SQLException {
    if (!before.transaction()) {
      forgetTransaction(objects);
      return;
    }
    var pending = entries.stream().filter(Entry::pending).toList();
    var fates = past.fates(pending);
    if (fates.containsValue(Transactions.Fate.UNKNOWN)) {
      uncertain("what became of the transaction cannot be seen");
      return;
    }
    boolean open = false;
    List<Entry> left = new ArrayList<>();
    for (var entry : entries) {
      boolean committed = fates.get(entry) == Transactions.Fate.COMMITTED;
      if (committed && open) {
        uncertain("some of the transaction was committed, but not what came before it");
        return;
      }
      open |= entry.pending() && !committed;
      if (!committed) {
        left.add(entry);
      } else if (entry.role() == Entry.Role.TEMP) {
        left.add(entry.settled());
      }
    }
    entries = left;
    if (before.keep().transactions() && before.transactionLost() == null && !pending.isEmpty()) {
      transaction = open ? Rebuilt.Transaction.REPLAYED : Rebuilt.Transaction.COMMITTED;
      objects = open ? objects : Held.committed(objects);
    } else if (open || pending.isEmpty()) {
      transaction = Rebuilt.Transaction.LOST;
      why = before.transactionLost();
      forgetTransaction(before.objectsBefore());
      if (before.perhapsCommitted() || pending.isEmpty()) {
        uncertain(why);
      }
    } else {
      transaction = Rebuilt.Transaction.COMMITTED;
      objects = Held.committed(objects);
    }
  }

  /** Nor is it known, then, what is left of what the transaction did to temp objects. */
  private void uncertain(@Nullable String reason) {
    transaction =
        before.perhapsCommitted() ? Rebuilt.Transaction.UNKNOWN : Rebuilt.Transaction.LOST;
    why = reason;
    forgetTransaction(withoutChanged());
  }

  private void forgetTransaction(Map<TempObject, Held> left) {
    entries = entries.stream().filter(entry -> !entry.pending()).toList();
    objects = left;
  }

  private Map<TempObject, Held> withoutChanged() {
    Map<TempObject, Held> left = new HashMap<>(before.objects());
    left.replaceAll(
        (object, held) ->
            held.sameVersion(before.objectsBefore().get(object))
                ? held
                : held.lost("what a transaction did to it is not known"));
    return left;
  }

  // What can be rebuilt, and is needed

  private record Kept(
      List<Entry> entries, Map<TempObject, Held> objects, Map<TempObject, String> lost) {}

  private Kept keep(Proof proof) throws SQLException {
    while (true) {
      doubtIfNotExists();
      var sieve = new Sieve(entries);
      for (var entry : entries) {
        var doubt = entry.replay().doubt();
        sieve.pass(entry, doubt != null || verify != Verify.FULL ? doubt : proof.doubt(entry));
      }
      var broken = sieve.lostTransaction();
      if (broken == null) {
        var left = sieve.alive(objects);
        var needed =
            sieve.needed(
                left,
                transaction == Rebuilt.Transaction.REPLAYED ? before.objectsBefore() : Map.of());
        return new Kept(
            entries.stream().filter(needed::contains).toList(), left, sieve.lost(objects));
      }
      // All or nothing: without one of its statements the transaction is another.
      transaction = Rebuilt.Transaction.LOST;
      why = broken;
      forgetTransaction(before.objectsBefore());
    }
  }

  /** IF NOT EXISTS may have met a permanent object; its own answer tells. */
  private void doubtIfNotExists() {
    objects = new HashMap<>(objects);
    for (var object : objects.entrySet()) {
      var held = object.getValue();
      if (held.is(Held.Mark.PERHAPS_NOT_MADE)
          && !wasMade(held)
          && object.getKey().hidesAnother(fresh)) {
        object.setValue(held.lost(PERHAPS_NOT_MADE));
      }
    }
  }

  private boolean wasMade(Held held) {
    for (var entry : entries) {
      if (entry.queryId() != null && entry.defines().contains(held.structure())) {
        return past.status(entry.queryId()).contains("successfully created");
      }
    }
    return false;
  }

  // Again

  private void replay(Kept work, Proof proof) throws SQLException, Failed {
    var kept = work.entries();
    var wanted = before.context();
    var now = wanted;
    boolean sessionPart = true;
    if (!kept.isEmpty() && !fresh.getAutoCommit()) {
      fresh.setAutoCommit(true);
    }
    List<Entry> again = new ArrayList<>(kept.size());
    for (var entry : kept) {
      if (sessionPart && entry.pending()) {
        // What comes now must not be committed by what the proof has to do.
        proof.confirm();
        wanted.restoreAutoCommit(fresh);
        if (fresh.getAutoCommit() && entry.role() != Entry.Role.BEGIN) {
          // It would be committed, statement by statement.
          throw new Failed("how its transaction began is not known", false, null);
        }
        sessionPart = false;
      }
      boolean moves = !now.sameAs(entry.context());
      if (moves || entry.role() != Entry.Role.READ) {
        reads.run();
      }
      if (moves) {
        texts.close();
        entry.context().move(now, fresh);
      }
      now = entry.context();
      if (entry.role() == Entry.Role.DEFINITION && isLast(entry, kept)) {
        define(entry, work, again);
      } else {
        again.add(entry.again(run(entry)));
      }
    }
    texts.close();
    reads.run();
    if (!now.sameAs(wanted)) {
      wanted.move(now, fresh);
    }
    if (sessionPart) {
      proof.confirm();
    }
    wanted.restoreAutoCommit(fresh);
    entries = again;
  }

  /** Whether nothing is made of what it makes. */
  private static boolean isLast(Entry entry, List<Entry> all) {
    return all.stream().noneMatch(one -> one.uses().stream().anyMatch(entry.defines()::contains));
  }

  /** A view whose tables are gone is lost alone. */
  private void define(Entry entry, Kept work, List<Entry> again) throws SQLException {
    try {
      again.add(entry.again(run(entry)));
    } catch (Failed e) {
      work.objects()
          .entrySet()
          .removeIf(
              object -> {
                boolean its = entry.defines().contains(object.getValue().structure());
                if (its) {
                  work.lost().put(object.getKey(), String.valueOf(e.getMessage()));
                }
                return its;
              });
    }
  }

  private @Nullable String run(Entry entry) throws SQLException, Failed {
    Replay.Done done;
    try {
      done = entry.replay().on(texts);
    } catch (SQLException e) {
      if (expiry.code(e) != 0) {
        throw e;
      }
      throw new Failed(
          entry.name() + " failed when it was run again (code " + e.getErrorCode() + ")", false, e);
    }
    if (!Objects.equals(Vendor.sessionId(fresh), session)) {
      // What comes now would run in it without what has been rebuilt, and commit by itself.
      throw new SQLException(
          "The session is gone: the physical driver logged in again by itself while it was rebuilt.",
          "08003",
          Expiry.TOKEN_EXPIRED);
    }
    if (done.queryId() != null) {
      queryIds.add(done.queryId());
    }
    if (verify != Verify.OFF
        && entry.count() >= 0
        && done.count() >= 0
        && entry.count() != done.count()) {
      throw new Failed(
          entry.name() + " gave " + done.count() + " rows instead of " + entry.count(), true, null);
    }
    if (entry.role() == Entry.Role.READ && verify == Verify.FULL) {
      reads.add(entry, done.queryId());
    }
    return done.queryId();
  }
}
