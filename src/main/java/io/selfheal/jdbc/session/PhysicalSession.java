package io.selfheal.jdbc.session;

import io.selfheal.jdbc.journal.Loss;
import io.selfheal.jdbc.journal.Place;
import io.selfheal.jdbc.journal.Scope;
import io.selfheal.jdbc.journal.TempObject;
import io.selfheal.jdbc.snowflake.Ids;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One login: a physical connection and its place in the row of generations. Thread-safe. */
public final class PhysicalSession {

  private static final int MOST_CONTESTED = 1000;

  /** What comes later stays unexplained, which errs to the safe side. */
  private static final int MOST_EXPLAINED = 1000;

  private final Connection connection;
  private final long generation;

  private final Ids ids;
  private final @Nullable String id;
  private final KnownQueries queries;

  /** {@code queries} as they were when it was left; null before. */
  private volatile @Nullable KnownQueries atEnd;

  /** Whether it has answered anything that can be found in its history. */
  private volatile boolean answered;

  /** Queries of ours that it began with, in their order; written before it is current. */
  private volatile List<String> beganWith = List.of();

  /** How many queries earlier sessions had answered by then; written before {@code beganWith}. */
  private volatile long from;

  /** Queries whose ids were learnt in another way, or too late; a concurrent set, bounded. */
  private final Set<String> explained = ConcurrentHashMap.newKeySet();

  /** History rows that some caller took as its own; a concurrent set. */
  private final Set<String> claimed = ConcurrentHashMap.newKeySet();

  /** Hashes of texts of calls whose outcome was given up; a concurrent set. */
  private final Set<Integer> contested = ConcurrentHashMap.newKeySet();

  /**
   * Written once, under the logical session's state lock, before the next session becomes current.
   */
  private volatile Loss loss = Loss.NOTHING;

  /** Written with {@code loss}. */
  private volatile @Nullable SQLException endedBy;

  /** The temp objects it held at its end; written with {@code loss}. */
  private volatile Set<TempObject> objects = Set.of();

  /**
   * The error of the call that met this session dead, while no heal has replaced it; written under
   * the heal lock.
   */
  private volatile @Nullable SQLException broken;

  /** True from when anybody noticed it. */
  private volatile boolean swapped;

  /** Where the session began. */
  private final Place start;

  /** Where it was last seen; written under the logical session's state lock. */
  private volatile Place place;

  /** What its silent successor lacked, null for nothing; written with {@code loss}. */
  private volatile @Nullable String lacking;

  /** Its own QUERY_TAG when that was last asked for; null before. */
  private volatile @Nullable String queryTag;

  /** Whether that may be another by now. */
  private volatile boolean queryTagStale = true;

  /** Earlier sessions of the same physical connection that somebody still used. */
  private final List<PhysicalSession> older;

  PhysicalSession(Connection connection, long generation, KnownQueries queries) {
    this(connection, generation, queries, List.of());
  }

  PhysicalSession(
      Connection connection, long generation, KnownQueries queries, List<PhysicalSession> older) {
    this.connection = connection;
    this.generation = generation;
    this.queries = queries;
    this.from = queries.count();
    this.ids = new Ids(connection);
    this.id = ids.session(connection);
    this.older = older;
    Place found;
    try {
      found = Place.of(connection);
    } catch (SQLException closed) {
      found = Place.UNKNOWN;
    }
    this.start = found;
    this.place = found;
  }

  public Connection connection() {
    return connection;
  }

  /** 0 for the first login. */
  public long generation() {
    return generation;
  }

  /** The server's number of the session; null when the physical driver has none. */
  public @Nullable String id() {
    return id;
  }

  /**
   * Whether the physical driver has put another session in the place of this one without a word. A
   * comparison of two strings; false where the session's number is not known.
   */
  public boolean isSwapped() {
    if (swapped) {
      return true;
    }
    if (id != null) {
      var now = ids.session(connection);
      if (now != null && !now.equals(id)) {
        swapped = true;
        return true;
      }
    }
    return false;
  }

  /** The query id of a statement's last execution here, or null. */
  public @Nullable String queryId(Statement statement) {
    return ids.query(statement);
  }

  /** Where this session is, or was when the physical driver left it. */
  Place place() throws SQLException {
    var seen = isSwapped() ? null : Place.of(connection);
    // Asked again: the getters may have told of another session by then.
    return seen == null || isSwapped() ? place : seen;
  }

  /** As {@link #place}, and remembers it. */
  Place remember() throws SQLException {
    var now = place();
    place = now;
    return now;
  }

  /** Where the session began. */
  Place start() {
    return start;
  }

  /** Whether the application has gone somewhere else since the login. */
  boolean hasMoved() {
    return !place.sameAs(start);
  }

