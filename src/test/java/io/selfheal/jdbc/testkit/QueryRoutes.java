package io.selfheal.jdbc.testkit;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selfheal.jdbc.testkit.SqlEngine.Bind;
import io.selfheal.jdbc.testkit.SqlEngine.Query;
import io.selfheal.jdbc.testkit.StatementRecord.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;

/**
 * Statements: running them, polling for their results, aborting them. Here the faults strike.
 * Thread-safe.
 */
final class QueryRoutes {
  /** How long a request is kept waiting before it is told to poll [R]. */
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final SqlEngine engine;
  private final Faults faults;
  private final StatementLog log;
  private final ExecutorService workers;
  private final QueryIds queryIds = new QueryIds();
  private final RecentRuns recent = new RecentRuns();

  QueryRoutes(SqlEngine engine, Faults faults, StatementLog log, ExecutorService workers) {
    this.engine = engine;
    this.faults = faults;
    this.log = log;
    this.workers = workers;
  }

  /**
   * {@code POST /queries/v1/query-request}. Dead sessions come here too, as their statements count.
   */
  Reply query(WireSession session, WireRequest request) {
    var sql = request.text("sqlText");
    var describeOnly = request.body().path("describeOnly").asBoolean();
    var requestId = request.requestId();
    if (sql == null || requestId == null) {
      return WireAnswers.unsupported("a query request without sqlText or requestId");
    }
    if (request.body().hasNonNull("bindStage")
        && session.bindDirectory(request.text("bindStage")) == null) {
      return WireAnswers.unsupported("binds in a stage of another session");
    }
    var arrival =
        session.arrive(
            requestId,
            () -> describeOnly ? new Arrival(0, null) : faults.onStatement(session.id(), sql));
    var early = arrival.takeBeforeRunning();
    if (early instanceof Fault.Reset) {
      return new Reply.HangUp();
    } else if (early instanceof Fault.Expire expire) {
      session.expire(expire.how());
    }
    var refusal = session.refusal(request.token());
    if (refusal == 0) {
      var entry = session.letIn(requestId, () -> start(session, request, arrival));
      if (entry != null) {
        // What is sent again gets the answer of the first run, and meets no fault a second time.
        var fault = entry.first() ? entry.run().fault() : null;
        return carryOn(session, entry.run(), fault, request.body().path("asyncExec").asBoolean());
      }
      refusal = session.refusal(request.token()); // it died just now
    }
    log.add(
        new StatementRecord(
            arrival.ordinal(), session.id(), null, sql, Outcome.REFUSED_EXPIRED, refusal));
    return WireAnswers.refusal(refusal);
  }

  /** Whether nothing runs, for whatever session. */
  boolean isIdle() {
    return recent.allEnded();
  }

  private QueryRun start(WireSession session, WireRequest request, Arrival arrival) {
    var body = request.body();
    var query =
        new Query(
            queryIds.next(),
            request.text("sqlText"),
            body.hasNonNull("bindStage")
                ? StagedBinds.read(Path.of(session.bindDirectory(request.text("bindStage"))))
                : binds(body.path("bindings")),
            body.path("describeOnly").asBoolean(),
            body.path("isInternal").asBoolean() || body.path("internal").asBoolean(),
            parameters(body.path("parameters")));
    var run = new QueryRun(session, query, arrival, log);
    recent.add(run);
    workers.execute(run);
    return run;
  }

  private Reply carryOn(WireSession session, QueryRun run, Fault fault, boolean async) {
    var inProgress = WireAnswers.inProgress(run.queryId(), async);
    if (fault instanceof Fault.Expire expire && expire.point() == ExpiryPoint.WHILE_RUNNING) {
      run.awaitBegun();
      run.awaitEnd(expire.after());
      session.expire(expire.how());
      return inProgress;
    }
    var needsTheEnd = fault instanceof Fault.Expire || fault instanceof Fault.Reset;
    if (fault instanceof Fault.InProgress || async && !needsTheEnd || !run.awaitEnd(PATIENCE)) {
      return inProgress;
    }
    // Composed before the expiry, which ends the engine's session.
    var reply = async ? inProgress : run.reply(session);
    if (fault instanceof Fault.Reset reset && reset.afterRunning()) {
      return new Reply.HangUp();
    }
    if (fault instanceof Fault.Expire expire) {
      session.expire(expire.how());
      return switch (expire.point()) {
        case WHILE_POLLING -> inProgress;
        case ANSWER_LOST -> new Reply.HangUp();
        case AFTER, BEFORE, WHILE_RUNNING -> reply;
      };
    }
    return reply;
  }

  /**
   * {@code GET /queries/<id>/result}: of a statement just run, a child of a multi-statement, or an
   * older one that the engine has kept.
   */
  Reply result(WireSession session, String queryId) {
    var run = recent.get(queryId);
    if (run != null) {
      return run.awaitEnd(PATIENCE) ? run.reply(session) : WireAnswers.inProgress(queryId, false);
    }
    var kept = engine.result(queryId);
    return kept == null
        ? WireAnswers.error(709, "Statement " + queryId + " not found")
        : WireAnswers.answer(kept, session.engine());
  }

  /** {@code POST /queries/v1/abort-request}. */
  Reply abort(WireSession session, WireRequest request) {
    var run = session.run(request.text("requestId"));
    if (run == null || run.hasEnded()) {
      return WireAnswers.error(605, "Identified SQL statement is not currently executing.");
    }
    run.cancel();
    return WireAnswers.ok(null);
  }

  /** {@code GET /monitoring/queries/<id>}. */
  Reply monitor(String queryId) {
    var history = engine.history(queryId);
    var run = recent.get(queryId);
    var query = new LinkedHashMap<String, Object>();
    if (history != null) {
      query.put("id", queryId);
      query.put("status", history.get("EXECUTION_STATUS"));
      query.put("state", history.get("EXECUTION_STATUS"));
      query.put("sessionId", history.get("SESSION_ID"));
      query.put("sqlText", history.get("QUERY_TEXT"));
      query.put("errorCode", history.get("ERROR_CODE"));
      query.put("errorMessage", history.get("ERROR_MESSAGE"));
    } else if (run != null) {
      // Just on its way to the engine.
      query.put("id", queryId);
      query.put("status", "RUNNING");
      query.put("state", "RUNNING");
      query.put("sessionId", run.session().id());
      query.put("sqlText", run.sql());
    }
    var data = new LinkedHashMap<String, Object>();
    data.put(
        "queries", query.isEmpty() ? Collections.emptyList() : Collections.singletonList(query));
    return WireAnswers.ok(data);
  }

  private static Map<String, Bind> binds(JsonNode node) {
    var binds = new LinkedHashMap<String, Bind>();
    node.fields()
        .forEachRemaining(
            field -> {
              var values = new ArrayList<String>();
              var value = field.getValue().path("value");
              if (value.isArray()) {
                value.forEach(one -> values.add(one.isNull() ? null : one.asText()));
              } else {
                values.add(value.isNull() || value.isMissingNode() ? null : value.asText());
              }
              binds.put(field.getKey(), new Bind(field.getValue().path("type").asText(), values));
            });
    return binds;
  }

  private static Map<String, Object> parameters(JsonNode node) {
    return node.isObject()
        ? JSON.convertValue(node, new TypeReference<LinkedHashMap<String, Object>>() {})
        : Map.of();
  }
}
