package io.selfheal.jdbc.session;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The users of one thread. Only that thread writes here, so that it needs no atomic instruction;
 * any thread may read. What a thread adds is seen by whoever looks after a request that was sent
 * later, or after a login: nobody asks earlier than that.
 */
final class Lane {

  private static final int FIRST_SIZE = 8;

  /** Weak: the thread of an application that was undeployed must not be kept by a pool's. */
  private final WeakReference<Thread> owner;

  /** Replaced by a longer copy by the owner. */
  private volatile AtomicReferenceArray<@Nullable SessionUser> slots;

  /** Where to look for a free slot first; only the owner uses it. */
  private int free;

  Lane(WeakReference<Thread> owner) {
    this(owner, new AtomicReferenceArray<>(FIRST_SIZE));
  }

  private Lane(WeakReference<Thread> owner, AtomicReferenceArray<@Nullable SessionUser> slots) {
    this.owner = owner;
    this.slots = slots;
  }

  boolean isOf(Thread thread) {
    return owner.refersTo(thread);
  }

  /** Whether its thread will never write again. */
  boolean isOrphaned() {
    var thread = owner.get();
    return thread == null || !thread.isAlive();
  }

  /** What an orphaned lane holds, for another thread. */
  Lane under(Thread thread) {
    return new Lane(new WeakReference<>(thread), slots);
  }

  int add(SessionUser user) {
    var now = slots;
    int slot = free;
    if (slot >= now.length() || now.getPlain(slot) != null) {
      slot = free(now);
      now = slots;
    }
    now.setRelease(slot, user);
    free = slot + 1;
    return slot + 1;
  }

  /** A slot whose user is gone; a new one if there is none. */
  private int free(AtomicReferenceArray<@Nullable SessionUser> now) {
    int size = now.length();
    for (int i = 0, slot = free; i < size; i++, slot++) {
      slot = slot < size ? slot : 0;
      var user = now.getPlain(slot);
      if (user == null || user.isGone()) {
        return slot;
      }
    }
    var more = new AtomicReferenceArray<@Nullable SessionUser>(size * 2);
    for (int i = 0; i < size; i++) {
      more.setPlain(i, now.getPlain(i));
    }
    slots = more;
    return size;
  }

  void remove(int slot, SessionUser user) {
    var now = slots;
    if (slot <= now.length() && now.getPlain(slot - 1) == user) {
      now.setRelease(slot - 1, null);
      free = slot - 1;
    }
  }

  boolean any(Predicate<SessionUser> wanted) {
    var now = slots;
    for (int i = 0; i < now.length(); i++) {
      var user = now.getAcquire(i);
      if (user != null && wanted.test(user)) {
        return true;
      }
    }
    return false;
  }
}
