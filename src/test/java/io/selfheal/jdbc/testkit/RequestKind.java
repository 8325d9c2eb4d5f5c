package io.selfheal.jdbc.testkit;

import java.util.regex.Pattern;

/** The requests that are no statements, and yet can meet trouble. */
public enum RequestKind {
  LOGIN("/session/v1/login-request"),
  /** Of the session token, by the master token. */
  RENEWAL("/session/token-request"),
  HEARTBEAT("/session/heartbeat"),
  LOGOUT("/session"),
  /** For the result of a statement that was answered "in progress", or of an older one. */
  RESULT("/queries/[0-9a-fA-F-]+/result"),
  CANCEL("/queries/v1/abort-request"),
  STATUS("/monitoring/queries/[0-9a-fA-F-]+");

  private final Pattern path;

  RequestKind(String path) {
    this.path = Pattern.compile(path);
  }

  /** Null for statements, and for what no fault strikes. */
  static RequestKind of(String path) {
    for (var kind : values()) {
      if (kind.path.matcher(path).matches()) {
        return kind;
      }
    }
    return null;
  }
}
