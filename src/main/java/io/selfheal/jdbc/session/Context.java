package io.selfheal.jdbc.session;

import io.selfheal.jdbc.snowflake.Identifiers;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a session must look like for the application not to notice that it is another one, temp
 * objects and the like apart. Immutable.
 *
 * @param role null where the physical driver (3.x) cannot tell; then {@code uses} has it if the
 *     application changed it
 * @param uses USE statements of the application's for what the getters do not show, by kind
 * @param attributes the application's calls of local setters of Connection, by setter
 */
public record Context(
    @Nullable String database,
    @Nullable String schema,
    @Nullable String role,
    @Nullable String warehouse,
    boolean autoCommit,
    Map<String, String> uses,
    Map<String, Attribute<Connection>> attributes) {

  /** A setter call to be made again on a new physical object. */
  public interface Attribute<T> {
    void apply(T target) throws SQLException;
  }

  /**
   * The getters follow the server's answers, procedures' changes included, and work on a dead
   * session: they are the truth [S].
   */
  static Context of(Connection connection, SessionState state) throws SQLException {
    return new Context(
        connection.getCatalog(),
        connection.getSchema(),
        Vendor.role(connection),
        Vendor.warehouse(connection),
        state.autoCommit(),
        state.uses(),
        state.attributes());
  }

  /**
   * Makes a fresh connection look like this; sends only what differs. Autocommit comes last, as
   * switching it commits.
   *
   * @return what was restored, for the log
   */
  List<String> restore(Connection fresh) throws SQLException {
    List<String> restored = new ArrayList<>();
    for (var attribute : attributes.entrySet()) {
      attribute.getValue().apply(fresh);
      restored.add(attribute.getKey());
    }
    use(fresh, "role", role, Vendor.role(fresh), uses.get("ROLE"), restored);
    use(fresh, "secondary roles", null, null, uses.get("SECONDARY_ROLES"), restored);
    use(fresh, "warehouse", warehouse, Vendor.warehouse(fresh), uses.get("WAREHOUSE"), restored);
    if (database != null && !database.equals(fresh.getCatalog())) {
      fresh.setCatalog(database);
      restored.add("database");
    }
    if (schema != null && !schema.equals(fresh.getSchema())) {
      fresh.setSchema(schema);
      restored.add("schema");
    }
    if (fresh.getAutoCommit() != autoCommit) {
      fresh.setAutoCommit(autoCommit);
      restored.add("autocommit");
    }
    check(fresh);
    return restored;
  }

  private static void use(
      Connection fresh,
      String kind,
      @Nullable String wanted,
      @Nullable String found,
      @Nullable String text,
      List<String> restored)
      throws SQLException {
    if (wanted != null ? wanted.equals(found) : text == null) {
      return;
    }
    try (var statement = fresh.createStatement()) {
      statement.execute(wanted != null ? "USE " + kind + " " + Identifiers.quote(wanted) : text);
    }
    restored.add(kind);
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
}
