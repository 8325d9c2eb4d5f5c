package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.StatementMatch.Seen;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The script of what goes wrong. Statements are counted as they arrive, one at a time, so that the
 * same workload always meets the same fault at the same place. A statement meets at most one fault:
 * the one set first. Thread-safe.
 */
public final class Faults {
  private final Object lock = new Object();

  private final List<Armed> armed = new ArrayList<>(); // guarded by lock
  private final Deque<Fault.Login> logins = new ArrayDeque<>(); // guarded by lock
  private final List<Fault.Request> requests = new ArrayList<>(); // guarded by lock
  private Consumer<String> watcher = sql -> {}; // guarded by lock
  private long statements; // guarded by lock
  private String requiredPassword; // guarded by lock

  private final BiConsumer<Long, Expiry> expireSession;
  private final Consumer<Expiry> expireAll;

  Faults(BiConsumer<Long, Expiry> expireSession, Consumer<Expiry> expireAll) {
    this.expireSession = expireSession;
    this.expireAll = expireAll;
  }

  // --- the end of a session, tied to a statement ---

  /**
   * Expires the session at that point of the statement. With {@link ExpiryPoint#WHILE_RUNNING} it
   * goes on for one second more.
   */
  public Faults expire(ExpiryPoint point, StatementMatch match, Expiry how) {
    var hold = point == ExpiryPoint.WHILE_RUNNING ? Hold.lasting(Duration.ofSeconds(1)) : null;
    return arm(match, new Fault.Expire(point, how, hold, Duration.ZERO));
  }

  /** The statement is refused and never runs. */
  public Faults expireBefore(StatementMatch match) {
    return expireBefore(match, Expiry.BOTH_TOKENS);
  }

  public Faults expireBefore(StatementMatch match, Expiry how) {
    return expire(ExpiryPoint.BEFORE, match, how);
  }

  /** The statement runs and is answered; then the session is dead. */
  public Faults expireAfter(StatementMatch match) {
    return expireAfter(match, Expiry.BOTH_TOKENS);
  }

  public Faults expireAfter(StatementMatch match, Expiry how) {
    return expire(ExpiryPoint.AFTER, match, how);
  }

  /** The trap: the statement runs to its end, and yet its caller gets the expiry. */
  public Faults expireWhilePolling(StatementMatch match) {
    return expireWhilePolling(match, Expiry.BOTH_TOKENS);
  }

  public Faults expireWhilePolling(StatementMatch match, Expiry how) {
    return expire(ExpiryPoint.WHILE_POLLING, match, how);
  }

  /**
   * The caller gets the expiry while the statement goes on running for this long, and then to its
   * end.
   */
  public Faults expireWhileRunning(StatementMatch match, Duration runsOnFor) {
    return expireWhileRunning(match, Hold.lasting(runsOnFor), Expiry.BOTH_TOKENS);
  }

  public Faults expireWhileRunning(StatementMatch match, Hold hold, Expiry how) {
    return arm(match, new Fault.Expire(ExpiryPoint.WHILE_RUNNING, how, hold, Duration.ZERO));
  }

  /** The same, when the statement has run for that long. */
  public Faults expireWhileRunning(StatementMatch match, Duration after, Hold hold) {
    return arm(match, new Fault.Expire(ExpiryPoint.WHILE_RUNNING, Expiry.BOTH_TOKENS, hold, after));
  }

  /**
   * The statement runs, its answer is lost, and the resend meets the dead session: the caller gets
   * the expiry within about a second.
   */
  public Faults loseAnswerAndExpire(StatementMatch match) {
    return loseAnswerAndExpire(match, Expiry.BOTH_TOKENS);
  }

  public Faults loseAnswerAndExpire(StatementMatch match, Expiry how) {
    return expire(ExpiryPoint.ANSWER_LOST, match, how);
  }

  // --- the end of sessions, now ---

  public void expireAllSessions() {
    expireAllSessions(Expiry.BOTH_TOKENS);
  }

  public void expireAllSessions(Expiry how) {
    expireAll.accept(how);
  }

  public void expireSession(long sessionId) {
    expireSession(sessionId, Expiry.BOTH_TOKENS);
  }

  public void expireSession(long sessionId, Expiry how) {
    expireSession.accept(sessionId, how);
  }

  // --- other trouble with a statement ---

  /**
   * Closes the connection without an answer before the statement ran; the physical driver sends it
   * again.
   */
  public Faults resetBefore(StatementMatch match) {
    return arm(match, new Fault.Reset(false));
  }

  /**
   * Closes the connection without an answer after the statement ran; the resend is answered with
   * the first run's result.
   */
  public Faults resetAfter(StatementMatch match) {
    return arm(match, new Fault.Reset(true));
  }

  /** The statement takes at least this long. */
  public Faults slow(StatementMatch match, Duration time) {
    return arm(match, new Fault.Slow(Hold.lasting(time)));
  }

  /** The statement stays running until the answered hold is released. */
  public Hold hold(StatementMatch match) {
    var hold = Hold.untilReleased();
    arm(match, new Fault.Slow(hold));
    return hold;
  }

  /** The statement fails with this error and has no effect. */
  public Faults fail(StatementMatch match, int code, String sqlState, String message) {
    return arm(match, new Fault.Fail(code, sqlState, message));
  }

