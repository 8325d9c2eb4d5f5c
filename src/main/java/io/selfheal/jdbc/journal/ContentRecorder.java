package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.journal.Held.Mark;
import io.selfheal.jdbc.sql.Detail.FileVerb;
import io.selfheal.jdbc.sql.Detail.ObjectType;
import io.selfheal.jdbc.sql.Hint;
import io.selfheal.jdbc.sql.Trait;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Enters rows and files that were written, and what only a transaction has to know. */
final class ContentRecorder extends Recorder {

  private final boolean manual;

  /**
   * @param manual whether statements do not commit by themselves
   */
  ContentRecorder(
      Journal journal, Applied call, Scope scope, Context context, Keep keep, boolean manual) {
    super(journal, call, scope, context, keep);
    this.manual = manual;
  }

  void write() {
    boolean purges = shape.has(Trait.PURGES_FILES);
    if (analysis.writesUnknown() && !journal.objects().isEmpty()) {
      journal.forget("a statement wrote to something whose name its text does not tell");
    }
    var written = analysis.written();
    Set<TempObject> changed = new HashSet<>(written);
    if (purges) {
      changed.addAll(analysis.stages());
    }
    boolean lasting =
        written.isEmpty() || analysis.writesLasting() || (purges && analysis.namesLastingStage());
    if (lasting && shape.objectType() == null && isCopy()) {
      loaded();
    }
    var purge = purges && written.isEmpty() && !manual ? Purge.of(call, scope) : null;
    if (purge != null && whyNot(Set.of()) == null) {
      purged(changed, purge);
    } else {
      content(changed, lasting, emptied(written), manual);
    }
  }

  /** What it empties first, unless it reads that, or files are left on its stage. */
  private Set<TempObject> emptied(Set<TempObject> written) {
    Set<TempObject> emptied = new HashSet<>();
    for (var table : written) {
      var held = journal.objects().get(table);
      if (shape.has(Trait.EMPTIES_TARGET)
          && held != null
          && !held.is(Mark.FILES)
          && !analysis.reads(table)) {
        emptied.add(table);
      }
    }
    return emptied;
  }

  private boolean isCopy() {
    return switch (name(null)) {
      case "INSERT", "MERGE", "UPDATE", "DELETE" -> false;
      // What begins with a comment may be one.
      default -> true;
    };
  }

  /** The server knows which files of a stage a table has loaded, and nothing of a rebuilt one's. */
  private void loaded() {
    for (var stage : analysis.stages()) {
      var held = journal.objects().get(stage);
      if (held != null) {
        if (manual) {
          journal.inTransaction();
          journal.put(stage, held.with(Mark.LOADING));
        } else {
          journal.putForGood(stage, held.with(Mark.LOADED));
        }
      }
    }
  }

  /** What was loaded for good is gone from the stage: a rebuilt one must not offer it again. */
  private void purged(Set<TempObject> stages, Purge purge) {
    for (var stage : stages) {
      var held = journal.objects().get(stage);
      if (held != null) {
        int version = journal.version();
        Set<Integer> uses = new HashSet<>(Set.of(held.structure()));
        if (!purge.all()) {
          uses.add(held.content());
        }
        var next = held.content(version);
        journal.put(stage, purge.all() ? next.without(Mark.LOADED) : next);
        journal.add(
            new Entry(
                new Mould(name(stage), Entry.Role.TEMP, context, List.of(), List.of(), null),
                purge,
                -1,
                null,
                Set.of(version),
                uses,
                Set.of(),
                false));
      }
    }
    journal.prune();
  }

  void file() {
    var transfer = shape.transfer();
    if (transfer == null || transfer.verb() == FileVerb.GET) {
      return;
    }
    if (transfer.stage() == null) {
      journal.forget("files were moved to or from a stage that the text does not tell");
      return;
    }
    var object = TempObject.of(transfer.stage(), scope);
    if (object != null && journal.objects().containsKey(object)) {
      content(Set.of(object), false, Set.of(), false);
      var held = journal.objects().get(object);
      if (held != null && object.type() == ObjectType.TABLE) {
        journal.putForGood(object, held.with(Mark.FILES));
      }
    }
  }

  /** The content of these has changed. */
  private void content(
      Set<TempObject> changed, boolean lasting, Set<TempObject> emptied, boolean pending) {
    if (changed.isEmpty()) {
      if (pending && keep.transactions()) {
        pending(Entry.Role.LASTING, Set.of(), emptied);
      } else if (pending) {
        journal.notRecorded(NOT_ASKED_FOR);
      }
      return;
    }
    if (pending) {
      journal.inTransaction();
    }
    var why = whyNot(Set.of());
    if (why == null && lasting && !pending) {
      why =
          call.shape().has(Trait.PURGES_FILES)
              ? "files were loaded from it with PURGE"
              : "the statement also changed what outlives the session";
    }
    Set<Integer> defines = new HashSet<>();
    var uses = analysis.uses(emptied);
    for (var object : changed) {
      var held = journal.objects().get(object);
      if (held == null) {
        continue;
      }
      int version = journal.version();
      defines.add(version);
      var next = held.content(version);
      if (why == null && pending) {
        journal.put(object, next);
      } else if (why == null) {
        journal.putForGood(object, next);
      } else {
        journal.putForGood(object, next.lost(why));
      }
    }
    if (why == null) {
      var unsure = analysis.unsure();
      add(
          lasting ? Entry.Role.LASTING : Entry.Role.TEMP,
          name(changed.iterator().next()),
          defines,
          uses,
          Set.of(),
          unsure != null ? unsure : analysis.defaults(changed),
          pending);
    } else if (pending) {
      journal.loseTransaction(why);
    }
    if (!emptied.isEmpty() && !pending) {
      journal.prune();
    }
  }

  // What only a transaction has to know

  void read() {
    if (!manual || !keep.transactions()) {
      return;
    }
    if (shape.has(Trait.LOCKS_ROWS)) {
      pending(Entry.Role.READ, Set.of(), Set.of());
    } else if (keep.reads() && !(shape.reads().isEmpty() && shape.stages().isEmpty())) {
      // What has no source tells nothing of the data: a sequence's next value, the time.
      pending(Entry.Role.READ, Set.of(), Set.of());
    }
  }

  void begin() {
    if (keep.transactions()) {
      pending(Entry.Role.BEGIN, Set.of(), Set.of());
    } else {
      journal.notRecorded(NOT_ASKED_FOR);
    }
  }

  private void pending(Entry.Role role, Set<Integer> defines, Set<TempObject> emptied) {
    if (journal.transactionLost() != null) {
      return;
    }
    journal.inTransaction();
    if (call.replay() == null || shape.has(Hint.NO_REPLAY)) {
      journal.loseTransaction(name(null) + " cannot or must not be run again");
      return;
    }
    boolean reads = role == Entry.Role.READ;
    add(
        role,
        name(null),
        defines,
        analysis.uses(emptied),
        Set.of(),
        // Other rows than before show in the comparison of what was read.
        reads || role == Entry.Role.BEGIN ? null : analysis.unsure(),
        true);
  }
}
