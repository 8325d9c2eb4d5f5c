package io.selfheal.jdbc.session;

import io.selfheal.jdbc.sql.Detail.ObjectType;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A temporary object that a session made. Immutable.
 *
 * @param name with database and schema, as far as they were known; null when the text did not tell
 */
record TempObject(ObjectType type, @Nullable ObjectName name) {

  /** The objects that a statement makes or drops, by the context the connection is in. */
  static List<TempObject> of(Shape shape, List<Target> targets, Binds binds, Connection connection)
      throws SQLException {
    var type = shape.objectType() == null ? ObjectType.OTHER : shape.objectType();
    List<TempObject> objects = new ArrayList<>();
    for (var target : targets) {
      var name = name(target, binds);
      objects.add(
          new TempObject(
              type,
              name == null ? null : name.qualify(connection.getCatalog(), connection.getSchema())));
    }
    return objects;
  }

  /**
   * Whether a text may mean this object: it mentions the name, or has names that it does not tell.
   */
  boolean mayBeNamedBy(Shape shape, Binds binds) {
    if (name == null) {
      // Any name may be meant; a query without FROM, and a setting, name none.
      return switch (shape.kind()) {
        case QUERY, SESSION -> shape.mentions("FROM") || shape.mentions("TABLE");
        case TRANSACTION, USE -> false;
        case WRITE, TEMP_DDL, DDL, FILE, OPAQUE -> true;
      };
    }
    return shape.mentions(name.simple()) || bindsThatMayName(shape, binds) > 0;
  }

  /** How many binds stand for its name, or for one that cannot be read. */
  long bindsThatMayName(Shape shape, Binds binds) {
    var mine = name;
    return shape.nameBinds().stream()
        .map(index -> bound(index, binds))
        .filter(bound -> bound == null || mine == null || bound.simple().equals(mine.simple()))
        .count();
  }

  private static @Nullable ObjectName name(Target target, Binds binds) {
    if (target instanceof ObjectName name) {
      return name;
    }
    return target instanceof Target.Bound at ? bound(at.index(), binds) : null;
  }

  private static @Nullable ObjectName bound(int index, Binds binds) {
    var text = binds.text(index);
    return text == null ? null : ObjectName.parse(text);
  }

  @Override
  public String toString() {
    return "temporary "
        + type.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
        + " "
        + (name == null ? "whose name the text does not tell" : String.join(".", name.parts()));
  }

  // By hand, because on JDK 17 the generated ones leave the class loader in a cache of the JDK's.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TempObject that && type == that.type && Objects.equals(name, that.name);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Objects.hashCode(name);
  }
}
