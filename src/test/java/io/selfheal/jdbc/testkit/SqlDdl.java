package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlObject.Key;
import io.selfheal.jdbc.testkit.SqlObject.Space;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * CREATE and DROP of all but tables' insides. DDL commits what is open before it does anything.
 * Stateless.
 */
final class SqlDdl {
  /** What stands between CREATE and the kind of the object. */
  record Modifiers(boolean replace, boolean temporary, boolean hybrid) {}

  private SqlDdl() {}

  static SqlRows run(SqlRun run) throws SqlFailure {
    run.session.work.commit(null);
    try {
      var in = run.in;
      return switch (in.next().value()) {
        case "CREATE" -> create(run);
        case "DROP" -> drop(run);
        default -> SqlAlter.run(run);
      };
    } finally {
      run.session.work.endRead();
    }
  }

  private static SqlRows create(SqlRun run) throws SqlFailure {
    var in = run.in;
    boolean replace = in.accept("OR", "REPLACE");
    boolean temporary = false;
    boolean hybrid = false;
    while (Set.of(
            "HYBRID",
            "LOCAL",
            "GLOBAL",
            "TEMP",
            "TEMPORARY",
            "VOLATILE",
            "TRANSIENT",
            "SECURE",
            "SCOPED")
        .contains(in.peek().value())) {
      var word = in.next();
      temporary |= word.is("TEMP") || word.is("TEMPORARY") || word.is("VOLATILE");
      hybrid |= word.is("HYBRID");
    }
    var modifiers = new Modifiers(replace, temporary, hybrid);
    var kind = in.next();
    return switch (kind.value()) {
      case "TABLE" -> SqlCreateTable.run(run, modifiers);
      case "VIEW" -> view(run, modifiers);
      case "SEQUENCE" -> sequence(run, modifiers);
      case "DATABASE" -> database(run, modifiers);
      case "SCHEMA" -> schema(run, modifiers);
      case "STAGE" -> SqlStages.create(run, modifiers);
      case "FILE" -> {
        in.expect("FORMAT");
        yield SqlStages.createFormat(run, modifiers);
      }
      case "PROCEDURE" -> SqlProcedures.create(run, modifiers);
      case "FUNCTION" -> SqlUserFunctions.create(run, modifiers);
      default -> throw SqlErrors.unsupported("CREATE " + kind.value());
    };
  }

  /**
   * Looks what stands in the way of a new object: true when there is something and IF NOT EXISTS
   * makes that fine. A temporary object only minds temporary ones and a permanent one permanent
   * ones: that is what shadowing is. [D]
   */
  static boolean inTheWay(SqlRun run, Key key, Modifiers modifiers, boolean ifNotExists)
      throws SqlFailure {
    var old =
        modifiers.temporary
            ? run.session.names.temporary.get(key)
            : run.session.engine.catalog.get(key);
    if (old == null || modifiers.replace) {
      return false;
    }
    if (ifNotExists) {
      return true;
    }
    throw SqlErrors.exists(key.toString());
  }

  static SqlRows already(Key key) {
    return SqlResults.status(key.name() + " already exists, statement succeeded.");
  }

  /** Puts a new object in its place and drops what it replaces. */
  static void put(SqlRun run, SqlObject object) throws SqlFailure {
    var engine = run.session.engine;
    if (object instanceof SqlObject.Table table) {
      engine.tables.put(table.id(), table);
    }
    var old =
        object.temporary()
            ? run.session.names.temporary.get(object.key())
            : engine.catalog.get(object.key());
    if (old instanceof SqlObject.Table was
            && !(object instanceof SqlObject.Table is && is.id() == was.id())
        || old instanceof SqlObject.Sequence) {
      discard(run, old);
    }
    if (object.temporary()) {
      run.session.names.temporary.put(object.key(), object);
    } else {
      engine.catalog.put(object);
    }
  }

  static void discard(SqlRun run, SqlObject object) throws SqlFailure {
    try (var statement = run.session.work.connection().createStatement()) {
      run.session.engine.discard(statement, object);
    } catch (SQLException e) {
      throw SqlErrors.of(e);
    }
  }

