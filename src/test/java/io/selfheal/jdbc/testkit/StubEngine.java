package io.selfheal.jdbc.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * Just enough SQL to try the wire without a database: SELECT of a number or COUNT(*), INSERT of one
 * value, PUT and GET.
 */
final class StubEngine implements SqlEngine {
  private static final Pattern SELECT = Pattern.compile("(?i)\\s*select\\s+(\\d+)\\s*");
  private static final Pattern COUNT =
      Pattern.compile("(?i)\\s*select\\s+count\\(\\*\\)\\s+from\\s+(\\w+)\\s*");
  private static final Pattern SCAN =
      Pattern.compile("(?i)\\s*select \\* from table\\(result_scan\\('([^']*)'\\)\\)\\s*");
  private static final Pattern INSERT =
      Pattern.compile("(?i)\\s*insert into (\\w+) values\\s*\\((\\?|\\d+)\\)\\s*");

  private static final Pattern PUT =
      Pattern.compile("(?i)put\\s+'?file://(\\S+?)'?\\s+'?@(\\S+?)'?(\\s.*)?");
  private static final Pattern GET =
      Pattern.compile("(?i)get\\s+'?@(\\S+?)'?\\s+'?file://(\\S+?)'?");

  private final Map<String, List<List<String>>> tables =
      new ConcurrentHashMap<>(); // thread-safe itself
  private final Map<String, Map<String, Object>> history =
      new ConcurrentHashMap<>(); // thread-safe itself
  private final Map<String, Answer> results = new ConcurrentHashMap<>(); // thread-safe itself

  private final Path directory;

  StubEngine(Path directory) {
    this.directory = directory;
  }

  @Override
  public Session open(long sessionId, Login login) {
    return new StubSession(sessionId, login);
  }

  @Override
  public List<List<String>> table(String qualifiedName) {
    return List.copyOf(tables.getOrDefault(qualifiedName.toUpperCase(Locale.ROOT), List.of()));
  }

  @Override
  public void close() {}

  @Override
  public Map<String, Object> history(String queryId) {
    return history.get(queryId);
  }

  @Override
  public Answer result(String queryId) {
    return results.get(queryId);
  }

  private final class StubSession implements Session {
    private final long id;
    private final Login login;
    private final Map<String, Object> parameters = new ConcurrentHashMap<>(); // thread-safe itself

    StubSession(long id, Login login) {
      this.id = id;
      this.login = login;
      parameters.put("AUTOCOMMIT", true);
    }

    @Override
    public long id() {
      return id;
    }

    @Override
    public String database() {
      return login.database();
    }

    @Override
    public String schema() {
      return login.schema();
    }

    @Override
    public String role() {
      return login.role();
    }

    @Override
    public String warehouse() {
      return login.warehouse();
    }

    @Override
    public Map<String, Object> parameters() {
      return Map.copyOf(parameters);
    }

    @Override
    public Answer execute(Query query) throws SqlFailure {
      note(query.queryId(), query.sql(), "RUNNING");
      try {
        query.whileRunning().reached();
        var answer = answer(query);
        results.put(query.queryId(), answer);
        note(query.queryId(), query.sql(), "SUCCESS");
        return answer;
      } catch (SqlFailure e) {
        note(query.queryId(), query.sql(), "FAILED_WITH_ERROR");
        throw e;
      }
    }

    private void note(String queryId, String sql, String status) {
      history.put(
          queryId,
          Map.of(
              "QUERY_ID",
              queryId,
              "QUERY_TEXT",
              sql,
              "SESSION_ID",
              id,
              "EXECUTION_STATUS",
              status));
    }

    private Answer answer(Query query) throws SqlFailure {
      var sql = query.sql();
      if (sql.contains(";")) {
        var children = new ArrayList<Child>();
        for (var part : sql.split(";")) {
          var childId = query.queryId().substring(0, 24) + "c%011d".formatted(children.size());
          var child =
              answer(new Query(childId, part, Map.of(), query.describeOnly(), false, Map.of()));
          results.put(childId, child);
          note(childId, part, "SUCCESS");
          children.add(new Child(childId, child.statementTypeId(), child));
        }
        return new Answer(
            query.queryId(), 0xA000, columns("multiple"), List.of(), 0, children, null);
      }
      var number = SELECT.matcher(sql);
      var count = COUNT.matcher(sql);
      var scan = SCAN.matcher(sql);
      var insert = INSERT.matcher(sql);
      if (number.matches()) {
        return rows(query, 0x1000, number.group(1));
      } else if (count.matches()) {
        return rows(query, 0x1000, Integer.toString(table(count.group(1)).size()));
      } else if (scan.matches()) {
        var old = results.get(scan.group(1));
        return new Answer(query.queryId(), 0x1000, old.columns(), old.rows(), 0, List.of(), null);
      } else if (insert.matches()) {
        var values =
            query.binds().getOrDefault("1", new Bind("TEXT", List.of(insert.group(2)))).values();
        var table = insert.group(1).toUpperCase(Locale.ROOT);
        if (!query.describeOnly()) {
          var rows = tables.computeIfAbsent(table, name -> new CopyOnWriteArrayList<>());
          rows.addAll(values.stream().map(List::of).toList());
        }
        var written = List.of(List.of(Integer.toString(values.size())));
        var binds = insert.group(2).equals("?") ? 1 : 0;
        return new Answer(
            query.queryId(),
            0x3100,
            columns("number of rows inserted"),
            written,
            binds,
            List.of(),
            null);
      } else if (sql.toLowerCase(Locale.ROOT).contains("set autocommit=")) {
        parameters.put("AUTOCOMMIT", sql.toLowerCase(Locale.ROOT).contains("=true"));
        return rows(query, 0x4100, "Statement executed successfully.");
      }
      return transfer(query);
    }

    private Answer transfer(Query query) throws SqlFailure {
      var put = PUT.matcher(query.sql());
      var get = GET.matcher(query.sql());
      if (put.matches()) {
        var stage = directory.resolve(put.group(2)).toString();
        var transfer =
            new Transfer(true, List.of(put.group(1)), stage, null, 4, true, false, "AUTO_DETECT");
        return new Answer(query.queryId(), 0x7102, List.of(), List.of(), 0, List.of(), transfer);
      } else if (get.matches()) {
        var stage = directory.resolve(get.group(1));
        var files = List.of(stage.toFile().list());
        var transfer =
            new Transfer(false, files, stage.toString(), get.group(2), 4, false, false, null);
        return new Answer(query.queryId(), 0x7101, List.of(), List.of(), 0, List.of(), transfer);
      } else if (query.sql().startsWith("CREATE TEMPORARY STAGE")) {
        return rows(query, 0x6000, "Stage successfully created.");
      }
      throw new SqlFailure(
          1003, "42000", "SQL compilation error: the stub does not know: " + query.sql());
    }

    private Answer rows(Query query, long type, String value) {
      return new Answer(
          query.queryId(), type, columns("x"), List.of(List.of(value)), 0, List.of(), null);
    }

    private List<Column> columns(String name) {
      return List.of(new Column(name, "TEXT", true, 0, 0, 100, 400, null, null, null));
    }

    @Override
    public void cancel(String queryId) {}

    @Override
    public void close() {}

    @Override
    public void lose() {}
  }
}
