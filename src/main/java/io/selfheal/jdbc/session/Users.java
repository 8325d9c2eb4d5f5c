package io.selfheal.jdbc.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The statements and metadata objects of one logical connection. Thread-safe. */
public final class Users {

  /** A concurrent set. */
  private final Set<SessionUser> all = ConcurrentHashMap.newKeySet();

  public void add(SessionUser user) {
    all.add(user);
  }

  public void remove(SessionUser user) {
    all.remove(user);
  }

  /** The other calls under way on that session. */
  public List<Call> rivals(Call call, PhysicalSession on) {
    List<Call> rivals = new ArrayList<>();
    for (var user : all) {
      for (var other : user.calls()) {
        if (other != call && other.session() == on) {
          rivals.add(other);
        }
      }
    }
    return rivals;
  }

  /** Whether anybody still needs that session, if only to read a result. */
  boolean use(PhysicalSession session) {
    return all.stream().anyMatch(user -> user.uses(session));
  }

  /**
   * Whether a call under way on that session, or come back from it, may have done something that
   * only that very session knows of.
   */
  boolean changes(PhysicalSession session) {
    for (var user : all) {
      for (var call : user.calls()) {
        if (call.session() == session && call.changesSession()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a call is under way on that session, or in doubt. */
  boolean call(PhysicalSession session) {
    for (var user : all) {
      for (var call : user.calls()) {
        if (call.session() == session) {
          return true;
        }
      }
    }
    return false;
  }
}
