package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.journal.Held.Mark;
import io.selfheal.jdbc.sql.Detail.ObjectType;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Target;
import io.selfheal.jdbc.sql.Trait;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Enters DDL: temp objects that are made, changed, renamed and ended. */
final class DefinitionRecorder extends Recorder {

  DefinitionRecorder(Journal journal, Applied call, Scope scope, Context context, Keep keep) {
    super(journal, call, scope, context, keep);
  }

  /** CREATE TEMP. */
  void create() {
    for (var object : TempObject.of(shape, shape.creates(), scope)) {
      var before = journal.objects().get(object);
      if (shape.has(Trait.IF_NOT_EXISTS) && before != null) {
        continue; // it was there, so nothing was made
      }
      create(object, before);
    }
    journal.prune();
  }

  private void create(TempObject object, @Nullable Held before) {
    // A function may stand beside others of its name, which differ by their arguments.
    boolean beside = object.type() == ObjectType.FUNCTION || object.type() == ObjectType.PROCEDURE;
    boolean reads = beside || analysis.reads(object);
    Set<TempObject> replaced = reads ? Set.of() : Set.of(object);
    var why = object.name() == null ? "its text does not tell its name" : whyNot(replaced);
    int structure = journal.version();
    int content = journal.version();
    var unsure = analysis.unsure();
    if (why == null) {
      var uses = analysis.uses(replaced);
      if (before != null && !reads) {
        uses.remove(before.structure());
      }
      add(
          isDefinition() ? Entry.Role.DEFINITION : Entry.Role.TEMP,
          name(object),
          Set.of(structure, content),
          uses,
          before == null ? Set.of() : Set.of(before.structure()),
          // A definition is the same each time; it is what is read or written later that may
          // differ.
          unsureToMake(unsure),
          false);
    }
    var view =
        shape.objectType() == ObjectType.VIEW
            ? new Held.View(analysis.named(), analysis.sources(), unsure)
            : null;
    journal.putForGood(object, new Held(structure, content, why, marks(), view));
  }

  private @Nullable String unsureToMake(@Nullable String unsure) {
    return switch (object(shape.objectType())) {
      case TABLE -> shape.has(Trait.READS) ? unsure : null;
      // Its files are read by the format whenever they are.
      case STAGE -> analysis.namesLastingFormat() ? Analysis.LASTING_FORMAT : null;
      default -> null;
    };
  }

  private static ObjectType object(@Nullable ObjectType type) {
    return type == null ? ObjectType.OTHER : type;
  }

  /** What holds no rows or files: if it fails nothing is left behind. */
  private boolean isDefinition() {
    return shape.objectType() != ObjectType.TABLE && shape.objectType() != ObjectType.STAGE;
  }

  private Set<Mark> marks() {
    var marks = EnumSet.noneOf(Mark.class);
    boolean own = !shape.has(Trait.READS) && shape.has(Trait.VOLATILE);
    if (shape.objectType() == ObjectType.TABLE && (own || copiesVolatileDefaults())) {
      marks.add(Mark.VOLATILE_DEFAULTS);
    }
    if (shape.has(Trait.IF_NOT_EXISTS)) {
      marks.add(Mark.PERHAPS_NOT_MADE);
    }
    return marks.isEmpty() ? Set.of() : marks;
  }

  private boolean copiesVolatileDefaults() {
    return shape.has(Trait.DEFINES_LIKE)
        && shape.reads().stream()
            .map(target -> journal.objects().get(TempObject.table(target, scope)))
            .anyMatch(held -> held != null && held.is(Mark.VOLATILE_DEFAULTS));
  }

  /** A DROP meets the temp object of that name and type first [D]; a RENAME leaves it temporary. */
  void define() {
    if (journal.objects().isEmpty()) {
      return;
    }
    if (shape.objectType() == ObjectType.SCHEMA || shape.objectType() == ObjectType.DATABASE) {
      endWithin();
    } else if (shape.has(Trait.RENAMES)) {
      rename();
    } else {
      analysis.among(shape.drops()).forEach(this::end);
      change(analysis.among(shape.alters()));
      // Whether it replaces the temp object or the permanent one behind it is not certain [I].
      if (shape.has(Trait.REPLACES)) {
        for (var object : analysis.among(shape.creates())) {
          journal.lose(object, "CREATE OR REPLACE named it without TEMPORARY");
        }
      }
    }
    journal.prune();
  }

