package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlObject.Key;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The account's databases, schemas and permanent objects, and its clock. Thread-safe: all state is
 * guarded by {@code this}.
 */
final class SqlCatalog {
  /** Guarded by this: database to its schemas to the time they were made. */
  private final Map<String, TreeMap<String, Long>> databases = new TreeMap<>();

  /** Guarded by this. */
  private final Map<String, Long> databaseTimes = new HashMap<>();

  /** Guarded by this. */
  private final Map<Key, SqlObject> objects = new HashMap<>();

  private final AtomicLong clock = new AtomicLong();

  SqlCatalog() {
    createDatabase("DEMO");
  }

  /**
   * Nanoseconds since 1970, never the same twice and always a microsecond apart: history, commits
   * and transaction ids of one account are in one strict order.
   */
  long tick() {
    var now = java.time.Instant.now();
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano() / 1000 * 1000;
    return clock.updateAndGet(last -> Math.max(nanos, last + 1000));
  }

  synchronized boolean createDatabase(String name) {
    if (databases.containsKey(name)) {
      return false;
    }
    databases.put(name, new TreeMap<>());
    databaseTimes.put(name, tick());
    createSchema(name, "PUBLIC");
    createSchema(name, "INFORMATION_SCHEMA");
    return true;
  }

  synchronized boolean createSchema(String database, String name) {
    return databases.get(database).putIfAbsent(name, tick()) == null;
  }

  synchronized boolean hasDatabase(String name) {
    return name != null && databases.containsKey(name);
  }

  synchronized boolean hasSchema(String database, String name) {
    return hasDatabase(database) && name != null && databases.get(database).containsKey(name);
  }

  synchronized List<String> databases() {
    return List.copyOf(databases.keySet());
  }

  synchronized List<String> schemas(String database) {
    return List.copyOf(databases.get(database).keySet());
  }

  synchronized long created(String database, String schema) {
    return schema == null ? databaseTimes.get(database) : databases.get(database).get(schema);
  }

  /**
   * Removes a schema, or with a null schema the database; the objects that went with it are
   * returned.
   */
  synchronized List<SqlObject> drop(String database, String schema) {
    if (schema == null) {
      databases.remove(database);
      databaseTimes.remove(database);
    } else {
      databases.get(database).remove(schema);
    }
    var gone = new ArrayList<SqlObject>();
    for (var object : List.copyOf(objects.values())) {
      var key = object.key();
      if (key.database().equals(database) && (schema == null || key.schema().equals(schema))) {
        gone.add(objects.remove(key));
      }
    }
    return gone;
  }

  synchronized SqlObject get(Key key) {
    return objects.get(key);
  }

  synchronized SqlObject put(SqlObject object) {
    return objects.put(object.key(), object);
  }

  synchronized SqlObject remove(Key key) {
    return objects.remove(key);
  }

  synchronized SqlObject.Table table(long id) {
    for (var object : objects.values()) {
      if (object instanceof SqlObject.Table table && table.id() == id) {
        return table;
      }
    }
    return null;
  }

  synchronized List<SqlObject> objects() {
    var all = new ArrayList<>(objects.values());
    all.sort(Comparator.comparing(object -> object.key().toString()));
    return all;
  }
}
