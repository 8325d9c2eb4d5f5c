package io.selfheal.jdbc.testkit;

import java.util.Map;

/** What a route does about a request. */
sealed interface Reply {

  /**
   * A JSON body; Snowflake answers 200 to nearly everything and says in the envelope what went
   * wrong [S].
   */
  record Json(int status, Map<String, Object> body) implements Reply {
    Json(Map<String, Object> body) {
      this(200, body);
    }
  }

  /** The connection is closed without an answer. */
  record HangUp() implements Reply {}
}
