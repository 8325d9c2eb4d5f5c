package io.selfheal.jdbc.testkit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Every session there has been, dead ones too, as their tokens must be told from unknown ones.
 * Thread-safe.
 */
final class Sessions {
  private static final int ASKED = 100;

  private final SqlEngine engine;

  /**
   * Ids, and so tokens, are not those of another emulator: a late logout that was meant for one
   * which had the same port before must not end a session here.
   */
  private final AtomicLong nextId = // thread-safe itself
      new AtomicLong(ThreadLocalRandom.current().nextInt(1_000, 1_000_000) * 1_000_000L + 1);

  private final Map<Long, WireSession> byId =
      new ConcurrentSkipListMap<>(); // thread-safe itself; in login order

  Sessions(SqlEngine engine) {
    this.engine = engine;
  }

  WireSession open(SqlEngine.Login login) {
    var id = nextId.getAndIncrement();
    var session = new WireSession(id, engine.open(id, login));
    byId.put(id, session);
    return session;
  }

  /** The session to which a session or master token belongs or belonged, or null. */
  WireSession of(String token) {
    if (token == null || !token.matches("[sm]t-\\d+(-\\d+)?")) {
      return null;
    }
    return byId.get(Long.valueOf(token.split("-")[1]));
  }

  WireSession byId(long id) {
    var session = byId.get(id);
    if (session == null) {
      throw new IllegalArgumentException("No session " + id + "; there are " + byId.keySet());
    }
    return session;
  }

  List<WireSession> live() {
    return byId.values().stream().filter(WireSession::isLive).toList();
  }

  /** What dead sessions were sent, but for those that may still be asked for a result. */
  void forgetOld() {
    byId.values().stream()
        .limit(Math.max(0, byId.size() - ASKED))
        .filter(session -> !session.isLive())
        .forEach(WireSession::forget);
  }

  List<Long> ids() {
    return List.copyOf(byId.keySet());
  }

  void expireAll(Expiry how) {
    live().forEach(session -> session.expire(how));
  }
}
