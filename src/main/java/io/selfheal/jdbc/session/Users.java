package io.selfheal.jdbc.session;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The statements and metadata objects of one logical connection that may need a session.
 * Thread-safe; and since every statement comes and goes, that costs neither a lock nor an atomic
 * instruction for the first few threads that use a connection: each has a {@link Lane} of its own.
 */
public final class Users {

  private static final int MOST_LANES = 8;

  /** Guards the replacement of {@code lanes}. */
  private final ReentrantLock laneLock = new ReentrantLock();

  /** Replaced as a whole under {@code laneLock}, read without it. */
  private volatile Lane[] lanes = {};

  /** Those of further threads; a concurrent set. */
  private final Set<SessionUser> others = ConcurrentHashMap.newKeySet();

  /**
   * Adds one. It stays until it is {@link SessionUser#isGone gone} or removed by the same thread.
   *
   * @return its slot, from 1, for {@link #remove}
   */
  public int add(SessionUser user) {
    var me = Thread.currentThread();
    for (var lane : lanes) {
      if (lane.isOf(me)) {
        return lane.add(user);
      }
    }
    var own = claim(me);
    if (own != null) {
      return own.add(user);
    }
    others.add(user);
    return 0;
  }

  /**
   * Removes one, if it was added by this thread or by one without a lane. The lanes of others are
   * not touched: their threads find it gone.
   *
   * @param slot where it was added
   */
  public void remove(int slot, SessionUser user) {
    if (slot == 0) {
      others.remove(user);
      return;
    }
    var me = Thread.currentThread();
    for (var lane : lanes) {
      if (lane.isOf(me)) {
        lane.remove(slot, user);
      }
    }
  }

  /** A lane for a thread that has none: a new one, or that of a thread that has ended. */
  private @Nullable Lane claim(Thread me) {
    laneLock.lock();
    try {
      var now = lanes;
      for (int i = 0; i < now.length; i++) {
        if (now[i].isOrphaned()) {
          var taken = now[i].under(me);
          var all = now.clone();
          all[i] = taken;
          lanes = all;
          return taken;
        }
      }
      if (now.length == MOST_LANES) {
        return null;
      }
      var fresh = new Lane(new WeakReference<>(me));
      var all = Arrays.copyOf(now, now.length + 1);
      all[now.length] = fresh;
      lanes = all;
      return fresh;
    } finally {
      laneLock.unlock();
    }
  }

  /** The other calls under way on that session. */
  public List<Call> rivals(Call call, PhysicalSession on) {
    List<Call> rivals = new ArrayList<>();
    any(
        user -> {
          for (var other : user.calls()) {
            if (other != call && other.session() == on) {
              rivals.add(other);
            }
          }
          return false;
        });
    return rivals;
  }

  /** Whether anybody still needs that session, if only to read a result. */
  boolean use(PhysicalSession session) {
    return any(user -> user.uses(session));
  }

  /**
   * Whether a call under way on that session, or come back from it, may have done something that
   * only that very session knows of.
   */
  boolean changes(PhysicalSession session) {
    return anyCall(call -> call.session() == session && call.changesSession());
  }

  /** Whether a call is under way on that session, or in doubt. */
  boolean call(PhysicalSession session) {
    return anyCall(call -> call.session() == session);
  }

  private boolean anyCall(Predicate<Call> wanted) {
    return any(
        user -> {
          for (var call : user.calls()) {
            if (wanted.test(call)) {
              return true;
            }
          }
          return false;
        });
  }

  private boolean any(Predicate<SessionUser> wanted) {
    for (var lane : lanes) {
      if (lane.any(wanted)) {
        return true;
      }
    }
    return others.stream().anyMatch(wanted);
  }
}
