package io.selfheal.jdbc.session;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.events.Events;
import io.selfheal.jdbc.journal.LostNames;
import io.selfheal.jdbc.journal.Scope;
import io.selfheal.jdbc.journal.TempObject;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Temp objects that died with a session and could not be rebuilt, and rebuilt stages whose files
 * were loaded before: a call that would meet something else in their place is refused. Thread-safe.
 */
final class MissingObjects {

  private final ReentrantLock stateLock;
  private final Events events;
  private final LastQueries lastQueries;

  /** Replaced as a whole under {@code stateLock}, read without it. */
  private volatile LostNames lostNames = LostNames.NONE;

  /** Replaced as a whole under {@code stateLock}, read without it. */
  private volatile Set<TempObject> loadedStages = Set.of();

  MissingObjects(ReentrantLock stateLock, Events events, LastQueries lastQueries) {
    this.stateLock = stateLock;
    this.events = events;
    this.lastQueries = lastQueries;
  }

  // Under the state lock

  void lost(Map<TempObject, String> names) {
    lostNames = lostNames.with(names);
  }

  void loaded(Set<TempObject> stages) {
    loadedStages = stages;
  }

  void loadedToo(Set<TempObject> stages) {
    var all = new HashSet<>(loadedStages);
    all.addAll(stages);
    loadedStages = Set.copyOf(all);
  }

  /** Takes note of a statement that may have made something again. */
  void applied(Shape shape, Scope scope, UnaryOperator<Set<TempObject>> stillLoaded) {
    if (!lostNames.isEmpty()) {
      lostNames = lostNames.without(LostNames.remade(shape, scope));
    }
    if (!loadedStages.isEmpty()) {
      loadedStages = stillLoaded.apply(loadedStages);
    }
  }

  // By any caller

  boolean isEmpty() {
    return lostNames.isEmpty() && loadedStages.isEmpty();
  }

  /**
   * Refuses a text that names a temp object that is no more: a permanent object of that name,
   * hidden until then, must not be read or written in its place [D].
   *
   * @param error what told of the session's end; null where that is long ago
   */
  void refuseLost(
      Shape shape, String sql, Scope scope, PhysicalSession on, @Nullable SQLException error)
      throws ReplayRefusedException {
    if (lostNames.isEmpty() || !mayNameObjects(shape.kind())) {
      return;
    }
    for (var object : lostNames.dropped(shape, scope)) {
      forget(object);
      if (!shape.has(Trait.IF_EXISTS) || hidesAnother(object, on)) {
        throw refused(
            "The "
                + object
                + " is gone already, with an expired session. The DROP was not sent, as it could have met a"
                + " permanent object; the name is free again.",
            error);
      }
    }
    // A text that only may mean it, or makes what is not there, is refused where another is there.
    boolean lenient =
        shape.kind() == Kind.OPAQUE
            || shape.has(Trait.UNKNOWN_NAMES)
            || (shape.kind() == Kind.TEMP_DDL && shape.has(Trait.IF_NOT_EXISTS));
    for (var object : lostNames.named(shape, sql, scope)) {
      if (lenient && !hidesAnother(object, on)) {
        forget(object);
      } else {
        throw lost(object, error);
      }
    }
  }

  /** As {@link #refuseLost}, for a stage that a vendor method names. */
  void refuseLostStage(String location, @Nullable SQLException error)
      throws ReplayRefusedException {
    for (var object : lostNames.stage(location)) {
      throw lost(object, error);
    }
  }

  /**
   * Refuses to load files for good from a stage that was made anew: the server keeps account of
   * what a table has loaded [D], but not across stages, and would load them a second time.
   *
   * @param held the temp objects there are
   */
  void refuseLoaded(Shape shape, Scope scope, Set<TempObject> held, @Nullable SQLException error)
      throws ReplayRefusedException {
    if (loadedStages.isEmpty() || shape.kind() != Kind.WRITE) {
      return;
    }
    boolean lasting =
        shape.writes().stream().anyMatch(target -> !held.contains(TempObject.table(target, scope)));
    for (var stage : shape.stages()) {
      var object = TempObject.of(stage, scope);
      if (lasting && object != null && loadedStages.contains(object) && held.contains(object)) {
        throw refused(
            "Files of the "
                + object
                + " were loaded before its session expired. It was rebuilt, but to load from it again could load them"
                + " twice. Create it again and upload what is still to be loaded.",
            error);
      }
    }
  }

  /** Whether a permanent object has that name; where that cannot be seen, it may. */
  private boolean hidesAnother(TempObject object, PhysicalSession on) {
    lastQueries.disturb();
    return object.hidesAnother(on.connection());
  }

  private static boolean mayNameObjects(Kind kind) {
    return switch (kind) {
      case TRANSACTION, USE -> false;
      case QUERY, WRITE, TEMP_DDL, DDL, SESSION, FILE, OPAQUE -> true;
    };
  }

  private ReplayRefusedException lost(TempObject object, @Nullable SQLException error) {
    return refused(
        "The "
            + object
            + " was lost with an expired session ("
            + lostNames.why(object)
            + "), and this call names it, or may name it. Create it again (CREATE TEMPORARY ..., without IF NOT"
            + " EXISTS) or drop it first: a permanent object of that name must not be taken for it.",
        error);
  }

  private ReplayRefusedException refused(String message, @Nullable SQLException error) {
    return events.refused(new ReplayRefusedException(message, error));
  }

  private void forget(TempObject gone) {
    stateLock.lock();
    try {
      lostNames = lostNames.without(Set.of(gone));
    } finally {
      stateLock.unlock();
    }
  }
}
