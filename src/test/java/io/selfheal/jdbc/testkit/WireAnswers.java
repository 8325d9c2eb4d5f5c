package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Answer;
import io.selfheal.jdbc.testkit.SqlEngine.Child;
import io.selfheal.jdbc.testkit.SqlEngine.Column;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlEngine.Transfer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The bodies of Snowflake's answers, field names as the drivers read them [S]. */
final class WireAnswers {
  static final int BAD_PASSWORD = 390100;
  static final int SESSION_GONE = 390111;
  static final int SESSION_TOKEN_EXPIRED = 390112;
  static final int MASTER_TOKEN_EXPIRED = 390114;
  static final int IN_PROGRESS = 333333;
  static final int IN_PROGRESS_ASYNC = 333334;
  static final int INTERNAL_ERROR = 603;
  static final int UNSUPPORTED = 2;
  static final int CANCELED = 604;

  private static final long INSERT = 0x3100;

  private WireAnswers() {}

  static Reply.Json ok(Object data) {
    return new Reply.Json(envelope(data, null, null, true));
  }

  /**
   * An error of the service rather than of a statement: without data, so that the driver takes the
   * code of the envelope [S].
   */
  static Reply.Json error(int code, String message) {
    return new Reply.Json(envelope(null, "%06d".formatted(code), message, false));
  }

  /** A request that the emulator does not know: an error rather than a wrong answer. */
  static Reply.Json unsupported(String what) {
    return error(UNSUPPORTED, "Not supported by the Snowflake emulator: " + what);
  }

  /**
   * The refusals of dead tokens. The text of 390114 has two spaces [R]; the other texts are [I],
   * only the codes matter.
   */
  static Reply.Json refusal(int code) {
    return error(
        code,
        switch (code) {
          case MASTER_TOKEN_EXPIRED ->
              "Authentication token has expired.  The user must authenticate again.";
          case SESSION_TOKEN_EXPIRED -> "Session token has expired.";
          default -> "Session no longer exists.  New login required to access the service.";
        });
  }

  /** An error of a statement: the driver takes code, state and query id from the data [S]. */
  static Reply.Json failure(String queryId, SqlFailure failure) {
    var code = "%06d".formatted(failure.code);
    var data = new LinkedHashMap<String, Object>();
    data.put("internalError", false);
    data.put("errorCode", code);
    data.put("age", 0);
    data.put("sqlState", failure.sqlState);
    data.put("queryId", queryId);
    data.put("line", -1);
    data.put("pos", -1);
    return new Reply.Json(envelope(data, code, failure.getMessage(), false));
  }

  static Reply.Json inProgress(String queryId, boolean async) {
    var data = new LinkedHashMap<String, Object>();
    data.put("queryId", queryId);
    data.put("getResultUrl", "/queries/" + queryId + "/result");
    data.put("queryAbortsAfterSecs", 300);
    data.put("progressDesc", null);
    var code = async ? IN_PROGRESS_ASYNC : IN_PROGRESS;
    return new Reply.Json(
        envelope(data, Integer.toString(code), "Query execution in progress.", true));
  }

  static Reply.Json answer(Answer answer, SqlEngine.Session session) {
    return answer.transfer() == null
        ? rows(answer, session)
        : transfer(answer.queryId(), answer.statementTypeId(), answer.transfer());
  }

  private static Reply.Json rows(Answer answer, SqlEngine.Session session) {
    var data = new LinkedHashMap<String, Object>();
    data.put("parameters", parameters(session.parameters()));
    data.put("rowtype", answer.columns().stream().map(WireAnswers::rowType).toList());
    data.put("rowset", answer.rows());
    data.put("total", answer.rows().size());
    data.put("returned", answer.rows().size());
    data.put("queryId", answer.queryId());
    data.put("databaseProvider", null);
    data.put("finalDatabaseName", session.database());
    data.put("finalSchemaName", session.schema());
    data.put("finalWarehouseName", session.warehouse());
    data.put("finalRoleName", session.role());
    data.put("numberOfBinds", answer.numberOfBinds());
    // Arrays of binds are for INSERT. The vendor's own test of an UPDATE batch gets a count for
    // each
    // row, as only a batch sent row by row does [S]; that DELETE and MERGE are alike is [I].
    data.put("arrayBindSupported", answer.statementTypeId() == INSERT);
    data.put("metaDataOfBinds", Collections.nCopies(answer.numberOfBinds(), bindType()));
    data.put("statementTypeId", answer.statementTypeId());
    data.put("version", 1);
    data.put("sendResultTime", System.currentTimeMillis());
    data.put("queryResultFormat", "json");
    if (!answer.children().isEmpty()) {
      data.put("resultIds", joined(answer, Child::queryId));
      data.put("resultTypes", joined(answer, child -> Long.toString(child.statementTypeId())));
    }
    return ok(data);
  }

  private static String joined(Answer answer, Function<Child, String> part) {
    return answer.children().stream().map(part).collect(Collectors.joining(","));
  }

  private static Reply.Json transfer(String queryId, long statementTypeId, Transfer transfer) {
    var stage = new LinkedHashMap<String, Object>();
    stage.put("locationType", "LOCAL_FS");
    stage.put("location", transfer.directory());
    stage.put("path", "");
    stage.put("region", null);
    stage.put("isClientSideEncrypted", false);
    stage.put("creds", Map.of());
    var data = new LinkedHashMap<String, Object>();
    data.put("queryId", queryId);
    data.put("statementTypeId", statementTypeId);
    data.put("command", transfer.upload() ? "UPLOAD" : "DOWNLOAD");
    data.put("operation", "Node");
    data.put("src_locations", transfer.sourceLocations());
    data.put("localLocation", transfer.localLocation());
    data.put("parallel", transfer.parallel());
    data.put("threshold", 200_000_000);
    data.put("autoCompress", transfer.autoCompress());
    data.put("overwrite", transfer.overwrite());
    data.put("sourceCompression", transfer.sourceCompression());
    data.put("encryptionMaterial", null); // an array makes the driver fail [R]
    data.put("stageInfo", stage);
    return ok(data);
  }

  static List<Map<String, Object>> parameters(Map<String, Object> parameters) {
    var list = new ArrayList<Map<String, Object>>();
    parameters.forEach((name, value) -> list.add(Map.of("name", name, "value", value)));
    return list;
  }

  private static Map<String, Object> rowType(Column column) {
    var type = new LinkedHashMap<String, Object>();
    type.put("name", column.name());
    type.put("database", orEmpty(column.database()));
    type.put("schema", orEmpty(column.schema()));
    type.put("table", orEmpty(column.table()));
    type.put("type", column.type().toLowerCase(Locale.ROOT));
    type.put("nullable", column.nullable());
    type.put("precision", column.precision());
    type.put("scale", column.scale());
    type.put("length", column.length());
    type.put("byteLength", column.byteLength());
    type.put("collation", null);
    return type;
  }

  /** [I] the type of a bind is not known before it is bound: text, as the server says for most. */
  private static Map<String, Object> bindType() {
    var most = 16_777_216;
    return Map.of(
        "name",
        "",
        "type",
        "text",
        "nullable",
        true,
        "precision",
        0,
        "scale",
        0,
        "length",
        most,
        "byteLength",
        most);
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private static Map<String, Object> envelope(
      Object data, String code, String message, boolean success) {
    var envelope = new LinkedHashMap<String, Object>();
    envelope.put("data", data);
    envelope.put("code", code);
    envelope.put("message", message);
    envelope.put("success", success);
    return envelope;
  }
}
