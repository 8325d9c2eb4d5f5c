package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.Quietly;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The result sets that one statement has given, and the physical statements besides its own that
 * still have an open one: those stay open until their results are read. Only the executing thread
 * uses it, but for {@code former}, which is copied on write, for the retirement thread looks at it,
 * and {@code queries}; these two are made when they are needed.
 */
final class Results {

  private static final int FEW = 16;

  private final HealingStatement statement;
  private @Nullable HealingResultSet last;

  /**
   * Those before {@code last} that may be open: the physical driver lets them live as long as the
   * statement [S].
   */
  private List<HealingResultSet> earlier = List.of();

  private int looked = FEW;

  /** Those of asynchronous queries: they may have a physical statement of their own. */
  private volatile @Nullable List<HealingAsyncResultSet> queries;

  private volatile @Nullable List<Former> former;

  private record Former(
      PhysicalSession session, Statement physical, List<HealingResultSet> results) {

    boolean isDone() {
      return results.stream().noneMatch(HealingResultSet::pins);
    }
  }

  Results(HealingStatement statement) {
    this.statement = statement;
  }

  /** The logical object for a physical result set: the same one for the same. */
  @Nullable ResultSet wrap(@Nullable ResultSet physical) {
    return physical == null ? null : required(physical);
  }

  ResultSet required(ResultSet physical) {
    if (physical instanceof HealingResultSet already) {
      return already;
    }
    var known = last;
    if (known != null && known.isOf(physical)) {
      return known;
    }
    for (var one : earlier) {
      if (one.isOf(physical)) {
        return one;
      }
    }
    return latest(Proxies.results(statement.owner(), statement, physical, null));
  }

  private <R extends HealingResultSet> R latest(R fresh) {
    if (last != null) {
      keep(last);
    }
    last = fresh;
    return fresh;
  }

  /** The logical object for the result of an asynchronous query, which can move. */
  ResultSet query(ResultSet physical) {
    if (physical instanceof HealingResultSet already) {
      return already;
    }
    var id = Vendor.queryId(physical);
    if (id == null) {
      return required(physical);
    }
    return latest(query(statement.bound(), physical, id));
  }

  /** The result of an asynchronous query that was taken over. */
  ResultSet adoptedQuery(PhysicalSession session, String id) throws SQLException {
    return query(session, Vendor.createResultSet(session.connection(), id), id).carried();
  }

  private HealingAsyncResultSet query(PhysicalSession session, ResultSet physical, String id) {
    var results =
        Proxies.asyncResults(
            statement.owner(),
            statement,
            session,
            physical,
            on -> Vendor.createResultSet(on.connection(), id));
    var open = queries;
    if (open == null) {
      open = new CopyOnWriteArrayList<>();
      queries = open;
    }
    open.removeIf(HealingAsyncResultSet::isDone);
    open.add(results);
    return results;
  }

  private void keep(HealingResultSet results) {
    if (earlier.size() >= looked) {
      earlier.removeIf(one -> !one.pins());
      looked = Math.max(FEW, 2 * earlier.size());
    }
    if (results.pins()) {
      if (earlier.isEmpty()) {
        earlier = new ArrayList<>();
      }
      earlier.add(results);
    }
  }

  /** Generated keys are a result of their own beside the last one; each call may give a new one. */
  @Nullable ResultSet keys(@Nullable ResultSet physical) {
    return physical == null ? null : Proxies.results(statement.owner(), statement, physical, null);
  }

  /** The rows of an adopted execution, which have a physical statement of their own. */
  ResultSet adopted(PhysicalSession session, Statement physical, ResultSet rows) {
    var results = Proxies.results(statement.owner(), statement, rows, physical);
    add(new Former(session, physical, List.of(results)));
    return results;
  }

  /**
   * The statement moves to another session: what it had there stays as long as there is something
   * to read.
   */
  void leave(PhysicalSession session, Statement physical) {
    if (last != null) {
      keep(last);
    }
    // One of an asynchronous query may have been fetched through it, however long ago it was made.
    var left = new ArrayList<>(earlier);
    var asked = queries;
    if (asked != null) {
      asked.stream().filter(one -> one.uses(session)).forEach(left::add);
    }
    add(new Former(session, physical, List.copyOf(left)));
    last = null;
    earlier = List.of();
    looked = FEW;
  }

  private void add(Former one) {
    var all = former;
    if (all == null) {
      all = new CopyOnWriteArrayList<>();
      former = all;
    }
    all.add(one);
    all.removeIf(each -> each.isDone() && closed(each.physical()));
  }

  boolean uses(PhysicalSession session) {
    var all = former;
    return all != null && all.stream().anyMatch(one -> one.session() == session && !one.isDone());
  }

  void close() {
    var asked = queries;
    if (asked != null) {
      asked.forEach(Quietly::close);
      asked.clear();
    }
    var all = former;
    if (all != null) {
      all.forEach(one -> Quietly.close(one.physical()));
      all.clear();
    }
  }

  private static boolean closed(Statement physical) {
    Quietly.close(physical);
    return true;
  }
}