  private static SqlRows view(SqlRun run, Modifiers modifiers) throws SqlFailure {
    var in = run.in;
    boolean ifNotExists = in.ifNotExists();
    var key = run.session.names.key(Space.RELATION, in.name());
    var names = new ArrayList<String>();
    if (in.accept("(")) {
      do {
        names.add(in.identifier());
        if (in.accept("COMMENT")) {
          in.string();
        }
      } while (in.accept(","));
      in.expect(")");
    }
    while (!in.isNext("AS") && !in.atEnd()) {
      in.next();
    }
    in.expect("AS");
    if (inTheWay(run, key, modifiers, ifNotExists)) {
      return already(key);
    }
    int from = in.at;
    // Checked now, translated again at each use.
    var columns = run.columns(new SqlTranslator(run, in).query().done());
    if (!names.isEmpty() && names.size() != columns.size()) {
      throw SqlErrors.invalid("Invalid column definition list");
    }
    put(
        run,
        new SqlObject.View(
            key, modifiers.temporary, run.start, List.copyOf(names), in.source(from, in.at)));
    return SqlResults.status("View " + key.name() + " successfully created.");
  }

  private static SqlRows sequence(SqlRun run, Modifiers modifiers) throws SqlFailure {
    var in = run.in;
    boolean ifNotExists = in.ifNotExists();
    var key = run.session.names.key(Space.SEQUENCE, in.name());
    if (inTheWay(run, key, new Modifiers(modifiers.replace, false, false), ifNotExists)) {
      return already(key);
    }
    var start = "1";
    var step = "1";
    while (!in.atEnd()) {
      var word = in.next();
      if (word.is("START") || word.is("INCREMENT")) {
        in.acceptAny("WITH", "BY");
        in.accept("=");
        var value = in.value();
        start = word.is("START") ? value : start;
        step = word.is("INCREMENT") ? value : step;
      } else if (word.is("COMMENT")) {
        in.expect("=");
        in.string();
      } else if (!word.is("ORDER") && !word.is("NOORDER") && !word.is("WITH")) {
        throw SqlErrors.unexpected(word);
      }
    }
    // Sequences are never temporary. [D]
    var sequence = new SqlObject.Sequence(key, false, run.start, run.session.engine.catalog.tick());
    run.ddl(
        "CREATE SEQUENCE "
            + sequence.h2()
            + " START WITH "
            + Long.parseLong(start)
            + " INCREMENT BY "
            + Long.parseLong(step));
    put(run, sequence);
    return SqlResults.status("Sequence " + key.name() + " successfully created.");
  }

  private static SqlRows database(SqlRun run, Modifiers modifiers) throws SqlFailure {
    boolean ifNotExists = run.in.ifNotExists();
    var name = run.in.name().get(0);
    options(run.in);
    var catalog = run.session.engine.catalog;
    if (catalog.hasDatabase(name)) {
      if (ifNotExists) {
        return SqlResults.status(name + " already exists, statement succeeded.");
      } else if (!modifiers.replace) {
        throw SqlErrors.exists(name);
      }
      dropAll(run, name, null);
    }
    catalog.createDatabase(name);
    // CREATE DATABASE also makes it the current one. [D]
    run.session.names.use(name, "PUBLIC");
    return SqlResults.status("Database " + name + " successfully created.");
  }

  private static SqlRows schema(SqlRun run, Modifiers modifiers) throws SqlFailure {
    boolean ifNotExists = run.in.ifNotExists();
    var parts = run.in.name();
    options(run.in);
    var database = parts.size() == 2 ? parts.get(0) : run.session.database();
    if (database == null) {
      throw SqlErrors.noDatabase();
    }
    var catalog = run.session.engine.catalog;
    if (!catalog.hasDatabase(database)) {
      throw SqlErrors.missing("Database", database);
    }
    var name = parts.get(parts.size() - 1);
    if (catalog.hasSchema(database, name)) {
      if (ifNotExists) {
        return SqlResults.status(name + " already exists, statement succeeded.");
      } else if (!modifiers.replace) {
        throw SqlErrors.exists(database + "." + name);
      }
      dropAll(run, database, name);
    }
    catalog.createSchema(database, name);
    run.session.names.use(database, name);
    return SqlResults.status("Schema " + name + " successfully created.");
  }

