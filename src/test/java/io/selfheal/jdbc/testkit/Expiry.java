package io.selfheal.jdbc.testkit;

/** How the end of a session shows itself to the client. */
public enum Expiry {
  /**
   * Session and master token are both expired: a request answers 390112 and the renewal that the
   * physical driver then tries answers 390114 [R]. The usual case.
   */
  BOTH_TOKENS,
  /** Every request answers 390114 at once, without a renewal [S]. */
  DIRECT_390114,
  /** Every request answers 390111, "session no longer exists", at once [S]. */
  SESSION_GONE,
  /**
   * Only the session token is expired: 390112, then a renewal that works. The session lives on and
   * the application sees no error [R].
   */
  RENEWABLE
}
