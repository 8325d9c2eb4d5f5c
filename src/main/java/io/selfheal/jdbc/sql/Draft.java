package io.selfheal.jdbc.sql;

import java.util.ArrayList;
import java.util.List;

/** A {@link Shape} in the making. Not thread-safe; lives for one classification. */
final class Draft {

  Kind kind = Kind.OPAQUE;
  boolean temp;
  Detail detail = Detail.None.INSTANCE;

  // Empty ones are shared, as most stay empty.
  private List<Target> creates = List.of();
  private List<Target> drops = List.of();
  private List<Target> alters = List.of();
  private List<Target> writes = List.of();
  private int traits;

  void is(Kind newKind) {
    kind = newKind;
  }

  /** What the words seemed to say is taken back; the names found stay. */
  void opaque() {
    kind = Kind.OPAQUE;
    detail = Detail.None.INSTANCE;
  }

  void add(Trait trait) {
    traits |= 1 << trait.ordinal();
  }

  boolean has(Trait trait) {
    return (traits >>> trait.ordinal() & 1) != 0;
  }

  void creates(Target target) {
    creates = with(creates, target);
  }

  void drops(Target target) {
    drops = with(drops, target);
  }

  void alters(Target target) {
    alters = with(alters, target);
  }

  void writes(Target target) {
    writes = with(writes, target);
  }

  /** The list with one more, which is a list of its own from the first one on. */
  static <T> List<T> with(List<T> list, T element) {
    List<T> own = list.isEmpty() ? new ArrayList<>(2) : list;
    own.add(element);
    return own;
  }

  Shape shape(Tokens tokens, Survey survey) {
    return new Shape(
        kind,
        temp,
        List.copyOf(creates),
        List.copyOf(drops),
        List.copyOf(alters),
        List.copyOf(writes),
        List.copyOf(survey.stages),
        detail,
        Traits.of(traits),
        tokens.hints(),
        tokens.bindCount(),
        List.copyOf(survey.nameBinds),
        new Names(tokens.text),
        new Sources(tokens.text));
  }
}
