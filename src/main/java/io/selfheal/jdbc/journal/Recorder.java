package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.Detail.ObjectType;
import io.selfheal.jdbc.sql.Hint;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Enters a call that has succeeded into the journal: what it made, what it changed, and what it
 * needs to be made again. For one call, under the logical session's state lock.
 */
abstract class Recorder {

  static final String NOT_ASKED_FOR = "selfheal.replay did not ask for it";

  final Journal journal;
  final Applied call;
  final Shape shape;
  final Scope scope;
  final Context context;
  final Keep keep;
  final Analysis analysis;

  /**
   * How much is kept.
   *
   * @param objects whether temp objects are to be rebuilt
   * @param transactions whether an open transaction is to be replayed
   * @param reads whether what it has read is to be compared
   */
  record Keep(boolean objects, boolean transactions, boolean reads) {}

  Recorder(Journal journal, Applied call, Scope scope, Context context, Keep keep) {
    this.journal = journal;
    this.call = call;
    this.shape = call.shape();
    this.scope = scope;
    this.context = context;
    this.keep = keep;
    this.analysis = new Analysis(shape, scope, journal.objects());
  }

  /**
   * Why the call cannot be made again to rebuild what it made; null where it can.
   *
   * @param replaced what it replaces, so that it does not matter what became of that
   */
  final @Nullable String whyNot(Set<TempObject> replaced) {
    if (!keep.objects()) {
      return NOT_ASKED_FOR;
    }
    if (shape.has(Hint.NO_REPLAY)) {
      return name(null) + " says selfheal: no-replay";
    }
    if (call.replay() == null) {
      return "how to run " + name(null) + " again is not known";
    }
    if (shape.has(Trait.HISTORY) && shape.mentions("LAST_QUERY_ID")) {
      return "it refers to the session's own past";
    }
    return analysis.needsLost(replaced);
  }

  /** As the call itself will be made again. */
  final void add(
      Entry.Role role,
      String name,
      Set<Integer> defines,
      Set<Integer> uses,
      Set<Integer> follows,
      @Nullable String unsure,
      boolean pending) {
    var replay = call.replay();
    if (replay == null) {
      return;
    }
    boolean definition = role == Entry.Role.TEMP && shape.has(Trait.DEFINES_LIKE);
    boolean rows = shape.objectType() == null || shape.objectType() == ObjectType.TABLE;
    journal.add(
        new Entry(
            new Mould(
                name,
                role,
                context,
                rows && readsRows(role) ? analysis.sources() : List.of(),
                definition ? analysis.sources() : List.of(),
                unsure),
            replay,
            role == Entry.Role.END || shape.has(Trait.EMPTIES_TARGET) ? -1 : call.count(),
            call.queryId(),
            defines,
            uses,
            follows,
            pending));
  }

  private boolean readsRows(Entry.Role role) {
    return switch (role) {
      case END, READ, BEGIN, DEFINITION -> false;
      // LIKE copies a definition, CLONE the rows as well.
      case TEMP, LASTING -> !shape.has(Trait.DEFINES_LIKE) || shape.mentions("CLONE");
    };
  }

  /** For messages: the first word and what it is about, no values. */
  final String name(@Nullable TempObject object) {
    var text = call.sql().strip();
    int end = 0;
    while (end < text.length() && end < 20 && Character.isLetter(text.charAt(end))) {
      end++;
    }
    var verb = end == 0 ? "a statement" : text.substring(0, end).toUpperCase(Locale.ROOT);
    return object == null ? verb : verb + " on the " + object;
  }
}
