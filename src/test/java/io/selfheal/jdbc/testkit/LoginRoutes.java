package io.selfheal.jdbc.testkit;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Login, renewal, heartbeat and logout. Thread-safe. */
final class LoginRoutes {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SESSION_SECONDS = 3600; // [D]
  private static final int MASTER_SECONDS = 14400; // [D]
  private static final int BINDS_BEFORE_STAGE = 65_280; // [S]

  private final Sessions sessions;
  private final Faults faults;
  private final AtomicInteger attempts = new AtomicInteger(); // thread-safe itself
  private final AtomicInteger logins = new AtomicInteger(); // thread-safe itself

  LoginRoutes(Sessions sessions, Faults faults) {
    this.sessions = sessions;
    this.faults = faults;
  }

  int attempts() {
    return attempts.get();
  }

  int logins() {
    return logins.get();
  }

  Reply login(WireRequest request) {
    attempts.incrementAndGet();
    var data = request.body().path("data");
    var fault = faults.onLogin(data.path("PASSWORD").asText(null));
    if (fault instanceof Fault.Login.Refuse refuse) {
      return WireAnswers.error(refuse.code(), refuse.message());
    }
    if (fault instanceof Fault.Login.Wait wait && !waitFor(wait.hold())) {
      return new Reply.HangUp();
    }
    var query = request.query();
    var session =
        sessions.open(
            new SqlEngine.Login(
                data.path("LOGIN_NAME").asText("DEMO"),
                query.get("roleName"),
                query.get("warehouse"),
                query.get("databaseName"),
                query.get("schemaName"),
                sessionParameters(data.path("SESSION_PARAMETERS"))));
    logins.incrementAndGet();
    return WireAnswers.ok(welcome(session));
  }

  static boolean waitFor(Hold hold) {
    try {
      return hold.enter(new CompletableFuture<>());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the emulator is being closed
      return false;
    }
  }

  private static Map<String, Object> sessionParameters(JsonNode node) {
    return node.isObject()
        ? JSON.convertValue(node, new TypeReference<LinkedHashMap<String, Object>>() {})
        : Map.of();
  }

  private static Map<String, Object> welcome(WireSession session) {
    var engine = session.engine();
    var info = new LinkedHashMap<String, Object>();
    info.put("databaseName", engine.database());
    info.put("schemaName", engine.schema());
    info.put("warehouseName", engine.warehouse());
    info.put("roleName", engine.role());
    var data = new LinkedHashMap<String, Object>();
    data.put("token", session.sessionToken());
    data.put("masterToken", session.masterToken());
    data.put("validityInSeconds", SESSION_SECONDS);
    data.put("masterValidityInSeconds", MASTER_SECONDS);
    data.put("sessionId", session.id());
    data.put("serverVersion", "9.0.0");
    data.put("healthCheckInterval", 45);
    data.put("newClientForUpgrade", null);
    data.put("sessionInfo", info);
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", BINDS_BEFORE_STAGE);
    parameters.putAll(engine.parameters());
    data.put("parameters", WireAnswers.parameters(parameters));
    return data;
  }

  /**
   * An OAuth token endpoint that grants whatever it is asked, for the authenticators with which the
   * driver logs in again by itself [S].
   */
  Reply oauthToken() {
    var data = new LinkedHashMap<String, Object>();
    data.put("access_token", "at-" + attempts.get());
    data.put("token_type", "Bearer");
    data.put("expires_in", MASTER_SECONDS);
    return new Reply.Json(data);
  }

  /** The renewal: the header holds the master token [S]. */
  Reply renew(WireRequest request) {
    if (!"RENEW".equals(request.text("requestType"))) {
      return WireAnswers.unsupported("token request " + request.text("requestType"));
    }
    var session = sessions.of(request.token());
    if (session == null || !session.masterToken().equals(request.token())) {
      return WireAnswers.refusal(WireAnswers.SESSION_GONE);
    }
    var refusal = session.renew();
    if (refusal != 0) {
      return WireAnswers.refusal(refusal);
    }
    var data = new LinkedHashMap<String, Object>();
    data.put("sessionToken", session.sessionToken());
    data.put("masterToken", session.masterToken());
    data.put("validityInSecondsST", SESSION_SECONDS);
    data.put("validityInSecondsMT", MASTER_SECONDS);
    data.put("sessionId", session.id());
    return WireAnswers.ok(data);
  }

  Reply heartbeat() {
    return WireAnswers.ok(null);
  }

  Reply logout(WireSession session) {
    session.end();
    return WireAnswers.ok(null);
  }
}
