package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlObject.Key;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The part of SHOW behind its kind: {@code LIKE … IN … STARTS WITH … LIMIT …}. A null name stands
 * for any. Immutable.
 */
record SqlScope(
    String database, String schema, String table, Pattern like, String startsWith, int limit) {

  static SqlScope read(SqlRun run) throws SqlFailure {
    var in = run.in;
    in.accept("HISTORY");
    Pattern like = in.accept("LIKE") ? pattern(in.value()) : null;
    var session = run.session;
    var database = session.database();
    var schema = session.schema();
    String table = null;
    if (in.accept("IN")) {
      if (in.accept("SESSION")) {
        table = null;
      } else if (in.accept("ACCOUNT")) {
        database = null;
        schema = null;
      } else if (in.accept("DATABASE")) {
        database = in.isNameNext() ? in.name().get(0) : database;
        schema = null;
      } else if (in.acceptAny("TABLE", "VIEW")) {
        var key = session.names.key(Space.RELATION, in.name());
        if (session.names.find(key) == null) {
          throw SqlErrors.missing("Table", key.toString());
        }
        database = key.database();
        schema = key.schema();
        table = key.name();
      } else {
        in.accept("SCHEMA");
        var name = in.isNameNext() ? in.name() : List.<String>of();
        database = name.size() > 1 ? name.get(0) : database;
        schema = name.isEmpty() ? schema : name.get(name.size() - 1);
      }
    }
    like = in.accept("LIKE") ? pattern(in.value()) : like;
    var startsWith = in.accept("STARTS", "WITH") ? in.value() : "";
    int limit = in.accept("LIMIT") ? Integer.parseInt(in.value()) : Integer.MAX_VALUE;
    in.accept(";");
    in.expectEnd();
    if (database != null && !session.engine.catalog.hasDatabase(database)) {
      throw SqlErrors.missing("Database", database);
    }
    if (schema != null && !session.engine.catalog.hasSchema(database, schema)) {
      throw SqlErrors.missing("Schema", database + "." + schema);
    }
    return new SqlScope(database, schema, table, like, startsWith, limit);
  }

  /** LIKE of SHOW does not mind the case. [D] */
  private static Pattern pattern(String like) {
    var regex = new StringBuilder();
    for (int i = 0; i < like.length(); i++) {
      char c = like.charAt(i);
      if (c == '\\' && i + 1 < like.length()) {
        regex.append(Pattern.quote(String.valueOf(like.charAt(++i))));
      } else {
        regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  }

  boolean names(String name) {
    return (like == null || like.matcher(name).matches())
        && name.toUpperCase(Locale.ROOT).startsWith(startsWith.toUpperCase(Locale.ROOT));
  }

  private boolean holds(Key key) {
    return (database == null || database.equals(key.database()))
        && (schema == null || schema.equals(key.schema()))
        && (table == null || table.equals(key.name()));
  }

  /** The objects of a kind in this scope that the session sees, its own temporary ones too. */
  <T extends SqlObject> List<T> objects(H2Session session, Class<T> kind) {
    var all = new ArrayList<>(session.engine.catalog.objects());
    all.addAll(session.names.temporary.values());
    return all.stream()
        .filter(object -> kind.isInstance(object) && holds(object.key()))
        .map(kind::cast)
        .sorted(Comparator.comparing(object -> object.key().toString()))
        .toList();
  }

  <T extends SqlObject> List<T> named(H2Session session, Class<T> kind) {
    return objects(session, kind).stream()
        .filter(object -> names(object.key().name()))
        .limit(limit)
        .toList();
  }
}