  /**
   * Options that change nothing here: COMMENT, DATA_RETENTION_TIME_IN_DAYS and their like. CLONE
   * would.
   */
  static void options(SqlCursor in) throws SqlFailure {
    while (!in.atEnd()) {
      var word = in.next();
      if (word.is("CLONE") || word.is("FROM")) {
        throw SqlErrors.unsupported(word.value());
      }
    }
  }

  private static void dropAll(SqlRun run, String database, String schema) throws SqlFailure {
    for (var object : run.session.engine.catalog.drop(database, schema)) {
      discard(run, object);
    }
  }

  private static SqlRows drop(SqlRun run) throws SqlFailure {
    var in = run.in;
    var kind = in.next().value();
    if (kind.equals("FILE")) {
      in.expect("FORMAT");
    }
    boolean ifExists = in.ifExists();
    var parts = in.name();
    if (kind.equals("PROCEDURE") || kind.equals("FUNCTION")) {
      in.expect("(");
      in.skipParenthesis();
    }
    in.acceptAny("CASCADE", "RESTRICT");
    in.accept(";");
    in.expectEnd();
    return switch (kind) {
      case "TABLE", "VIEW" -> drop(run, Space.RELATION, kind, parts, ifExists);
      case "STAGE" -> drop(run, Space.STAGE, kind, parts, ifExists);
      case "FILE" -> drop(run, Space.FORMAT, "FILE FORMAT", parts, ifExists);
      case "SEQUENCE" -> drop(run, Space.SEQUENCE, kind, parts, ifExists);
      case "PROCEDURE" -> drop(run, Space.PROCEDURE, kind, parts, ifExists);
      case "FUNCTION" -> drop(run, Space.FUNCTION, kind, parts, ifExists);
      case "DATABASE", "SCHEMA" -> dropContainer(run, kind, parts, ifExists);
      default -> throw SqlErrors.unsupported("DROP " + kind);
    };
  }

  private static SqlRows drop(
      SqlRun run, Space space, String kind, List<String> parts, boolean ifExists)
      throws SqlFailure {
    var session = run.session;
    Key key = null;
    SqlObject object = null;
    try {
      key = session.names.key(space, parts);
      object = session.names.find(key);
    } catch (SqlFailure noSuchPlace) {
      if (!ifExists || noSuchPlace.code != 2003) {
        throw noSuchPlace;
      }
    }
    if (object == null
        || kind.equals("VIEW") != object instanceof SqlObject.View && space == Space.RELATION) {
      if (ifExists) {
        return SqlResults.status(
            "Drop statement executed successfully ("
                + parts.get(parts.size() - 1)
                + " already dropped).");
      }
      throw SqlErrors.missing(
          space == Space.RELATION && kind.equals("VIEW") ? "View" : space.word,
          String.valueOf(key));
    }
    discard(run, object);
    if (object.temporary()) {
      session.names.temporary.remove(key);
    } else {
      session.engine.catalog.remove(key);
    }
    return SqlResults.status(key.name() + " successfully dropped.");
  }

  private static SqlRows dropContainer(
      SqlRun run, String kind, List<String> parts, boolean ifExists) throws SqlFailure {
    var session = run.session;
    boolean isDatabase = kind.equals("DATABASE");
    var database =
        isDatabase ? parts.get(0) : parts.size() == 2 ? parts.get(0) : session.database();
    var schema = isDatabase ? null : parts.get(parts.size() - 1);
    var name = parts.get(parts.size() - 1);
    boolean there =
        isDatabase
            ? session.engine.catalog.hasDatabase(database)
            : session.engine.catalog.hasSchema(database, schema);
    if (!there) {
      if (ifExists) {
        return SqlResults.status(
            "Drop statement executed successfully (" + name + " already dropped).");
      }
      throw SqlErrors.missing(isDatabase ? "Database" : "Schema", String.join(".", parts));
    }
    dropAll(run, database, schema);
    if (database.equals(session.database()) && (isDatabase || name.equals(session.schema()))) {
      session.names.use(isDatabase ? null : database, null);
    }
    return SqlResults.status(name + " successfully dropped.");
  }
}
