package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Target;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the names of a text are to be understood: the current database and schema, the values bound
 * to it and the session variables. Immutable.
 */
public record Scope(
    @Nullable String database,
    @Nullable String schema,
    Map<String, Variable> variables,
    Binds binds) {

  public static Scope of(Place place, Map<String, Variable> variables, Binds binds) {
    return new Scope(place.database(), place.schema(), variables, binds);
  }

  /** The full name that is meant; null when neither text nor values tell. */
  @Nullable ObjectName name(Target target) {
    var name = plain(target);
    return name == null ? null : name.qualify(database, schema);
  }

  private @Nullable ObjectName plain(Target target) {
    if (target instanceof ObjectName name) {
      return name;
    }
    if (target instanceof Target.Bound bound) {
      return bound(bound.index());
    }
    if (target instanceof Target.Variable variable) {
      var value = variables.get(variable.name());
      return value == null || value.text() == null ? null : ObjectName.parse(value.text());
    }
    return null;
  }

  /** The name that is bound to a placeholder; null when no text is. */
  @Nullable ObjectName bound(int index) {
    var text = binds.text(index);
    return text == null ? null : ObjectName.parse(text);
  }

  /** Whether IDENTIFIER($v) may stand for that simple name, with the variables there are. */
  boolean variableMayName(@Nullable String simple) {
    for (var variable : variables.values()) {
      if (variable.set() == null) {
        return true;
      }
      var name = variable.text() == null ? null : ObjectName.parse(variable.text());
      if (name != null && (simple == null || name.simple().equals(simple))) {
        return true;
      }
    }
    return false;
  }

  /** Nothing of the values. */
  @Override
  public String toString() {
    return "Scope";
  }
}
