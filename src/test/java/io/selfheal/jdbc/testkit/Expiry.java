package io.selfheal.jdbc.testkit;

/** How the end of a session shows itself to the client. */
public enum Expiry {
  /**
   * Session and master token are both expired: a request answers 390112 and the renewal that the
   * physical driver then tries answers 390114 [R]. The usual case.
   */
  BOTH_TOKENS(WireAnswers.SESSION_TOKEN_EXPIRED, WireAnswers.MASTER_TOKEN_EXPIRED),
  /** Every request answers 390114 at once, without a renewal [S]. */
  DIRECT_390114(WireAnswers.MASTER_TOKEN_EXPIRED, WireAnswers.MASTER_TOKEN_EXPIRED),
  /** Every request answers 390111, "session no longer exists", at once [S]. */
  SESSION_GONE(WireAnswers.SESSION_GONE, WireAnswers.SESSION_GONE),
  /** The session token is expired, and the renewal answers that there is no session [S]. */
  GONE_AT_RENEWAL(WireAnswers.SESSION_TOKEN_EXPIRED, WireAnswers.SESSION_GONE),
  /** Every request answers 390113, the master token was not found [S]. */
  MASTER_TOKEN_NOT_FOUND(390_113, 390_113),
  /** Every request answers 390115, the master token is invalid [S]. */
  MASTER_TOKEN_INVALID(390_115, 390_115),
  /** Every request answers 390110, the ID token has expired [S]. */
  ID_TOKEN_EXPIRED(390_110, 390_110),
  /** Every request answers 390195, the ID token is invalid [S]. */
  ID_TOKEN_INVALID(390_195, 390_195),
  /**
   * Only the session token is expired: 390112, then a renewal that works. The session lives on and
   * the application sees no error [R].
   */
  RENEWABLE(WireAnswers.SESSION_TOKEN_EXPIRED, 0);

  /** What a request is refused with, and what a renewal is; 0 where it works. */
  final int onRequest;

  final int onRenewal;

  Expiry(int onRequest, int onRenewal) {
    this.onRequest = onRequest;
    this.onRenewal = onRenewal;
  }
}
