package io.selfheal.jdbc.session;

import io.selfheal.jdbc.HealEvent;
import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.TransactionLostException;
import io.selfheal.jdbc.driver.Options;
import io.selfheal.jdbc.events.Counters;
import io.selfheal.jdbc.events.DriverTotals;
import io.selfheal.jdbc.events.Events;
import io.selfheal.jdbc.journal.Applied;
import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.journal.Context;
import io.selfheal.jdbc.journal.Loss;
import io.selfheal.jdbc.journal.Place;
import io.selfheal.jdbc.journal.Purge;
import io.selfheal.jdbc.journal.Rebuilt;
import io.selfheal.jdbc.journal.Scope;
import io.selfheal.jdbc.journal.SessionState;
import io.selfheal.jdbc.journal.Snapshot;
import io.selfheal.jdbc.journal.TempObject;
import io.selfheal.jdbc.journal.Variable;
import io.selfheal.jdbc.snowflake.Expiry;
import io.selfheal.jdbc.spool.SpoolDirectory;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an application holds for days: which physical session is current, what it holds, and who
 * uses it. {@link Healer} replaces the physical one. Thread-safe.
 */
public final class LogicalSession {

  private final Options options;
  private final Expiry expiry;
  private final Events events;
  private final DriverTotals.Opened opened;
  private final Healer healer;

  /**
   * Guards {@code state}, and the moment in which one session takes another's place; never held
   * during a request.
   */
  private final ReentrantLock stateLock = new ReentrantLock();

  private final SessionState state;

  /**
   * True when nothing has changed since the heal under way read the context; guarded by {@code
   * stateLock}.
   */
  private boolean contextRead;

  /** Written under {@code stateLock}; read by every call without it. */
  private volatile PhysicalSession current;

  /**
   * What {@code state} says of it; written under {@code stateLock}, read by every write without it.
   */
  private volatile boolean manualCommit;

  /** As {@code manualCommit}. */
  private volatile boolean perhapsCommitted;

  /**
   * True when there is nothing that a call has to look at which only reads or writes rows; written
   * under {@code stateLock}, read by every call without it.
   */
  private volatile boolean quiet;

  /** What {@code state} says; written under {@code stateLock}, read by every write without it. */
  private volatile Set<TempObject> objects = Set.of();

  /** Those of {@code objects} that can be rebuilt; written under {@code stateLock}. */
  private volatile Set<TempObject> rebuildable = Set.of();

  /** What {@code state} says; written under {@code stateLock}, read without it. */
  private volatile Map<String, Variable> variables = Map.of();

  private final Users users = new Users();
  private final @Nullable QueryTags queryTags;
  private final KnownQueries queries = new KnownQueries();
  private final LastQueries lastQueries = new LastQueries(queries);
  private final SpoolDirectory spool;

  private final MissingObjects missing;

  /** Whether the physical driver may log in by itself, so that idle sessions are asked first. */
  private final boolean watched;

  private final boolean clearsBatchesOnSuccessOnly;

  /** Whether the caller's own way to connect may set up more than a login gives. */
  private final boolean factoryMade;

  /**
   * Whether a silent swap would lose something; only kept up where {@code watched}; written under
   * {@code stateLock}, read without it.
   */
  private volatile boolean holds;

  /** How long the session may have been idle before it is asked whether it lives. */
  private final Duration idle = Swaps.idle();

  /** When a request ended last; only kept up where {@code watched}. */
  private volatile long lastRequest = System.nanoTime();

  /** A loss that no call has reported yet; atomic. */
  private final AtomicReference<@Nullable SQLException> unreported = new AtomicReference<>();

  /** Atomic. */
  private final AtomicReference<@Nullable SQLWarning> warnings = new AtomicReference<>();

  private volatile ReplayScope replay;
  private volatile boolean closed;

