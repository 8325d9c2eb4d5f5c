package io.selfheal.jdbc.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A session with its tokens. Thread-safe. */
final class WireSession {
  private static final int REMEMBERED_REQUESTS = 256;

  private final Object lock = new Object();
  private final long id;
  private final SqlEngine.Session engine;
  private final String masterToken;

  private String sessionToken; // guarded by lock
  private int renewals; // guarded by lock
  private Expiry expired; // guarded by lock; null while both tokens are good
  private boolean ended; // guarded by lock; by logout
  private final Map<String, String> uploads =
      new LinkedHashMap<>(); // guarded by lock; PUT text → its stage's folder

  // guarded by lock; what arrived under which requestId, so that what is sent again is not run
  // again [S]
  private final Map<String, Request> requests =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Request> eldest) {
          return size() > REMEMBERED_REQUESTS
              && (eldest.getValue().run == null || eldest.getValue().run.hasEnded());
        }
      };

  WireSession(long id, SqlEngine.Session engine) {
    this.id = id;
    this.engine = engine;
    this.masterToken = "mt-" + id;
    this.sessionToken = "st-" + id + "-0";
  }

  long id() {
    return id;
  }

  SqlEngine.Session engine() {
    return engine;
  }

  String masterToken() {
    return masterToken;
  }

  String sessionToken() {
    synchronized (lock) {
      return sessionToken;
    }
  }

  /** The code with which a request with that session token is refused; 0 when it is good. */
  int refusal(String token) {
    synchronized (lock) {
      if (ended) {
        return WireAnswers.SESSION_GONE;
      }
      if (expired == null) {
        // A renewed session's old token: another thread of the client renewed it meanwhile.
        return sessionToken.equals(token) ? 0 : WireAnswers.SESSION_TOKEN_EXPIRED;
      }
      return expired.onRequest;
    }
  }

  /** Renews the session token; the code of the refusal, or 0. */
  int renew() {
    synchronized (lock) {
      if (ended) {
        return WireAnswers.SESSION_GONE;
      }
      if (expired != null && expired.onRenewal != 0) {
        return expired.onRenewal;
      }
      renewals++;
      sessionToken = "st-" + id + "-" + renewals;
      expired = null;
      return 0;
    }
  }

  boolean isLive() {
    synchronized (lock) {
      return !ended && (expired == null || expired == Expiry.RENEWABLE);
    }
  }

  /** The expiry. Statements that were let in before go on to their end. */
  void expire(Expiry how) {
    List<QueryRun> letIn;
    synchronized (lock) {
      if (!isLive()) {
        return;
      }
      expired = how;
      if (how == Expiry.RENEWABLE) {
        return;
      }
      letIn = runs();
    }
    // What was let in must have reached the engine before the session is lost there.
    letIn.forEach(QueryRun::awaitBegun);
    engine.lose();
  }

  /** The logout. */
  void end() {
    synchronized (lock) {
      if (!isLive()) {
        return;
      }
      ended = true;
    }
    engine.close();
  }

  /** Notes the arrival of a request; {@code arrival} is asked on its first time only. */
  Arrival arrive(String requestId, Supplier<Arrival> arrival) {
    synchronized (lock) {
      return requests.computeIfAbsent(requestId, id -> new Request(arrival.get())).arrival;
    }
  }

  /** The run of a request that was let in, or null. */
  QueryRun run(String requestId) {
    synchronized (lock) {
      var request = requests.get(requestId);
      return request == null ? null : request.run;
    }
  }

  /**
   * Lets a request in, once: the run is started on its first time only. Null when the session has
   * died meanwhile.
   */
  Entry letIn(String requestId, Supplier<QueryRun> start) {
    synchronized (lock) {
      if (ended || expired != null) {
        return null;
      }
      var request = requests.get(requestId);
      var first = request.run == null;
      if (first) {
        request.run = start.get();
      }
      return new Entry(request.run, first);
    }
  }

  record Entry(QueryRun run, boolean first) {}

  void noteUpload(String sql, String directory) {
    synchronized (lock) {
      uploads.put(sql, directory);
    }
  }

  /** The folder of the stage to which this session has put binds, or null. */
  String bindDirectory(String bindStage) {
    synchronized (lock) {
      return uploads.entrySet().stream()
          .filter(upload -> upload.getKey().contains("'" + bindStage + "'"))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse(null);
    }
  }

  /** Forgets what has arrived. */
  void forget() {
    synchronized (lock) {
      requests.clear();
      uploads.clear();
    }
  }

  private List<QueryRun> runs() {
    var runs = new ArrayList<QueryRun>();
    requests.values().stream()
        .filter(request -> request.run != null)
        .forEach(request -> runs.add(request.run));
    return runs;
  }

  private static final class Request {
    private final Arrival arrival;
    private QueryRun run; // guarded by the session's lock

    Request(Arrival arrival) {
      this.arrival = arrival;
    }
  }
}
