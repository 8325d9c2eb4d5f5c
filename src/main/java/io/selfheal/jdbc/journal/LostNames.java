package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Temp objects that went with their session. They shadow permanent ones of the same name [D], so
 * until the application makes or drops the object again, a text that names it, or may name it, is
 * refused rather than sent to whatever has that name now. Immutable.
 *
 * @param objects what is lost, and why
 */
public record LostNames(Map<TempObject, String> objects) {

  public static final LostNames NONE = new LostNames(Map.of());

  public LostNames {
    objects = Map.copyOf(objects);
  }

  public boolean isEmpty() {
    return objects.isEmpty();
  }

  public LostNames with(Map<TempObject, String> more) {
    if (more.isEmpty()) {
      return this;
    }
    var union = new HashMap<>(objects);
    union.putAll(more);
    return new LostNames(union);
  }

  /** Without what the statement has made again. */
  public LostNames without(Collection<TempObject> made) {
    var left = new HashMap<>(objects);
    left.keySet().removeAll(made);
    return new LostNames(left);
  }

  public String why(TempObject object) {
    return objects.getOrDefault(object, "it is gone");
  }

  /**
   * What a statement certainly makes anew: IF NOT EXISTS may find a permanent object and make
   * nothing [I].
   */
  public static Set<TempObject> remade(Shape shape, Scope scope) {
    return shape.kind() == Kind.TEMP_DDL && !shape.has(Trait.IF_NOT_EXISTS)
        ? Set.copyOf(TempObject.of(shape, shape.creates(), scope))
        : Set.of();
  }

  /** The lost objects that a statement asks to drop, if it does no more than that. */
  public Set<TempObject> dropped(Shape shape, Scope scope) {
    Set<TempObject> dropped = new LinkedHashSet<>();
    if (shape.kind() == Kind.DDL && !shape.drops().isEmpty() && shape.creates().isEmpty()) {
      for (var object : TempObject.of(shape, shape.drops(), scope)) {
        if (objects.containsKey(object)) {
          dropped.add(object);
        }
      }
    }
    return dropped;
  }

  /** The lost objects that a statement names, or may name, other than to make them again. */
  public Set<TempObject> named(Shape shape, String sql, Scope scope) {
    var remade = remade(shape, scope);
    boolean opaque = shape.kind() == Kind.OPAQUE || shape.has(Trait.UNKNOWN_NAMES);
    Set<TempObject> named = new LinkedHashSet<>();
    for (var object : objects.keySet()) {
      boolean again = remade.contains(object) || makesNamesake(object, shape, scope);
      if (again
          ? mentionedAgain(object, shape, sql, scope)
          : opaque || object.mayBeNamedBy(shape, scope)) {
        named.add(object);
      }
    }
    return named;
  }

  /** Whether it makes an object of the same simple name somewhere else. */
  private static boolean makesNamesake(TempObject lost, Shape shape, Scope scope) {
    var name = lost.name();
    return name != null
        && TempObject.of(shape, shape.creates(), scope).stream()
            .anyMatch(
                made ->
                    made.name() != null
                        && made.name().simple().equals(name.simple())
                        && !made.name().equals(name));
  }

  /** The lost objects that a stage location of a vendor call names. */
  public Set<TempObject> stage(String location) {
    var stage = ObjectName.parse(location.startsWith("@") ? location.substring(1) : location);
    Set<TempObject> named = new LinkedHashSet<>();
    for (var object : objects.keySet()) {
      var name = object.name();
      if (stage == null || name == null || stage.simple().equals(name.simple())) {
        named.add(object);
      }
    }
    return named;
  }

  /**
   * CREATE OR REPLACE TEMP t AS SELECT … FROM t would read the permanent t now: what makes the
   * object again names it once, in the text or by a bind.
   */
  private static boolean mentionedAgain(TempObject object, Shape shape, String sql, Scope scope) {
    var name = object.name();
    return name == null
        || words(sql, name.simple().replace("\"", "\"\"")) + object.bindsThatMayName(shape, scope)
            > 1;
  }

  /** How often the name stands as a word of its own. */
  private static int words(String sql, String name) {
    int count = 0;
    for (int at = 0; at + name.length() <= sql.length(); at++) {
      int end = at + name.length();
      if (sql.regionMatches(true, at, name, 0, name.length())
          && (at == 0 || !Character.isJavaIdentifierPart(sql.charAt(at - 1)))
          && (end == sql.length() || !Character.isJavaIdentifierPart(sql.charAt(end)))) {
        count++;
      }
    }
    return count;
  }
}
