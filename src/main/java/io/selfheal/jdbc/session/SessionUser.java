package io.selfheal.jdbc.session;

/** Something that may still need a session that was replaced. Thread-safe. */
public interface SessionUser {

  /** True while a result set of that session is open or a call of it is under way. */
  boolean uses(PhysicalSession session);

  /** True when it was closed and has no call under way: it will never need a session again. */
  boolean isGone();

  /** The calls of this user that may be under way. */
  Iterable<Call> calls();
}
