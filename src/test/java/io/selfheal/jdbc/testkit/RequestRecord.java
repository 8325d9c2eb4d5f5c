package io.selfheal.jdbc.testkit;

/**
 * One request as it arrived.
 *
 * @param kind null for a statement, and for what no fault strikes
 * @param sessionId 0 where it belongs to none yet, as with a login
 * @param sql the statement's text; null for all else
 */
public record RequestRecord(RequestKind kind, long sessionId, String sql) {}
