package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.snowflake.Catalog;
import io.selfheal.jdbc.snowflake.Expiry;
import io.selfheal.jdbc.snowflake.Identifiers;
import io.selfheal.jdbc.snowflake.OwnQuery;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Proves that what an entry has read is what it would read now: equal counts do not mean equal
 * rows. For one heal, not thread-safe.
 */
final class Proof {

  private static final BigInteger NANOS_PER_MILLI = BigInteger.valueOf(1_000_000);

  /** Views upon views; more count as unknown. */
  private static final int DEEPEST = 8;

  private final Catalog catalog;
  private final Set<ObjectName> hidden = new HashSet<>();
  private final Connection fresh;
  private final Past past;
  private final Expiry expiry;

  /** When each source last changed, as it was first seen in this heal. */
  private final Map<ObjectName, String> changes = new HashMap<>();

  /** What of it is compared in the end: the same, or what tells it from a temp table. */
  private final Map<ObjectName, String> tokens = new LinkedHashMap<>();

  /**
   * What each name stood for, as it was first seen in this heal: that nothing has changed since is
   * confirmed by its token when all is rebuilt.
   */
  private final Map<ObjectName, Optional<Catalog.Relation>> relations = new HashMap<>();

  /** What each table held then, where that had to be asked. */
  private final Map<String, String> contents = new HashMap<>();

  private final Map<Entry, String> doubts = new HashMap<>();

  /**
   * @param made the temp objects that are going to be made, which may hide a source of their name
   */
  Proof(Connection fresh, Past past, Expiry expiry, Set<TempObject> made) {
    this.catalog = new Catalog(fresh);
    for (var object : made) {
      if (object.name() != null) {
        hidden.add(object.name());
      }
    }
    this.fresh = fresh;
    this.past = past;
    this.expiry = expiry;
  }

  /** Why the entry cannot be made again as it was; null where it can. */
  @Nullable String doubt(Entry entry) throws SQLException {
    var known = doubts.get(entry);
    if (known == null) {
      var found = look(entry);
      known = found == null ? "" : found;
      doubts.put(entry, known);
    }
    return known.isEmpty() ? null : known;
  }

  private @Nullable String look(Entry entry) throws SQLException {
    if (entry.unsure() != null) {
      return entry.unsure();
    }
    for (var source : entry.sources()) {
      if (!unchanged(source, entry.queryId(), 0)) {
        return "it read "
            + String.join(".", source.parts())
            + ", which cannot be proved to be unchanged since";
      }
    }
    for (var template : entry.templates()) {
      if (!sameDefinition(template, entry.queryId())) {
        return "it copied the definition of "
            + String.join(".", template.parts())
            + ", which may have changed since, or has defaults that differ each time";
      }
    }
    return null;
  }

  private boolean unchanged(ObjectName source, @Nullable String queryId, int depth)
      throws SQLException {
    if (queryId == null || source.parts().size() != 3 || depth > DEEPEST) {
      return false;
    }
    try {
      var object = relation(source);
      long start = past.start(queryId);
      if (object == null || object.lastDdl() >= start) {
        // Another one may have come to that name: by RENAME, SWAP, CREATE OR REPLACE.
        return false;
      }
      return object.view() ? sameView(source, queryId, depth) : sameTable(source, queryId, start);
    } catch (SQLException e) {
      if (expiry.code(e) != 0) {
        throw e;
      }
      return false;
    }
  }

  private Catalog.@Nullable Relation relation(ObjectName name) throws SQLException {
    var known = relations.get(name);
    if (known == null) {
      known = Optional.ofNullable(catalog.object(name));
      relations.put(name, known);
    }
    return known.orElse(null);
  }

  private boolean sameView(ObjectName view, String queryId, int depth) throws SQLException {
    var definition = catalog.definition(view);
    if (definition == null) {
      return false;
    }
    var shape = Shape.of(definition);
    if (shape.has(Trait.UNDETERMINED) || shape.has(Trait.VOLATILE) || shape.has(Trait.HISTORY)) {
      return false;
    }
    for (var target : shape.reads()) {
      if (!(target instanceof ObjectName name)
          || !unchanged(
              name.qualify(view.parts().get(0), view.parts().get(1)), queryId, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private boolean sameTable(ObjectName source, String queryId, long start) throws SQLException {
    var table = Identifiers.quote(source.parts());
    var changed = changes.get(source);
    if (changed == null) {
      changed = token(table);
      changes.put(source, changed);
      tokens.put(source, hidden.contains(source) ? catalog.lastAltered(source) : changed);
    }
    // What changed before the entry began it has seen.
    return isBefore(changed, start) || sameRows(table, queryId);
  }

  /** The token is nanoseconds since 1970 [I]. */
  private static boolean isBefore(String token, long millis) {
    try {
      return millis > 0
          && new BigInteger(token).compareTo(BigInteger.valueOf(millis).multiply(NANOS_PER_MILLI))
              < 0;
    } catch (NumberFormatException another) {
      return false;
    }
  }

  /** A token that grows whenever the table, or what a view reads, changes [D]. */
  private String token(String table) throws SQLException {
    return String.valueOf(
        one("SELECT SYSTEM$LAST_CHANGE_COMMIT_TIME(" + Identifiers.text(table) + ")"));
  }

  /** By Time Travel, as far as it reaches [D]. */
  private boolean sameRows(String table, String queryId) throws SQLException {
    var count = "SELECT HASH_AGG(*) || ' ' || COUNT(*) FROM " + table;
    var then = one(count + " AT(STATEMENT => " + Identifiers.text(queryId) + ")");
    if (then == null) {
      return false;
    }
    var now = contents.get(table);
    if (now == null) {
      now = String.valueOf(one(count));
      contents.put(table, now);
    }
    return then.equals(now);
  }

  private boolean sameDefinition(ObjectName template, @Nullable String queryId)
      throws SQLException {
    if (queryId == null || template.parts().size() != 3) {
      return false;
    }
    try {
      var object = relation(template);
      return object != null
          && object.lastDdl() < past.start(queryId)
          && catalog.defaults(template).stream().noneMatch(Proof::differsEachTime);
    } catch (SQLException e) {
      if (expiry.code(e) != 0) {
        throw e;
      }
      return false;
    }
  }

  private static boolean differsEachTime(String columnDefault) {
    var shape = Shape.of("SELECT " + columnDefault);
    return shape.has(Trait.UNDETERMINED) || shape.has(Trait.VOLATILE);
  }

  /**
   * Looks once more after something was rebuilt: what changed in between may have been read.
   *
   * @throws Rebuild.Failed when something has changed
   */
  void confirm() throws SQLException, Rebuild.Failed {
    for (var source : tokens.entrySet()) {
      var name = source.getKey();
      var table = Identifiers.quote(name.parts());
      // A temp table of that name would answer for itself by now.
      var now = hidden.contains(name) ? catalog.lastAltered(name) : token(table);
      if (!source.getValue().equals(now)) {
        throw new Rebuild.Failed(
            table + " changed while what was read from it was being rebuilt", true, null);
      }
    }
  }

  private @Nullable String one(String sql) throws SQLException {
    try (var statement = OwnQuery.on(fresh);
        var row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : null;
    }
  }
}