  /**
   * What the session lacked that the physical driver put in this one's place, in words; null when
   * it lacked nothing, or while this one is current.
   */
  public @Nullable String lacking() {
    return lacking;
  }

  /** This and the earlier sessions of its connection. */
  List<PhysicalSession> ofConnection() {
    List<PhysicalSession> all = new ArrayList<>(older);
    all.add(this);
    return all;
  }

  @Nullable String queryTag() {
    return queryTag;
  }

  void queryTag(String tag) {
    queryTag = tag;
  }

  boolean queryTagIsStale() {
    return queryTagStale;
  }

  void queryTagIsStale(boolean stale) {
    queryTagStale = stale;
  }

  /** The application's queries on all sessions of the logical connection. */
  public KnownQueries queries() {
    return queries;
  }

  /** To be said once another session is current: what is answered from now on is explained. */
  void left() {
    atEnd = queries.copy();
  }

  private KnownQueries untilEnd() {
    var ended = atEnd;
    return ended == null ? queries : ended;
  }

  /** Whether all that came after the first {@code count}, until its end, are still known. */
  public boolean reachesBackTo(long count) {
    return untilEnd().reachesBackTo(count);
  }

  /** Says that a query of the application's was answered here. */
  public void answered() {
    if (!answered) {
      answered = true;
    }
  }

  /** Whether there can be a row in its history by which others are found to be older. */
  boolean hasAnswered() {
    return answered;
  }

  /** Says what was run here before the application was let in. */
  void beganWith(List<String> queryIds) {
    from = queries.count();
    beganWith = queryIds;
    answered |= !queryIds.isEmpty();
  }

  /** Says that a row of its history needs no other explanation. */
  public void explain(@Nullable String queryId) {
    if (queryId != null && explained.size() < MOST_EXPLAINED) {
      explained.add(queryId);
    }
  }

  /** Whether the last query before a call that has noted {@code count} may have run others. */
  public boolean endsWithParent(long count) {
    return untilEnd().endsWithParent(from, count);
  }

  /** The rows of its history that need no other explanation. */
  public Set<String> known() {
    var known = untilEnd().ids();
    known.addAll(beganWith);
    known.addAll(explained);
    return known;
  }

  /** Those of them that had been answered when a call began that has noted {@code count}. */
  public Set<String> knownBefore(long count) {
    var known = untilEnd().first(count);
    known.addAll(beganWith);
    return known;
  }

  /** Takes a history row for one caller; false when another has it. */
  public boolean claim(String queryId) {
    return claimed.add(queryId);
  }

  public boolean isClaimed(String queryId) {
    return claimed.contains(queryId);
  }

  /**
   * Says that a call of that text gave up on its outcome: what it leaves in the history may be its
   * own, so that no other call of the text can be sure of it either.
   */
  public void contest(String text) {
    if (contested.size() < MOST_CONTESTED) {
      contested.add(text.hashCode());
    }
  }

  /** Errs to the safe side where two texts have one hash, or there were too many to be kept. */
  public boolean isContested(String text) {
    return contested.contains(text.hashCode()) || contested.size() >= MOST_CONTESTED;
  }

  /** What went with this session; nothing while it is current. */
  public Loss loss() {
    return loss;
  }

  /** The error that told of this session's end; null while it is current. */
  public @Nullable SQLException endedBy() {
    return endedBy;
  }

  void ended(SQLException error, Loss what, Set<TempObject> held, @Nullable String lacked) {
    lacking = lacked;
    endedBy = error;
    objects = held;
    loss = what;
  }

  /** Whether all that a statement changes were temp objects here, and no file outlives it. */
  boolean wroteOnlyTemp(Shape shape, Scope scope) {
    var transfer = shape.transfer();
    if (transfer != null) {
      return transfer.stage() != null && held(TempObject.of(transfer.stage(), scope));
    }
    if (shape.kind() == Kind.DDL) {
      var changed = TempObject.changed(shape, scope);
      return !changed.isEmpty() && changed.stream().allMatch(this::held);
    }
    return !shape.writes().isEmpty()
        && !(shape.has(Trait.PURGES_FILES)
            && shape.stages().stream().anyMatch(stage -> !held(TempObject.of(stage, scope))))
        && shape.writes().stream().allMatch(target -> held(TempObject.table(target, scope)));
  }

  /** Whether no stage that a statement names was a temporary one here. */
  boolean keepsFilesOf(Shape shape, Scope scope) {
    return shape.stages().stream().noneMatch(stage -> held(TempObject.of(stage, scope)));
  }

  private boolean held(@Nullable TempObject object) {
    return object != null && object.name() != null && objects.contains(object);
  }

  /** Why it is not to be used any more; null when it is, for all that is known. */
  @Nullable SQLException broken() {
    var known = broken;
    return known == null && isSwapped() ? Swaps.noticed() : known;
  }

  void broken(SQLException error) {
    broken = error;
  }
}
