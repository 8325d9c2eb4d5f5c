package io.selfheal.jdbc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A Snowflake account on this machine: snowflake-jdbc talks to it over its own wire protocol, H2
 * does the SQL, and tests script how and when sessions die. Listens on the loopback address only.
 * Thread-safe.
 */
public final class SnowflakeEmulator implements AutoCloseable {
  /** Rows of a history, of which the real one shows no more than half at once [D]. */
  private static final int LONG_ENOUGH = 20_000;

  private final Path directory;
  private final ExecutorService workers;
  private final SqlEngine engine;
  private final Sessions sessions;
  private final Faults faults;
  private final StatementLog log = new StatementLog();
  private final LoginRoutes logins;
  private final QueryRoutes queries;
  private final Routes routes;
  private final HttpFront http;

  private SnowflakeEmulator(int port, Function<Path, SqlEngine> engines) {
    try {
      directory = Files.createTempDirectory("snowflake-emulator");
      engine = engines.apply(directory);
      workers = workers();
      sessions = new Sessions(engine);
      faults = new Faults((id, how) -> sessions.byId(id).expire(how), sessions::expireAll);
      logins = new LoginRoutes(sessions, faults);
      queries = new QueryRoutes(engine, faults, log, workers);
      routes = new Routes(sessions, faults, logins, queries);
      http = new HttpFront(port, workers, routes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts an emulator on a free port. */
  public static SnowflakeEmulator start() {
    return start(0);
  }

  public static SnowflakeEmulator start(int port) {
    return start(port, H2SqlEngine::new);
  }

  static SnowflakeEmulator start(int port, Function<Path, SqlEngine> engines) {
    return new SnowflakeEmulator(port, engines);
  }

  public int port() {
    return http.port();
  }

  /** The URL for snowflake-jdbc itself. */
  public String url() {
    // Without disablePlatformDetection the driver asks cloud metadata addresses, off this machine,
    // at each login [R].
    return "jdbc:snowflake://127.0.0.1:"
        + port()
        + "/?ssl=off&account=emulator&user=demo&password=demo&db=DEMO&schema=PUBLIC&warehouse=WH&role=R_DEMO"
        + "&disablePlatformDetection=true&CLIENT_TELEMETRY_ENABLED=false";
  }

  public String url(String extraQuery) {
    return url() + "&" + extraQuery;
  }

  /**
   * A URL with which the physical driver, after an expiry, logs in again by itself and unseen [S].
   */
  public String oauthUrl() {
    return url(
        "authenticator=OAUTH_CLIENT_CREDENTIALS&oauthClientId=demo&oauthClientSecret=demo"
            + "&oauthTokenRequestUrl=http://127.0.0.1:"
            + port()
            + "/oauth/token-request");
  }

  /** The URL for the healing driver. */
  public String healingUrl() {
    return url().replaceFirst("^jdbc:", "jdbc:selfheal:");
  }

  public String healingUrl(String extraQuery) {
    return healingUrl() + "&" + extraQuery;
  }

  /**
   * From now on statements show up in the query history so long after they began: how fast they do
   * is not documented [I].
   */
  public void showHistoryLate(Duration by) {
    engine.showHistoryLate(by);
  }

  /**
   * From now on a statement that ends is not in the query history for so long: neither as one that
   * runs nor as one that has ended. Whether there is such a moment is [I].
   */
  public void showHistoryEndsLate(Duration by) {
    engine.showHistoryEndsLate(by);
  }

  /** From now on the query history lists describe-only requests, too: whether it does is [I]. */
  public void listDescribes() {
    engine.listDescribes();
  }

  public Faults faults() {
    return faults;
  }

  /** What became of each query request so far, in the order in which they ended. */
  public List<StatementRecord> log() {
    return log.all();
  }

  /** Every request so far, in the order in which they arrived. */
  public List<RequestRecord> requests() {
    return routes.requests();
  }

  /** How often a statement that contains this (whatever the case) really ran. */
  public int runs(String containing) {
    return log.runs(containing);
  }

  /** Successful logins. */
  public int logins() {
    return logins.logins();
  }

  public int loginAttempts() {
    return logins.attempts();
  }

  /** Whether no statement runs, not even for a session that is gone. */
  public boolean isIdle() {
    return queries.isIdle();
  }

  /** How many sessions are alive. */
  public int openSessions() {
    return sessions.live().size();
  }

  /** The ids of all sessions there have been, in the order of their logins. */
  public List<Long> sessionIds() {
    return sessions.ids();
  }

  /** The rows of a table as they stand committed, as wire strings. */
  public List<List<String>> table(String qualifiedName) {
    return engine.table(qualifiedName);
  }

  /**
   * Every permanent table that is there, by schema and name, with its rows as they stand committed;
   * they are sorted, as a table has no order of its own.
   */
  public SortedMap<String, List<List<String>>> tables() {
    return engine.tables();
  }

  /** All schemas and permanent objects by kind and name, tables with their columns. */
  public List<String> objects() {
    return engine.objects();
  }

  /** The files on every permanent stage, by schema and name, each as path and checksum. */
  public SortedMap<String, List<String>> files() {
    return engine.files();
  }

  /**
   * How many transactions are open that have changed something; those of dead sessions, which keep
   * their locks, too.
   */
  public int openTransactions() {
    return engine.openTransactions();
  }

  /**
   * Everything permanent goes, and every open transaction with it, so that one emulator does for
   * many tests; sessions stay, with the names they use.
   */
  public void clear() {
    faults.clear();
    engine.clear();
    routes.forgetOld();
    log.clear();
  }

  /**
   * Forgets the log, what dead sessions were sent, and of the query history and the transactions
   * all but the newest that have ended, so that it can run for hours.
   */
  public void forgetOld() {
    engine.forgetOld(LONG_ENOUGH);
    sessions.forgetOld();
    routes.forgetOld();
    log.clear();
  }

  @Override
  public void close() {
    http.close();
    workers.shutdownNow();
    engine.close();
    delete(directory);
  }

  private static ExecutorService workers() {
    var count = new AtomicInteger();
    return Executors.newCachedThreadPool(
        work -> {
          var thread = new Thread(work, "snowflake-emulator-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  private static void delete(Path directory) {
    try (var paths = Files.walk(directory)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
