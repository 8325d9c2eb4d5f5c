package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.snowflake.Identifiers;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a session must look like for the application not to notice that it is another one, temp
 * objects and the like apart. Immutable.
 *
 * @param role null where the physical driver (3.x) cannot tell; then {@code uses} has it if the
 *     application changed it
 * @param uses USE statements of the application's for what the getters do not show, by kind
 * @param parameters ALTER SESSION values as they were written; empty for one that was UNSET
 * @param variables session variables by value
 * @param attributes the application's calls of local setters of Connection, by setter
 */
public record Context(
    @Nullable String database,
    @Nullable String schema,
    @Nullable String role,
    @Nullable String warehouse,
    boolean autoCommit,
    Map<String, String> uses,
    Map<String, String> parameters,
    Map<String, Variable> variables,
    Map<String, Attribute<Connection>> attributes) {

  /** A setter call to be made again on a new physical object. */
  public interface Attribute<T> {
    void apply(T target) throws SQLException;
  }

  static Context of(Place place, SessionState state) {
    return new Context(
        place.database(),
        place.schema(),
        place.role(),
        place.warehouse(),
        state.autoCommit(),
        state.uses(),
        state.parameters(),
        state.variables(),
        state.attributes());
  }

  /** What a fresh login has, for as far as it can be seen. */
  private static Context fresh(Connection connection, Map<String, String> parameters)
      throws SQLException {
    return new Context(
        connection.getCatalog(),
        connection.getSchema(),
        Vendor.role(connection),
        Vendor.warehouse(connection),
        connection.getAutoCommit(),
        Map.of(),
        parameters,
        Map.of(),
        Map.of());
  }

  /**
   * Makes a fresh connection look like this; sends only what differs. Autocommit is left to {@link
   * #restoreAutoCommit} wherever it cannot go along with the parameters.
   *
   * @param sets whether the login itself may have given that parameter another value than the
   *     server's own
   * @param alone whether nothing else is to be rebuilt, for which autocommit would have to be on
   * @return what was restored, for the log
   */
  public List<String> restore(Connection fresh, Predicate<String> sets, boolean alone)
      throws SQLException {
    List<String> restored = new ArrayList<>();
    for (var attribute : attributes.entrySet()) {
      attribute.getValue().apply(fresh);
      restored.add(attribute.getKey());
    }
    var found = fresh(fresh, unset(sets));
    boolean switches = alone && found.autoCommit && !autoCommit;
    move(found, fresh, switches, restored);
    check(fresh);
    return restored;
  }

  /** The parameters that the application has taken back, and a login has not. */
  private Map<String, String> unset(Predicate<String> sets) {
    Map<String, String> unset = new HashMap<>();
    parameters.forEach(
        (name, value) -> {
          if (value.isEmpty() && !sets.test(name)) {
            unset.put(name, value);
          }
        });
    return unset;
  }

  /** Makes a connection look like this that was made to look like an earlier one. */
  public void catchUp(Context before, Connection fresh) throws SQLException {
    for (var attribute : attributes.values()) {
      attribute.apply(fresh);
    }
    move(before, fresh);
    check(fresh);
  }

  /** Switching autocommit commits [D], so it comes after all that is to be rebuilt. */
  public void restoreAutoCommit(Connection fresh) throws SQLException {
    if (fresh.getAutoCommit() != autoCommit) {
      fresh.setAutoCommit(autoCommit);
    }
  }

  /** Brings a connection that looks like {@code now} to this; sends only what differs. */
  void move(Context now, Connection connection) throws SQLException {
    move(now, connection, false, new ArrayList<>());
  }

  private void move(Context now, Connection connection, boolean switches, List<String> moved)
      throws SQLException {
    use(connection, "role", role, now.role, "ROLE", now, moved);
    use(connection, "secondary roles", null, null, "SECONDARY_ROLES", now, moved);
    use(connection, "warehouse", warehouse, now.warehouse, "WAREHOUSE", now, moved);
    place(connection, moved);
    parameters(connection, now, switches, moved);
    VariableChanges.between(now.variables, variables).apply(connection, moved);
  }

  private void place(Connection connection, List<String> moved) throws SQLException {
    boolean elsewhere = database != null && !database.equals(connection.getCatalog());
    if (elsewhere && schema != null && Vendor.sessionId(connection) != null) {
      execute(connection, "USE SCHEMA " + Identifiers.quote(List.of(database, schema)));
      moved.add("database, schema");
      return;
    }
    if (elsewhere) {
      connection.setCatalog(database);
      moved.add("database");
    }
    if (schema != null && !schema.equals(connection.getSchema())) {
      connection.setSchema(schema);
      moved.add("schema");
    }
  }

  private void use(
      Connection connection,
      String kind,
      @Nullable String wanted,
      @Nullable String found,
      String key,
      Context now,
      List<String> moved)
      throws SQLException {
    var own = uses.get(key);
    if (wanted != null && !wanted.equals(found)) {
      execute(connection, "USE " + kind + " " + Identifiers.quote(wanted));
      moved.add(kind);
    } else if (wanted == null && own != null && !own.equals(now.uses.get(key))) {
      execute(connection, own);
      moved.add(kind);
    }
  }

  private void parameters(Connection connection, Context now, boolean switches, List<String> moved)
      throws SQLException {
    var set = new StringBuilder();
    List<String> unset = new ArrayList<>();
    for (var wanted : parameters.entrySet()) {
      if (!wanted.getValue().equals(now.parameters.get(wanted.getKey()))) {
        if (wanted.getValue().isEmpty()) {
          unset.add(wanted.getKey());
        } else {
          set.append(' ').append(wanted.getKey()).append(" = ").append(wanted.getValue());
        }
      }
    }
    for (var name : now.parameters.keySet()) {
      if (!parameters.containsKey(name)) {
        unset.add(name);
      }
    }
    if (!unset.isEmpty()) {
      execute(connection, "ALTER SESSION UNSET " + String.join(", ", unset));
      moved.addAll(unset);
    }
    if (!set.isEmpty()) {
      if (switches) {
        set.append(" AUTOCOMMIT = FALSE");
      }
      execute(connection, "ALTER SESSION SET" + set);
      moved.add("session parameters");
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void check(Connection fresh) throws SQLException {
    if ((database != null && !Objects.equals(database, fresh.getCatalog()))
        || (schema != null && !Objects.equals(schema, fresh.getSchema()))) {
      throw new SQLException(
          "The new session is in "
              + fresh.getCatalog()
              + "."
              + fresh.getSchema()
              + " instead of "
              + database
              + "."
              + schema,
          "08001");
    }
  }

  /** Whether a statement means the same in both. */
  boolean sameAs(Context other) {
    return Objects.equals(database, other.database)
        && Objects.equals(schema, other.schema)
        && Objects.equals(role, other.role)
        && Objects.equals(warehouse, other.warehouse)
        && uses.equals(other.uses)
        && parameters.equals(other.parameters)
        && variables.equals(other.variables);
  }

  /** Not the values. */
  @Override
  public String toString() {
    return "Context[" + database + "." + schema + "]";
  }
}
