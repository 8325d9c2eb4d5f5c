package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Login;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlH2Text.Param;
import io.selfheal.jdbc.testkit.SqlObject.Key;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What a session knows and loses with its end: current names, parameters, variables, temporary
 * objects, query ids. Changed by the one statement that runs, read by anyone: the names are
 * volatile, the maps concurrent.
 */
final class SqlContext {
  static final Map<String, Object> DEFAULTS =
      Map.of("AUTOCOMMIT", true, "TIMEZONE", "America/Los_Angeles");

  record Variable(SqlType type, String wire) {}

  private final SqlCatalog catalog;
  private volatile String database;
  private volatile String schema;
  private volatile String role;
  private volatile String warehouse;
  private volatile String secondaryRoles = "";

  final Map<String, Object> parameters = new ConcurrentSkipListMap<>(DEFAULTS);
  final Map<String, Variable> variables = new ConcurrentSkipListMap<>();
  final Map<Key, SqlObject> temporary = new ConcurrentHashMap<>();

  /** What {@code :name} means inside of a procedure. */
  private volatile Map<String, Param> arguments = Map.of();

  /** Guarded by itself. */
  private final List<String> queryIds = new ArrayList<>();

  SqlContext(SqlCatalog catalog, Login login) {
    this.catalog = catalog;
    this.role = folded(login.role());
    this.warehouse = folded(login.warehouse());
    var wanted = folded(login.database());
    if (catalog.hasDatabase(wanted)) {
      this.database = wanted;
      var in = login.schema() == null ? "PUBLIC" : folded(login.schema());
      this.schema = catalog.hasSchema(wanted, in) ? in : null;
    }
    if (login.parameters() != null) {
      login
          .parameters()
          .forEach((name, value) -> parameters.put(name.toUpperCase(Locale.ROOT), value));
    }
    parameters.put("AUTOCOMMIT", Boolean.parseBoolean(parameters.get("AUTOCOMMIT").toString()));
  }

  private static String folded(String name) {
    if (name == null || name.isEmpty()) {
      return null;
    }
    boolean quoted = name.length() > 1 && name.startsWith("\"") && name.endsWith("\"");
    return quoted
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name.toUpperCase(Locale.ROOT);
  }

  String database() {
    return database;
  }

  String schema() {
    return schema;
  }

  String role() {
    return role;
  }

  String warehouse() {
    return warehouse;
  }

  String secondaryRoles() {
    return secondaryRoles;
  }

  void use(String database, String schema) {
    this.database = database;
    this.schema = schema;
  }

  void useRole(String role) {
    this.role = role;
  }

  void useSecondaryRoles(String roles) {
    this.secondaryRoles = roles;
  }

  void useWarehouse(String warehouse) {
    this.warehouse = warehouse;
  }

  boolean autocommit() {
    return (Boolean) parameters.get("AUTOCOMMIT");
  }

  ZoneId zone() {
    return ZoneId.of(parameters.get("TIMEZONE").toString());
  }

  Map<String, Param> arguments() {
    return arguments;
  }

  void arguments(Map<String, Param> values) {
    arguments = values;
  }

  Key key(Space space, List<String> parts) throws SqlFailure {
    return key(space, parts, null, null);
  }

  /** The full name, with the given current names or else the session's. */
  Key key(Space space, List<String> parts, String inDatabase, String inSchema) throws SqlFailure {
    int count = parts.size();
    if (count > 3) {
      throw SqlErrors.missing("Object", String.join(".", parts));
    }
    var currentDatabase = inDatabase == null ? database : inDatabase;
    var currentSchema = inDatabase == null ? schema : inSchema;
    var db = count == 3 ? parts.get(0) : currentDatabase;
    if (db == null) {
      throw SqlErrors.noDatabase();
    }
    var in =
        count >= 2 ? parts.get(count - 2) == null ? "PUBLIC" : parts.get(count - 2) : currentSchema;
    if (in == null) {
      throw SqlErrors.noSchema();
    }
    if (!catalog.hasDatabase(db)) {
      throw SqlErrors.missing("Database", db);
    }
    if (!catalog.hasSchema(db, in)) {
      throw SqlErrors.missing("Schema", db + "." + in);
    }
    return new Key(db, in, space, parts.get(count - 1));
  }

  SqlObject find(Space space, List<String> parts, String inDatabase, String inSchema)
      throws SqlFailure {
    return find(key(space, parts, inDatabase, inSchema));
  }

  /** A temporary object comes before the permanent one of its name. [D] */
  SqlObject find(Key key) {
    var own = temporary.get(key);
    return own == null ? catalog.get(key) : own;
  }

  SqlObject.Table table(List<String> parts) throws SqlFailure {
    var key = key(Space.RELATION, parts);
    if (find(key) instanceof SqlObject.Table table) {
      return table;
    }
    throw SqlErrors.missing("Table", key.toString());
  }

  String lastQueryId(int number) {
    synchronized (queryIds) {
      int index = number < 0 ? queryIds.size() + number : number - 1;
      return index >= 0 && index < queryIds.size() ? queryIds.get(index) : null;
    }
  }

  void remember(String queryId) {
    synchronized (queryIds) {
      queryIds.add(queryId);
    }
  }
}
