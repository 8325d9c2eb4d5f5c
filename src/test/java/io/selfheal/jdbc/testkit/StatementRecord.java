package io.selfheal.jdbc.testkit;

/**
 * What became of one query request, noted when it was refused or had ended.
 *
 * @param ordinal the application statement's number from 1, as {@link StatementMatch#statement}
 *     counts; 0 for describe-only requests
 * @param queryId null where the statement was refused
 * @param errorCode 0 where there was no error
 */
public record StatementRecord(
    long ordinal, long sessionId, String queryId, String sql, Outcome outcome, int errorCode) {

  public enum Outcome {
    /** It ran to its end and took effect, whatever the client came to know of it. */
    RAN,
    /** The session was dead: it never ran. */
    REFUSED_EXPIRED,
    /** It ran into an SQL error. */
    FAILED,
    /** Only its result's shape was asked for. */
    DESCRIBED
  }
}
