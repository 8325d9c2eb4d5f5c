package io.selfheal.jdbc.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A {@link Shape} in the making. Not thread-safe; lives for one classification. */
final class Draft {

  Kind kind = Kind.OPAQUE;
  boolean temp;
  Detail detail = Detail.None.INSTANCE;
  final List<Target> creates = new ArrayList<>();
  final List<Target> drops = new ArrayList<>();
  final List<Target> alters = new ArrayList<>();
  final List<Target> writes = new ArrayList<>();
  final Set<Trait> traits = EnumSet.noneOf(Trait.class);

  void is(Kind newKind) {
    kind = newKind;
  }

  /** What the words seemed to say is taken back; the names found stay. */
  void opaque() {
    kind = Kind.OPAQUE;
    detail = Detail.None.INSTANCE;
  }

  Shape shape(Tokens tokens, Survey survey) {
    return new Shape(
        kind,
        temp,
        immutable(creates),
        immutable(drops),
        immutable(alters),
        immutable(writes),
        immutable(survey.stages),
        detail,
        traits.isEmpty() ? Set.of() : Collections.unmodifiableSet(traits),
        tokens.hints(),
        tokens.bindCount(),
        immutable(survey.nameBinds),
        new Names(tokens.text),
        new Sources(tokens.text));
  }

  /** As most lists are empty, they are not worth a copy. */
  private static <T> List<T> immutable(List<T> list) {
    return list.isEmpty() ? List.of() : List.copyOf(list);
  }
}