  public LogicalSession(Connection first, Login login, Options options) throws SQLException {
    this.options = options;
    this.events = new Events(options.listener(), lastQueries::count);
    this.missing = new MissingObjects(stateLock, events, lastQueries);
    this.expiry = new Expiry(options.expiryCodes(), login.renewsCredentials());
    this.replay = options.replay();
    this.queryTags = options.tagWrites() ? new QueryTags() : null;
    this.spool = new SpoolDirectory(options.spoolDirectory(), options.spoolBytes());
    this.state = new SessionState(first.getAutoCommit(), options);
    this.watched = login.logsInByItself();
    this.clearsBatchesOnSuccessOnly = login.clearsBatchesOnSuccessOnly();
    this.factoryMade = login.preparesSessions();
    this.current = new PhysicalSession(first, 0, queries);
    publish();
    this.healer = new Healer(this, login, options, System::nanoTime);
    this.opened = DriverTotals.ALL.opened(this, lastQueries::count);
  }

  public Options options() {
    return options;
  }

  public Expiry expiry() {
    return expiry;
  }

  public Events events() {
    return events;
  }

  public Counters counters() {
    return events.counters();
  }

  public PhysicalSession current() {
    return current;
  }

  public ReplayScope replay() {
    return replay;
  }

  public void replay(ReplayScope scope) {
    replay = scope;
  }

  /**
   * Gets a session in the place of the one that a call found dead: the caller's own login, another
   * caller's that was under way, or the one already made.
   *
   * @throws SQLException a {@link io.selfheal.jdbc.ReconnectFailedException}, or {@code error}
   *     itself when the connection was closed
   */
  public PhysicalSession heal(PhysicalSession dead, SQLException error, Duration limit)
      throws SQLException {
    return healer.heal(dead, error, limit);
  }

  /**
   * Says that a dead session may have a transaction that its call cannot end any more, and that the
   * journal does not know.
   */
  public void leftBehind(PhysicalSession dead) {
    healer.leftBehind(dead.id());
  }

  /** The current session, replaced first if it is known to be dead. */
  public PhysicalSession usable() throws SQLException {
    var session = current;
    var error = session.broken();
    return error == null || closed ? session : heal(session, error, options.healTimeout());
  }

  public boolean isClosed() {
    return closed;
  }

  /**
   * Closes the current session and lets the retired ones go. Never waits for a heal: that one finds
   * the connection closed and logs out again.
   */
  public void close() throws SQLException {
    leave(Connection::close);
  }

  /** As {@link #close}, by {@link Connection#abort}. */
  public void abort(java.util.concurrent.Executor executor) throws SQLException {
    leave(connection -> connection.abort(executor));
  }

  private void leave(Context.Attribute<Connection> way) throws SQLException {
    closed = true;
    DriverTotals.ALL.closed(opened);
    healer.abandon();
    spool.close();
    try {
      way.apply(current.connection());
    } catch (SQLException e) {
      // The logout of a dead session may fail like any other call [R]; it is closed all the same.
      if (expiry.code(e) == 0) {
        throw e;
      }
    }
  }

  /** A session that is to come after another. */
  PhysicalSession successor(PhysicalSession dead, Connection fresh) {
    return new PhysicalSession(fresh, dead.generation() + 1, queries);
  }

  /** Whoever holds on to sessions of this connection. */
  public Users users() {
    return users;
  }

  /** Where uploads are kept for as long as they may be needed again. */
  public SpoolDirectory spool() {
    return spool;
  }

  /** The marks of executions; null where none are wanted. */
  public @Nullable QueryTags queryTags() {
    return queryTags;
  }

  /** What the application told the physical driver about its batches. */
  public boolean clearsBatchesOnSuccessOnly() {
    return clearsBatchesOnSuccessOnly;
  }

  /** The application's own queries. */
  public LastQueries lastQueries() {
    return lastQueries;
  }

