package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.snowflake.Objects;
import io.selfheal.jdbc.sql.Detail.ObjectType;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.StageRef;
import io.selfheal.jdbc.sql.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A temporary object that a session made. Immutable.
 *
 * @param type what it is; tables and views share their names, so both are tables here
 * @param name with database and schema, as far as they were known; null when the text did not tell
 */
public record TempObject(ObjectType type, @Nullable ObjectName name) {

  public TempObject {
    if (type == ObjectType.VIEW) {
      type = ObjectType.TABLE;
    }
  }

  /** The objects that a statement makes or drops. */
  static List<TempObject> of(Shape shape, List<Target> targets, Scope scope) {
    var type = shape.objectType() == null ? ObjectType.OTHER : shape.objectType();
    List<TempObject> objects = new ArrayList<>();
    for (var target : targets) {
      objects.add(new TempObject(type, scope.name(target)));
    }
    return objects;
  }

  /** The objects that DDL drops, renames or alters. */
  public static List<TempObject> changed(Shape shape, Scope scope) {
    List<TempObject> objects = new ArrayList<>(of(shape, shape.drops(), scope));
    objects.addAll(of(shape, shape.alters(), scope));
    return objects;
  }

  /** The object whose files are meant: a stage, or the table of a table stage; null for others. */
  public static @Nullable TempObject of(StageRef stage, Scope scope) {
    return switch (stage.type()) {
      case NAMED -> new TempObject(ObjectType.STAGE, full(stage, scope));
      case TABLE -> new TempObject(ObjectType.TABLE, full(stage, scope));
      case USER, EXTERNAL -> null;
    };
  }

  /** The table that is meant as the place where a table stands. */
  public static TempObject table(Target target, Scope scope) {
    return new TempObject(ObjectType.TABLE, scope.name(target));
  }

  private static @Nullable ObjectName full(StageRef stage, Scope scope) {
    return stage.name() == null ? null : scope.name(stage.name());
  }

  /**
   * Whether a text may mean this object: it mentions the name, or has names that it does not tell.
   */
  boolean mayBeNamedBy(Shape shape, Scope scope) {
    if (name == null) {
      // Any name may be meant; a query without FROM, and a setting, name none.
      return switch (shape.kind()) {
        case QUERY, SESSION -> shape.mentions("FROM") || shape.mentions("TABLE");
        case TRANSACTION, USE -> false;
        case WRITE, TEMP_DDL, DDL, FILE, OPAQUE -> true;
      };
    }
    return shape.mentions(name.simple())
        || bindsThatMayName(shape, scope) > 0
        || (shape.mentionsVariable()
            && (shape.mentions("IDENTIFIER") || shape.mentions("TABLE"))
            && scope.variableMayName(name.simple()));
  }

  /** How many binds stand for its name, or for one that cannot be read. */
  long bindsThatMayName(Shape shape, Scope scope) {
    var mine = name;
    if (shape.nameBinds().isEmpty()) {
      return 0; // as a rule, and there may be many objects to ask
    }
    return shape.nameBinds().stream()
        .map(scope::bound)
        .filter(bound -> bound == null || mine == null || bound.simple().equals(mine.simple()))
        .count();
  }

  /** Whether a permanent object has that name; where that cannot be seen, it may. */
  public boolean hidesAnother(Connection fresh) {
    var full = name;
    if (full == null) {
      return true;
    }
    try {
      return switch (type) {
        case TABLE, VIEW ->
            Objects.exists(fresh, "TABLES", full.parts())
                || Objects.exists(fresh, "VIEWS", full.parts());
        case STAGE -> Objects.exists(fresh, "STAGES", full.parts());
        case FILE_FORMAT -> Objects.exists(fresh, "FILE FORMATS", full.parts());
        case FUNCTION -> Objects.exists(fresh, "USER FUNCTIONS", full.parts());
        case PROCEDURE -> Objects.exists(fresh, "PROCEDURES", full.parts());
        case SEQUENCE, SCHEMA, DATABASE, OTHER -> true;
      };
    } catch (SQLException notVisible) {
      return true;
    }
  }

  @Override
  public String toString() {
    return "temporary "
        + type.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + " "
        + (name == null
            ? "object whose name the text does not tell"
            : String.join(".", name.parts()));
  }

  // By hand, because on JDK 17 the generated ones leave the class loader in a cache of the JDK's.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TempObject that
        && type == that.type
        && java.util.Objects.equals(name, that.name);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + java.util.Objects.hashCode(name);
  }
}