  private void end(TempObject object) {
    var held = journal.objects().get(object);
    if (held != null) {
      journal.remove(object);
      var structure = Set.of(held.structure());
      add(Entry.Role.END, name(object), Set.of(), structure, structure, null, false);
    }
  }

  /** What was made in a schema that is dropped, replaced or renamed is gone with it. */
  private void endWithin() {
    List<Target> gone = new ArrayList<>(shape.drops());
    if (shape.has(Trait.REPLACES)) {
      gone.addAll(shape.creates());
    }
    for (var target : gone) {
      var container = container(target);
      for (var object : journal.objects().keySet()) {
        var name = object.name();
        if (container == null
            || name == null
            || (name.parts().size() > container.parts().size()
                && name.parts().subList(0, container.parts().size()).equals(container.parts()))) {
          journal.remove(object);
        }
      }
    }
  }

  private @Nullable ObjectName container(Target target) {
    if (!(target instanceof ObjectName name)) {
      return null;
    }
    var database = scope.database();
    return shape.objectType() == ObjectType.SCHEMA && name.parts().size() == 1 && database != null
        ? new ObjectName(List.of(database, name.simple()))
        : name;
  }

  private void rename() {
    var olds = TempObject.of(shape, shape.drops(), scope);
    var news = TempObject.of(shape, shape.creates(), scope);
    for (int i = 0; i < olds.size(); i++) {
      var held = journal.objects().get(olds.get(i));
      if (held == null) {
        continue;
      }
      journal.remove(olds.get(i));
      if (i >= news.size() || news.get(i).name() == null) {
        journal.forget("a temporary object was renamed to a name that the text does not tell");
        continue;
      }
      alter(news.get(i), held);
    }
  }

  private void change(Set<TempObject> altered) {
    if (altered.size() == 2 && shape.has(Trait.SWAPS)) {
      var both = List.copyOf(altered);
      swap(both.get(0), both.get(1));
      return;
    }
    for (var object : altered) {
      var held = journal.objects().get(object);
      if (held != null) {
        alter(object, shape.has(Trait.VOLATILE) ? held.with(Mark.VOLATILE_DEFAULTS) : held);
      }
    }
  }

  /** The object goes on, under that name, in another version. */
  private void alter(TempObject name, Held held) {
    var altered = held.versions(journal.version(), journal.version());
    alter(held.both(), altered.both(), Set.of(held.structure()), name);
    var why = held.lost() != null ? held.lost() : whyNot(Set.of());
    journal.putForGood(name, why == null ? altered : altered.lost(why));
  }

  private void swap(TempObject one, TempObject other) {
    var first = journal.objects().get(one);
    var second = journal.objects().get(other);
    if (first == null || second == null) {
      return;
    }
    var newFirst = second.versions(journal.version(), journal.version());
    var newSecond = first.versions(journal.version(), journal.version());
    alter(
        union(first.both(), second.both()),
        union(newFirst.both(), newSecond.both()),
        Set.of(first.structure(), second.structure()),
        one);
    var why = first.lost() != null ? first.lost() : second.lost();
    why = why != null ? why : whyNot(Set.of());
    journal.putForGood(one, why == null ? newFirst : newFirst.lost(why));
    journal.putForGood(other, why == null ? newSecond : newSecond.lost(why));
  }

  private void alter(
      Set<Integer> uses, Set<Integer> defines, Set<Integer> follows, TempObject name) {
    add(Entry.Role.TEMP, name(name), defines, uses, follows, null, false);
  }

  private static Set<Integer> union(Set<Integer> one, Set<Integer> other) {
    Set<Integer> union = new HashSet<>(one);
    union.addAll(other);
    return union;
  }
}
