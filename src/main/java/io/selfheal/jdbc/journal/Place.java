package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a session is, as far as the physical driver's getters tell. Immutable.
 *
 * @param role null where the physical driver (3.x) cannot tell, like {@code warehouse}
 */
public record Place(
    @Nullable String database,
    @Nullable String schema,
    @Nullable String role,
    @Nullable String warehouse) {

  public static final Place UNKNOWN = new Place(null, null, null, null);

  /**
   * The getters follow the server's answers, procedures' changes included, and work on a dead
   * session: they are the truth [S], unless the physical driver has put another session in its
   * place.
   */
  public static Place of(Connection connection) throws SQLException {
    return new Place(
        connection.getCatalog(),
        connection.getSchema(),
        Vendor.role(connection),
        Vendor.warehouse(connection));
  }

  /** By hand: a record's generated equals would pin the class loader. */
  public boolean sameAs(Place other) {
    return Objects.equals(database, other.database)
        && Objects.equals(schema, other.schema)
        && Objects.equals(role, other.role)
        && Objects.equals(warehouse, other.warehouse);
  }
}