  /** The statement is answered "in progress" and polled for; nothing expires. */
  public Faults answerInProgress(StatementMatch match) {
    return arm(match, new Fault.InProgress());
  }

  // --- requests that are no statements ---

  /** The session expires as the next request of that kind arrives. */
  public Faults expireAt(RequestKind kind, Expiry how) {
    return strike(kind, new Fault.Expire(ExpiryPoint.BEFORE, how, null, Duration.ZERO));
  }

  /** Closes the connection at the next request of that kind, before it was dealt with. */
  public Faults resetBefore(RequestKind kind) {
    return strike(kind, new Fault.Reset(false));
  }

  /** The next request of that kind is dealt with, and its answer lost with the connection. */
  public Faults resetAfter(RequestKind kind) {
    return strike(kind, new Fault.Reset(true));
  }

  /** The next request of that kind waits until the answered hold is released. */
  public Hold hold(RequestKind kind) {
    var hold = Hold.untilReleased();
    strike(kind, new Fault.Slow(hold));
    return hold;
  }

  private Faults strike(RequestKind kind, Fault trouble) {
    synchronized (lock) {
      requests.add(new Fault.Request(kind, trouble));
    }
    return this;
  }

  // --- logins ---

  /** The next logins, this many, are refused with 390100, wrong user or password. */
  public Faults refuseLogins(int times) {
    return failLogins(
        times, WireAnswers.BAD_PASSWORD, "Incorrect username or password was specified.");
  }

  /** The next logins, this many, fail with this code (390114 too). */
  public Faults failLogins(int times, int code, String message) {
    synchronized (lock) {
      for (var i = 0; i < times; i++) {
        logins.add(new Fault.Login.Refuse(code, message));
      }
    }
    return this;
  }

  /** The next logins, this many, take at least this long. */
  public Faults slowLogins(int times, Duration time) {
    synchronized (lock) {
      for (var i = 0; i < times; i++) {
        logins.add(new Fault.Login.Wait(Hold.lasting(time)));
      }
    }
    return this;
  }

  /** The next login waits until the answered hold is released. */
  public Hold holdLogin() {
    var hold = Hold.untilReleased();
    synchronized (lock) {
      logins.add(new Fault.Login.Wait(hold));
    }
    return hold;
  }

  /** From now on only this password is accepted; null accepts any again. */
  public Faults requirePassword(String password) {
    synchronized (lock) {
      requiredPassword = password;
    }
    return this;
  }

  /**
   * Forgets every fault that is set and has not struck yet, and lets go what is held. The count of
   * statements goes on.
   */
  public void clear() {
    synchronized (lock) {
      armed.forEach(Armed::release);
      armed.clear();
      logins.clear();
      requests.clear();
      watcher = sql -> {};
      requiredPassword = null;
    }
  }

  /** Has the texts of application statements from now on, each as it arrives. */
  public Faults watch(Consumer<String> arrivals) {
    synchronized (lock) {
      watcher = arrivals;
    }
    return this;
  }

  /** How many application statements have arrived since the start. */
  public long statements() {
    synchronized (lock) {
      return statements;
    }
  }

  /**
   * Whether every fault that was set for a fixed number of statements has struck; a test that hit
   * nothing proves nothing.
   */
  public boolean allStruck() {
    synchronized (lock) {
      return logins.isEmpty()
          && requests.isEmpty()
          && armed.stream().allMatch(one -> one.counter.isSpent());
    }
  }

  // --- for the routes ---

  /** Counts an application statement on its first arrival; the fault that it meets, or null. */
  Arrival onStatement(long sessionId, String sql) {
    synchronized (lock) {
      watcher.accept(sql);
      var seen = new Seen(++statements, sessionId, sql);
      Fault struck = null;
      for (var one : armed) {
        // Each fault counts for itself, also while another one strikes, so that "the third INSERT"
        // stays the third.
        if (one.counter.strikes(seen) && struck == null) {
          struck = one.fault;
        }
      }
      return new Arrival(seen.ordinal(), struck);
    }
  }

  /** The trouble that a request other than a statement meets, or null. */
  Fault onRequest(RequestKind kind) {
    synchronized (lock) {
      for (var one : requests) {
        if (one.kind() == kind) {
          requests.remove(one);
          return one.trouble();
        }
      }
      return null;
    }
  }

  Fault.Login onLogin(String password) {
    synchronized (lock) {
      var next = logins.poll();
      if (next == null && requiredPassword != null && !requiredPassword.equals(password)) {
        return new Fault.Login.Refuse(
            WireAnswers.BAD_PASSWORD, "Incorrect username or password was specified.");
      }
      return next;
    }
  }

  private Faults arm(StatementMatch match, Fault fault) {
    synchronized (lock) {
      armed.add(new Armed(match.new Counter(), fault));
    }
    return this;
  }

  private record Armed(StatementMatch.Counter counter, Fault fault) {
    void release() {
      if (fault instanceof Fault.Slow slow) {
        slow.hold().release();
      } else if (fault instanceof Fault.Expire expire && expire.hold() != null) {
        expire.hold().release();
      }
    }
  }
}
