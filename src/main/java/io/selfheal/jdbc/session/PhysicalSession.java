package io.selfheal.jdbc.session;

import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One login: a physical connection and its place in the row of generations. Thread-safe. */
public final class PhysicalSession {

  private static final int MOST_CONTESTED = 1000;

  private final Connection connection;
  private final long generation;
  private final @Nullable String id;
  private final KnownQueries known = new KnownQueries();

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

  /**
   * The error of the call that met this session dead, while no heal has replaced it; written under
   * the heal lock.
   */
  private volatile @Nullable SQLException broken;

  PhysicalSession(Connection connection, long generation) {
    this.connection = connection;
    this.generation = generation;
    this.id = Vendor.sessionId(connection);
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

  public KnownQueries known() {
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

  void ended(SQLException error, Loss what) {
    endedBy = error;
    loss = what;
  }

  @Nullable SQLException broken() {
    return broken;
  }

  void broken(SQLException error) {
    broken = error;
  }
}