  /** Whether a call that succeeds is to be entered into the journal with what makes it again. */
  public boolean records(Shape shape, Binds binds, PhysicalSession on) throws SQLException {
    if (replay == ReplayScope.NONE || replay == ReplayScope.STATEMENT) {
      return false;
    }
    return switch (shape.kind()) {
      case TEMP_DDL -> true;
      case QUERY, TRANSACTION -> manualCommit || shape.transactionVerb() != null;
      case WRITE, DDL -> manualCommit || !objects.isEmpty();
      case FILE -> touchesTempStage(shape, binds, on);
      case USE, SESSION, OPAQUE -> false;
    };
  }

  /** Whether files that it moved outlive that session. */
  public boolean keepsFilesOf(Shape shape, Binds binds, PhysicalSession left) throws SQLException {
    return left.keepsFilesOf(shape, scope(binds, left));
  }

  private boolean touchesTempStage(Shape shape, Binds binds, PhysicalSession on)
      throws SQLException {
    if (rebuildable.isEmpty()) {
      return false;
    }
    var scope = scope(binds, on);
    return shape.stages().stream()
        .anyMatch(
            stage -> {
              var object = TempObject.of(stage, scope);
              return object != null && rebuildable.contains(object);
            });
  }

  /**
   * Takes note of a statement that succeeded on a session.
   *
   * @return false when that session has been left meanwhile, so that what the statement did to it
   *     is gone
   */
  public boolean applied(Applied call, PhysicalSession on) throws SQLException {
    return note(call, on, place -> state.applied(call, on.connection(), place, replay), true);
  }

  /**
   * As {@link #applied}, for a statement that was sent and ends later, which nobody waits for: what
   * it changes is known to the session alone.
   */
  public boolean submitted(Applied call, PhysicalSession on) throws SQLException {
    return note(call, on, place -> state.submitted(call, place), false);
  }

  /** What is said to {@code state}. */
  private interface Note {
    void at(Place place) throws SQLException;
  }

