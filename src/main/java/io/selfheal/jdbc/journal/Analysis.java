package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.Detail.ObjectType;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.StageRef;
import io.selfheal.jdbc.sql.Target;
import io.selfheal.jdbc.sql.Trait;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a text has to do with the temp objects that are alive. For one call, not thread-safe. */
final class Analysis {

  static final String LASTING_FORMAT = "it reads by a file format that outlives the session";

  private final Shape shape;
  private final Scope scope;
  private final Map<TempObject, Held> objects;
  private @Nullable Set<TempObject> named;

  Analysis(Shape shape, Scope scope, Map<TempObject, Held> objects) {
    this.shape = shape;
    this.scope = scope;
    this.objects = objects;
  }

  /** The temp tables it writes to. */
  Set<TempObject> written() {
    Set<TempObject> temps = new LinkedHashSet<>();
    for (var target : shape.writes()) {
      var table = table(target);
      if (objects.containsKey(table)) {
        temps.add(table);
      }
    }
    return temps;
  }

  /** Whether something that it writes to is no temp object. */
  boolean writesLasting() {
    return shape.writes().stream().map(this::table).anyMatch(table -> !objects.containsKey(table));
  }

  /** Whether the text leaves open what it writes to. */
  boolean writesUnknown() {
    return shape.writes().isEmpty()
        || shape.writes().stream().anyMatch(target -> scope.name(target) == null);
  }

  private TempObject table(Target target) {
    return TempObject.table(target, scope);
  }

  /** The live temp objects among those of the statement's own type. */
  Set<TempObject> among(List<Target> targets) {
    Set<TempObject> temps = new LinkedHashSet<>();
    for (var object : TempObject.of(shape, targets, scope)) {
      if (objects.containsKey(object)) {
        temps.add(object);
      }
    }
    return temps;
  }

  /** The temp objects whose files it names. */
  Set<TempObject> stages() {
    Set<TempObject> temps = new LinkedHashSet<>();
    for (var stage : shape.stages()) {
      var object = TempObject.of(stage, scope);
      if (object != null && objects.containsKey(object)) {
        temps.add(object);
      }
    }
    return temps;
  }

  /** Whether it names a stage that outlives the session. */
  boolean namesLastingStage() {
    return shape.stages().stream().anyMatch(stage -> !isTemp(stage));
  }

  /** Whether it reads files by a named format that somebody may change meanwhile. */
  boolean namesLastingFormat() {
    return shape.formats().stream()
        .map(target -> new TempObject(ObjectType.FILE_FORMAT, scope.name(target)))
        .anyMatch(format -> !objects.containsKey(format));
  }

  boolean isTemp(@Nullable StageRef stage) {
    if (stage == null) {
      return false;
    }
    var object = TempObject.of(stage, scope);
    return object != null && objects.containsKey(object);
  }

  /**
   * All temp objects that the text may mean, those that its views read included. Found out once: it
   * is a look at each that there is.
   */
  Set<TempObject> named() {
    var found = named;
    if (found == null) {
      found = new LinkedHashSet<>();
      for (var object : objects.keySet()) {
        if (object.mayBeNamedBy(shape, scope)) {
          reach(object, found);
        }
      }
      named = found;
    }
    return found;
  }

  private void reach(TempObject object, Set<TempObject> found) {
    var held = objects.get(object);
    if (held != null && found.add(object) && held.view() != null) {
      held.view().through().forEach(behind -> reach(behind, found));
      // A temp table that was made since hides what the view has read before.
      held.view().sources().forEach(name -> reach(table(name), found));
    }
  }

  /** Versions of everything named, but for the content of what the statement empties first. */
  Set<Integer> uses(Set<TempObject> emptied) {
    Set<Integer> versions = new HashSet<>();
    for (var object : named()) {
      var held = objects.get(object);
      if (held != null) {
        versions.add(held.structure());
        if (!emptied.contains(object)) {
          versions.add(held.content());
        }
      }
    }
    return versions;
  }

  /** Whether it reads that table, itself or through a view. */
  boolean reads(TempObject table) {
    if (shape.reads().stream().anyMatch(target -> table.equals(table(target)))) {
      return true;
    }
    for (var object : objects.keySet()) {
      if (!object.equals(table) && object.mayBeNamedBy(shape, scope)) {
        Set<TempObject> behind = new LinkedHashSet<>();
        reach(object, behind);
        if (behind.contains(table)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Why something that it names, but for these, cannot be rebuilt; null where all can. */
  @Nullable String needsLost(Set<TempObject> but) {
    for (var object : named()) {
      var held = objects.get(object);
      if (held != null && held.lost() != null && !but.contains(object)) {
        return "it needs the " + object + ", which cannot be rebuilt: " + held.lost();
      }
    }
    return null;
  }

  /** The permanent objects that it reads, itself or through temp views. */
  List<ObjectName> sources() {
    Set<ObjectName> sources = new LinkedHashSet<>();
    for (var target : shape.reads()) {
      var name = scope.name(target);
      if (name != null && !objects.containsKey(table(name))) {
        sources.add(name);
      }
    }
    for (var object : named()) {
      var held = objects.get(object);
      if (held != null && held.view() != null) {
        addLasting(held.view(), sources);
      }
    }
    return new ArrayList<>(sources);
  }

  private void addLasting(Held.View view, Set<ObjectName> sources) {
    for (var name : view.sources()) {
      if (!objects.containsKey(table(name))) {
        sources.add(name);
      }
    }
    // A temp table that is gone has uncovered what it hid.
    for (var behind : view.through()) {
      if (!objects.containsKey(behind) && behind.name() != null) {
        sources.add(behind.name());
      }
    }
  }

  /** Why the same text may do something else another time, on the same sources; null where not. */
  @Nullable String unsure() {
    if (shape.has(Trait.UNDETERMINED) || shape.has(Trait.VOLATILE)) {
      return "it may give other values each time (RANDOM, CURRENT_TIMESTAMP, LIMIT and the like)";
    }
    if (shape.has(Trait.HISTORY)) {
      return "it refers to the session's own past";
    }
    if (shape.reads().stream().anyMatch(target -> scope.name(target) == null)) {
      return "it reads something whose name the text does not tell";
    }
    if (!shape.stages().isEmpty() && namesLastingStage()) {
      return "it reads files of a stage that outlives the session";
    }
    if (namesLastingFormat()) {
      return LASTING_FORMAT;
    }
    for (var object : named()) {
      var held = objects.get(object);
      if (held != null && held.view() != null && held.view().unsure() != null) {
        return "it reads the " + object + ": " + held.view().unsure();
      }
    }
    return null;
  }

  /** Why rows that it adds may get other values another time. */
  @Nullable String defaults(Set<TempObject> written) {
    for (var object : written) {
      var held = objects.get(object);
      if (held != null && held.is(Held.Mark.VOLATILE_DEFAULTS)) {
        return "a column of the table has a default that differs each time";
      }
    }
    return null;
  }
}
