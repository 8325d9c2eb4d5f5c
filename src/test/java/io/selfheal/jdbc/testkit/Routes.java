package io.selfheal.jdbc.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which request goes where, and which of them need a living session. */
final class Routes implements Function<WireRequest, Reply> {
  private static final Pattern RESULT = Pattern.compile("/queries/([0-9a-fA-F-]+)/result");
  private static final Pattern MONITOR = Pattern.compile("/monitoring/queries/([0-9a-fA-F-]+)");

  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

  private final Sessions sessions;
  private final Faults faults;
  private final LoginRoutes logins;
  private final QueryRoutes queries;
  private final List<RequestRecord> requests = new ArrayList<>(); // guarded by itself

  Routes(Sessions sessions, Faults faults, LoginRoutes logins, QueryRoutes queries) {
    this.sessions = sessions;
    this.faults = faults;
    this.logins = logins;
    this.queries = queries;
  }

  /** Statements meet their faults where they are counted, in {@link QueryRoutes}. */
  @Override
  public Reply apply(WireRequest request) {
    var kind = RequestKind.of(request.path());
    record(kind, request);
    var trouble = kind == null ? null : faults.onRequest(kind);
    if (trouble instanceof Fault.Expire expire) {
      var session = sessions.of(request.token());
      if (session != null) {
        session.expire(expire.how());
      }
    }
    if (trouble instanceof Fault.Slow slow && !LoginRoutes.waitFor(slow.hold())) {
      return new Reply.HangUp();
    }
    var reset = trouble instanceof Fault.Reset one ? one : null;
    if (reset != null && !reset.afterRunning()) {
      return new Reply.HangUp();
    }
    var reply = answer(request);
    return reset == null ? reply : new Reply.HangUp();
  }

  /** What has arrived so far, in that order. */
  List<RequestRecord> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  void forgetOld() {
    synchronized (requests) {
      requests.clear();
    }
  }

  private void record(RequestKind kind, WireRequest request) {
    var sql = request.text("sqlText");
    if (kind != null || sql != null) {
      var session = sessions.of(request.token());
      synchronized (requests) {
        requests.add(new RequestRecord(kind, session == null ? 0 : session.id(), sql));
      }
    }
  }

  private Reply answer(WireRequest request) {
    var path = request.path();
    return switch (path) {
      case "/session/v1/login-request" -> logins.login(request);
      case "/session/token-request" -> logins.renew(request);
      case "/oauth/token-request" -> logins.oauthToken();
      case "/telemetry/send", "/telemetry/send/sessionless" -> WireAnswers.ok("Log Received");
      case "/queries/v1/query-request" -> {
        var session = sessions.of(request.token());
        yield session == null
            ? WireAnswers.refusal(WireAnswers.SESSION_GONE)
            : queries.query(session, request);
      }
      default -> inLivingSession(request);
    };
  }

  private Reply inLivingSession(WireRequest request) {
    var session = sessions.of(request.token());
    var refusal = session == null ? WireAnswers.SESSION_GONE : session.refusal(request.token());
    if (refusal != 0) {
      return WireAnswers.refusal(refusal);
    }
    var path = request.path();
    var result = RESULT.matcher(path);
    var monitor = MONITOR.matcher(path);
    if (path.equals("/session/heartbeat")) {
      return logins.heartbeat();
    } else if (path.equals("/session") && "true".equals(request.query().get("delete"))) {
      return logins.logout(session);
    } else if (path.equals("/queries/v1/abort-request")) {
      return queries.abort(session, request);
    } else if (result.matches()) {
      return queries.result(session, result.group(1));
    } else if (monitor.matches()) {
      return queries.monitor(monitor.group(1));
    }
    LOG.warn("Asked for something unknown: {} {}", request.method(), path);
    return WireAnswers.unsupported(request.method() + " " + path);
  }
}
