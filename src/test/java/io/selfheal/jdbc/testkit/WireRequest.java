package io.selfheal.jdbc.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A request as the routes see it. {@code token} is what the Authorization header holds, or null;
 * {@code body} is empty where there is none.
 */
record WireRequest(
    String method, String path, Map<String, String> query, String token, JsonNode body) {

  String requestId() {
    return query.get("requestId");
  }

  /** A text of the body, null where it is missing. */
  String text(String field) {
    return body.path(field).asText(null);
  }
}