  private boolean note(Applied call, PhysicalSession on, Note note, boolean done)
      throws SQLException {
    forgetQueryTag(call.shape(), on);
    stateLock.lock();
    try {
      if (current != on) {
        return false;
      }
      try {
        var place = on.remember();
        if (on.isSwapped()) {
          return false;
        }
        contextRead = false;
        note.at(place);
      } catch (SQLException closedMeanwhile) {
        // The statement itself did succeed.
        contextRead = false;
        state.lostTrack();
      }
      publish();
      // A name that is lost stays so until what makes it again is known to have done so.
      if (done && !missing.isEmpty()) {
        missing.applied(call.shape(), scope(call.binds(), on), state::loadedStages);
        publish();
      }
      return true;
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Takes note of a statement that ran on a session that is gone, and lasts: what it did to temp
   * objects is done to the rebuilt ones.
   */
  public void adopted(Applied call, PhysicalSession on) throws SQLException {
    loseWritten(call.shape(), call.binds(), on);
    var stages = loadedFrom(call, on);
    if (stages.isEmpty()) {
      return;
    }
    if (call.shape().has(Trait.PURGES_FILES)) {
      purge(call, stages, on);
    }
    applied(call, on);
    stateLock.lock();
    try {
      missing.loadedToo(state.loadedStages(stages));
      publish();
    } finally {
      stateLock.unlock();
    }
  }

  /** What was purged must not be on the rebuilt stages; failing that, they count as lost. */
  private void purge(Applied call, Set<TempObject> stages, PhysicalSession on) throws SQLException {
    var purge = Purge.of(call, scope(call.binds(), on));
    boolean purged = false;
    try {
      if (purge != null) {
        purge.on(on.connection());
        purged = true;
      }
    } finally {
      if (!purged) {
        stages.forEach(stage -> lose(stage, "files were loaded from it with PURGE"));
      }
    }
  }

  private void lose(TempObject object, String why) {
    stateLock.lock();
    try {
      state.lose(object, why);
      missing.lost(Map.of(object, why));
      publish();
    } finally {
      stateLock.unlock();
    }
  }

  /** A statement that changed temp objects as well did so in the session that is gone. */
  public void loseWritten(Shape shape, Binds binds, PhysicalSession on) {
    if (objects.isEmpty()) {
      return;
    }
    stateLock.lock();
    try {
      var scope = scope(binds, on);
      for (var target : shape.writes()) {
        var table = TempObject.table(target, scope);
        if (objects.contains(table)) {
          lose(table, "a statement that ran, or may have run, on the dead session changed it");
        }
      }
    } catch (SQLException closedMeanwhile) {
      state.lostTrack();
    } finally {
      stateLock.unlock();
    }
  }

  /** The temp stages that a COPY loaded from. */
  private Set<TempObject> loadedFrom(Applied call, PhysicalSession on) throws SQLException {
    if (call.shape().kind() != Kind.WRITE || call.shape().stages().isEmpty()) {
      return Set.of();
    }
    var scope = scope(call.binds(), on);
    Set<TempObject> stages = new HashSet<>();
    for (var stage : call.shape().stages()) {
      var object = TempObject.of(stage, scope);
      if (object != null && objects.contains(object)) {
        stages.add(object);
      }
    }
    return stages;
  }

  /** Takes note of a statement that failed on a session but may have done some of its work. */
  public void attempted(Shape shape, String sql, Binds binds, PhysicalSession on) {
    forgetQueryTag(shape, on);
    stateLock.lock();
    try {
      if (current == on) {
        contextRead = false;
        try {
          state.attempted(shape, sql, binds, on.remember());
        } catch (SQLException closedMeanwhile) {
          // The statement's own error is what its caller gets.
          state.lostTrack();
        }
        publish();
      }
    } finally {
      stateLock.unlock();
    }
  }

  private static void forgetQueryTag(Shape shape, PhysicalSession on) {
    if (QueryTags.mayChange(shape)) {
      on.queryTagIsStale(true);
    }
  }

  /** Says that something of the open transaction is not in the journal. */
  public void transactionNotRecorded(String why) {
    stateLock.lock();
    try {
      contextRead = false;
      state.transactionNotRecorded(why);
    } finally {
      stateLock.unlock();
    }
  }

  /** Forgets how to rebuild the temp objects there are. */
  public void checkpoint() {
    stateLock.lock();
    try {
      contextRead = false;
      state.checkpoint();
      publish();
    } finally {
      stateLock.unlock();
    }
  }

  private void publish() {
    publish(current);
  }

  private void publish(PhysicalSession on) {
    holds = watched && (state.holdsMoreThanPlace(on.start()) || on.hasMoved());
    manualCommit = state.manualCommit();
    perhapsCommitted = state.perhapsCommitted();
    objects = state.objects();
    rebuildable = state.rebuildable();
    variables = state.variables();
    quiet =
        !watched
            && queryTags == null
            && !manualCommit
            && !perhapsCommitted
            && objects.isEmpty()
            && missing.isEmpty();
  }

  private Scope scope(Binds binds, PhysicalSession on) throws SQLException {
    return Scope.of(on.place(), variables, binds);
  }

  /**
   * What the application asked for; the physical driver's own flag lies after a failed switch [R].
   */
  public boolean autoCommit() {
    stateLock.lock();
    try {
      return state.autoCommit();
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * True when statements commit by themselves, there are no temp objects, none was lost, and
   * nothing has to be done before or after a statement that only reads or writes rows.
   */
  public boolean isQuiet() {
    return quiet;
  }

  /**
   * Whether that holds, and that session is the current one, not known to be dead, and no call has
   * to tell of a loss.
   */
  public boolean isQuiet(PhysicalSession on) {
    return quiet && current == on && unreported.get() == null && on.broken() == null;
  }

  /** True when statements do not commit by themselves just now. */
  public boolean manualCommit() {
    return manualCommit;
  }

  /** True when that is not certain: something may have ended the open transaction [I]. */
  public boolean perhapsCommitted() {
    return perhapsCommitted;
  }

  /** True when there are temp objects, so that what a write writes to has to be looked at. */
  public boolean hasTempObjects() {
    return !objects.isEmpty();
  }

  /** Remembers a call of a local setter, to be made on each later connection too. */
  public void attribute(String name, Context.Attribute<Connection> call) {
    stateLock.lock();
    try {
      contextRead = false;
      state.attribute(name, call);
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Refuses a text that would take something else for a temp object that could not be rebuilt, or
   * load files from a rebuilt stage a second time.
   *
   * @param error what told of the session's end; null where that is long ago
   */
  public void refuseMissing(
      Shape shape, String sql, Binds binds, PhysicalSession on, @Nullable SQLException error)
      throws SQLException {
    if (!missing.isEmpty()) {
      var scope = scope(binds, on);
      missing.refuseLost(shape, sql, scope, on, error);
      missing.refuseLoaded(shape, scope, objects, error);
    }
  }

  /** As {@link #refuseMissing}, for a stage that a vendor method names. */
  public void refuseLostStage(String location, @Nullable SQLException error)
      throws ReplayRefusedException {
    missing.refuseLostStage(location, error);
  }

  /**
   * Whether all that a statement wrote to were temp objects of a session that is gone, so that
   * nothing it did can have lasted.
   */
  public boolean wroteOnlyTemp(Shape shape, Binds binds, PhysicalSession dead) throws SQLException {
    return dead.wroteOnlyTemp(shape, scope(binds, dead));
  }

  /** The full names of what a statement writes to, as far as text and values tell. */
  public List<ObjectName> targets(Shape shape, Binds binds, PhysicalSession on)
      throws SQLException {
    var scope = scope(binds, on);
    List<ObjectName> names = new ArrayList<>();
    for (var target : shape.writes()) {
      var name = TempObject.table(target, scope).name();
      if (name != null && name.parts().size() == 3) {
        names.add(name);
      }
    }
    return names;
  }

  /**
   * Keeps a refusal for the next call, when this one could be answered although something was lost.
   */
  public void reportLater(SQLException refusal) {
    unreported.set(refusal);
  }

  /** A rollback is all that is left to do for a lost transaction that nobody was told of. */
  public void forgetLostTransaction() {
    var refusal = unreported.get();
    if (refusal instanceof TransactionLostException) {
      unreported.compareAndSet(refusal, null);
    }
  }

  /** Throws what {@link #reportLater} kept, once. */
  public void throwUnreported() throws SQLException {
    if (unreported.get() != null) {
      var refusal = unreported.getAndSet(null);
      if (refusal != null) {
        throw events.refused(refusal);
      }
    }
  }

  /** Whether a heal would lose something just now. */
  public boolean cannotBeRebuilt() {
    stateLock.lock();
    try {
      return state.cannotBeRebuilt(replay);
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * The last heal, unless the application has cleared the connection's warnings since; null for
   * none.
   */
  public @Nullable SQLWarning warnings() {
    return warnings.get();
  }

  public void clearWarnings() {
    warnings.set(null);
  }

  Snapshot snapshot(PhysicalSession of) throws SQLException {
    stateLock.lock();
    try {
      var snapshot = state.snapshot(of.remember(), replay);
      contextRead = true;
      return snapshot;
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Makes the fresh session current. From here on every call uses it.
   *
   * @param later runs what nobody waits for
   * @return false when a call that was under way has changed something since the snapshot
   */
  boolean replace(
      PhysicalSession dead,
      SQLException error,
      PhysicalSession fresh,
      Rebuilt rebuilt,
      Consumer<Runnable> later) {
    stateLock.lock();
    try {
      if (!contextRead) {
        return false;
      }
      fresh.beganWith(List.copyOf(rebuilt.queryIds()));
      var held = rebuilt.certain(state.objects());
      var lacked = lacking(dead);
      dead.ended(error, state.rebuilt(rebuilt), held, lacked);
      missing.lost(rebuilt.lost());
      missing.loaded(rebuilt.loadedStages());
      publish(fresh);
      lastQueries.disturb();
      current = fresh;
      dead.left();
    } finally {
      stateLock.unlock();
    }
    var sessions = dead.ofConnection();
    later.accept(
        () ->
            Retirement.await(
                dead,
                () -> !closed && sessions.stream().anyMatch(users::use),
                () -> !closed && sessions.stream().anyMatch(users::call)));
    return true;
  }

  void warn(HealEvent heal) {
    // Only the last one: a connection whose warnings nobody reads must not collect them for days.
    warnings.set(new HealWarning(heal));
  }

  /**
   * Goes on with the session that the physical driver has put in the dead one's place, if that held
   * nothing which this one lacks.
   *
   * @return null when a login of our own is needed
   */
  @Nullable PhysicalSession follow(PhysicalSession dead, SQLException error) {
    PhysicalSession fresh;
    stateLock.lock();
    try {
      // Of a call that changed its session nobody can tell which of the two it was.
      if (!dead.isSwapped() || users.changes(dead) || lacking(dead) != null) {
        return null;
      }
      var sessions = dead.ofConnection().stream().filter(users::use).toList();
      fresh = new PhysicalSession(dead.connection(), dead.generation() + 1, queries, sessions);
      dead.ended(error, Loss.NOTHING, Set.of(), null);
      lastQueries.disturb();
      current = fresh;
      dead.left();
    } finally {
      stateLock.unlock();
    }
    return fresh;
  }

  /**
   * What a session lacks that the physical driver puts in that one's place, or would. A login of
   * its begins where the first one did.
   */
  private @Nullable String lacking(PhysicalSession dead) {
    try {
      var place = dead.place();
      if (state.holdsMoreThanPlace(place)) {
        return state.describe(place);
      }
      // Unless a call has moved one of the two.
      boolean elsewhere =
          dead.isSwapped() && !users.changes(dead) && !place.sameAs(Place.of(dead.connection()));
      if (dead.hasMoved() || elsewhere) {
        return "its database, schema, role or warehouse";
      }
    } catch (SQLException unknown) {
      return "its context";
    }
    return factoryMade ? "what the connection factory sets up" : null;
  }

  /**
   * Asks the server whether the session lives, where its silent end would lose something and has
   * become likely. Sent outside of every lock.
   */
  public void heartbeat() throws SQLException {
    if (!watched || !holds || System.nanoTime() - lastRequest < idle.toNanos()) {
      return;
    }
    var on = current;
    var physical = on.connection();
    int seconds = (int) Math.min(Swaps.HEARTBEAT_SECONDS, options.healTimeout().toSeconds());
    if (closed || on.broken() != null || physical.isClosed()) {
      return;
    }
    if (physical.isValid(Math.max(1, seconds))) {
      requested();
    } else if (!closed && !physical.isClosed()) {
      on.broken(Swaps.unanswered());
    }
  }

  /**
   * Asks whether a session is dead behind an error that does not say so. A heartbeat says at most
   * that it may be; the vendor code decides. Sent outside of every lock.
   */
  public boolean isDead(PhysicalSession on) throws SQLException {
    var physical = on.connection();
    if (closed || on != current || on.broken() != null) {
      return !closed;
    }
    if (physical.isClosed() || physical.isValid(Swaps.HEARTBEAT_SECONDS)) {
      return false;
    }
    lastQueries.disturb();
    try (var statement = physical.createStatement()) {
      statement.execute("SELECT 1");
      return false;
    } catch (SQLException e) {
      return expiry.code(e) != 0;
    }
  }

  /** Says that a request has ended, which the server takes for a sign of life. */
  public void requested() {
    if (watched) {
      lastRequest = System.nanoTime();
    }
  }
}
