package io.selfheal.jdbc.session;

import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.StageRef;
import io.selfheal.jdbc.sql.Target;
import io.selfheal.jdbc.sql.Trait;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Temp objects that went with their session. They shadow permanent ones of the same name [D], so
 * until the application makes or drops the object again, a text that names it, or may name it, is
 * refused rather than sent to whatever has that name now. Immutable.
 *
 * @param objects what is lost
 */
record LostNames(Set<TempObject> objects) {

  static final LostNames NONE = new LostNames(Set.of());

  LostNames {
    objects = Set.copyOf(objects);
  }

  boolean isEmpty() {
    return objects.isEmpty();
  }

  LostNames with(Set<TempObject> more) {
    if (more.isEmpty()) {
      return this;
    }
    var union = new HashSet<>(objects);
    union.addAll(more);
    return new LostNames(union);
  }

  /** Without what the statement has made again. */
  LostNames without(Set<TempObject> made) {
    var left = new HashSet<>(objects);
    left.removeAll(made);
    return new LostNames(left);
  }

  /**
   * What a statement certainly makes anew: IF NOT EXISTS may find a permanent object and make
   * nothing [I].
   */
  static Set<TempObject> remade(Shape shape, Binds binds, Connection connection)
      throws SQLException {
    return shape.kind() == Kind.TEMP_DDL && !shape.has(Trait.IF_NOT_EXISTS)
        ? Set.copyOf(TempObject.of(shape, shape.creates(), binds, connection))
        : Set.of();
  }

  /** The lost object that a statement asks to drop, if it does no more than that. */
  @Nullable TempObject dropped(Shape shape, Binds binds, Connection connection)
      throws SQLException {
    if (shape.kind() == Kind.DDL && !shape.drops().isEmpty() && shape.creates().isEmpty()) {
      for (var object : TempObject.of(shape, shape.drops(), binds, connection)) {
        if (objects.contains(object)) {
          return object;
        }
      }
    }
    return null;
  }

  /** The lost object that a statement names, or may name, other than to make it again. */
  @Nullable TempObject named(Shape shape, String sql, Binds binds, Connection connection)
      throws SQLException {
    var remade = remade(shape, binds, connection);
    boolean opaque = shape.kind() == Kind.OPAQUE || shape.has(Trait.UNKNOWN_NAMES);
    for (var object : objects) {
      boolean named =
          remade.contains(object)
              ? mentionedAgain(object, shape, sql, binds)
              : opaque || object.mayBeNamedBy(shape, binds);
      if (named) {
        return object;
      }
    }
    return null;
  }

  /** The lost object that a stage location of a vendor call names. */
  @Nullable TempObject stage(String location) {
    var stage = ObjectName.parse(location.startsWith("@") ? location.substring(1) : location);
    for (var object : objects) {
      var name = object.name();
      if (stage == null || name == null || stage.simple().equals(name.simple())) {
        return object;
      }
    }
    return null;
  }

  /**
   * Whether all that a statement writes to is among these, so that nothing it did can have lasted.
   */
  boolean coverWritesOf(Shape shape, Binds binds, Connection connection) throws SQLException {
    return !shape.writes().isEmpty()
        && shape.stages().stream().noneMatch(stage -> stage.type() == StageRef.Type.EXTERNAL)
        && shape.writes().stream().noneMatch(Target.Unknown.class::isInstance)
        && TempObject.of(shape, shape.writes(), binds, connection).stream()
            .allMatch(
                written ->
                    objects.stream()
                        .anyMatch(
                            lost -> lost.name() != null && lost.name().equals(written.name())));
  }

  /**
   * CREATE OR REPLACE TEMP t AS SELECT … FROM t would read the permanent t now: what makes the
   * object again names it once, in the text or by a bind.
   */
  private static boolean mentionedAgain(TempObject object, Shape shape, String sql, Binds binds) {
    var name = object.name();
    return name == null
        || words(sql, name.simple().replace("\"", "\"\"")) + object.bindsThatMayName(shape, binds)
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
