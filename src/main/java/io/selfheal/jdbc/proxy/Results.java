package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.Quietly;
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
 * uses it, but for {@code former}, which is copied on write, for the retirement thread looks at it.
 */
final class Results {

  private static final int FEW = 16;

  private final HealingStatement statement;
  private @Nullable HealingResultSet last;

  /**
   * Those before {@code last} that may be open: the physical driver lets them live as long as the
   * statement [S].
   */
  private final List<HealingResultSet> earlier = new ArrayList<>();

  private int looked = FEW;
  private final List<Former> former = new CopyOnWriteArrayList<>();

  private record Former(
      PhysicalSession session, Statement physical, List<HealingResultSet> results) {

    boolean isDone() {
      return results.stream().allMatch(Results::done);
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
    if (known != null && known.delegate() == physical) {
      return known;
    }
    for (var one : earlier) {
      if (one.delegate() == physical) {
        return one;
      }
    }
    if (known != null) {
      keep(known);
    }
    var fresh = Proxies.results(statement.owner(), statement, physical, null);
    last = fresh;
    return fresh;
  }

  private void keep(HealingResultSet results) {
    if (earlier.size() >= looked) {
      earlier.removeIf(Results::done);
      looked = Math.max(FEW, 2 * earlier.size());
    }
    if (!done(results)) {
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
    add(new Former(session, physical, List.copyOf(earlier)));
    last = null;
    earlier.clear();
    looked = FEW;
  }

  private void add(Former one) {
    former.add(one);
    former.removeIf(each -> each.isDone() && closed(each.physical()));
  }

  boolean uses(PhysicalSession session) {
    return former.stream().anyMatch(one -> one.session() == session && !one.isDone());
  }

  void close() {
    former.forEach(one -> Quietly.close(one.physical()));
    former.clear();
  }

  private static boolean closed(Statement physical) {
    Quietly.close(physical);
    return true;
  }

  private static boolean done(HealingResultSet results) {
    try {
      return results.delegate().isClosed();
    } catch (SQLException e) {
      return true;
    }
  }
}
