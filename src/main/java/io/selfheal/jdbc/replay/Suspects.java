package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.session.QueryTags;
import io.selfheal.jdbc.snowflake.Ghosts;
import io.selfheal.jdbc.snowflake.QueryHistory;
import io.selfheal.jdbc.snowflake.QueryHistory.Page;
import io.selfheal.jdbc.snowflake.QueryHistory.Row;
import io.selfheal.jdbc.snowflake.QueryHistory.Status;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which row of a dead session's query history is one call's: by its mark where it has one,
 * otherwise by its text, with every other row explained. For one call, not thread-safe.
 */
final class Suspects {

  /** What one look at the history comes to. */
  sealed interface Finding {

    /** Too early to tell. */
    record Open() implements Finding {}

    /** That row is surely the call's, and has not ended. */
    record Runs(Row row) implements Finding {}

    /** It is certain, or certainly unknowable. */
    record Known(Outcome outcome) implements Finding {}
  }

  private static final Finding OPEN = new Finding.Open();

  private final LogicalSession session;
  private final Call call;
  private final PhysicalSession dead;

  Suspects(LogicalSession session, Call call, PhysicalSession dead) {
    this.session = session;
    this.call = call;
    this.dead = dead;
  }

  /** Whether nothing that matters can be beyond what is shown. */
  boolean suffices(Page page) {
    var mark = call.mark();
    return page.complete()
        || sinceItBegan(page) != null
        || (mark != null
            && call.lastAnswered() == null
            && page.rows().stream().anyMatch(row -> QueryTags.bears(row.tag(), mark)));
  }

  /**
   * Judges one look.
   *
   * @param settled whether the history has had the time to show everything
   */
  Finding judge(Page page, boolean settled) {
    var mark = call.mark();
    var finding = mark == null ? byText(page, settled) : byMark(page, mark);
    // A row may still be missing: the call's own, or one that explains another.
    boolean early =
        !settled
            && finding instanceof Finding.Known known
            && (known.outcome() instanceof Outcome.NeverRan
                || known.outcome() instanceof Outcome.Unknown);
    return early ? OPEN : finding;
  }

  /**
   * A row that bears the mark is this call's, whatever its text; all others are not. What a
   * procedure or a script runs inside may bear it as well [I], and may be all that is shown yet.
   */
  private Finding byMark(Page page, String mark) {
    var recent = sinceItBegan(page);
    if (recent == null && call.lastAnswered() != null) {
      return unknown("the query history does not show what ran before the statement");
    }
    // Of a batch that went row by row, those that were answered bear it too.
    var known = dead.known();
    var marked =
        (recent == null ? page.rows() : recent)
            .stream()
                .filter(row -> QueryTags.bears(row.tag(), mark))
                .filter(row -> !known.contains(row.queryId()) && !dead.isClaimed(row.queryId()))
                .toList();
    if (marked.isEmpty()) {
      return shows(page)
          ? new Finding.Known(new Outcome.NeverRan())
          : unknown("the query history does not show what ran before the statement");
    }
    boolean hasChildren = call.shape().kind() == Kind.OPAQUE;
    var own = hasChildren ? marked.stream().filter(this::isThis).toList() : marked;
    if (own.size() != 1 || !own.get(0).equals(marked.get(0))) {
      return unknown("several queries of the old session bear the statement's mark");
    }
    var row = own.get(0);
    return row.status() == Status.RUNNING ? new Finding.Runs(row) : take(row);
  }

  /** Whether an absence from it means anything: it has to show something that is known. */
  private boolean shows(Page page) {
    var known = dead.known();
    return sinceItBegan(page) != null
        || (page.complete() && page.rows().stream().anyMatch(row -> known.contains(row.queryId())));
  }

  private Finding byText(Page page, boolean settled) {
    var others = session.users().rivals(call, dead);
    var rivals =
        others.stream().filter(other -> QueryHistory.sameText(other.sql(), call.sql())).toList();
    var recent = sinceItBegan(page);
    if (recent == null) {
      return unknown("the query history does not show what ran before the statement");
    }
    var known = dead.known();
    var open =
        recent.stream()
            .filter(row -> !known.contains(row.queryId()) && !isMarked(row) && counts(row))
            .toList();
    var mine = open.stream().filter(this::isThis).toList();
    if (!mine.isEmpty() && dead.isContested(call.sql())) {
      return ambiguous();
    }
    mine = mine.stream().filter(row -> !dead.isClaimed(row.queryId())).toList();
    for (var row : open) {
      if (!isThis(row)
          && !dead.isClaimed(row.queryId())
          && !dead.isContested(row.text())
          && unexplained(row, others)
          && !isChild(row, mine)) {
        return unknown("query " + row.queryId() + " of the old session cannot be explained");
      }
    }
    if (mine.isEmpty()) {
      return new Finding.Known(new Outcome.NeverRan());
    }
    if (!dead.reachesBackTo(call.answered())) {
      // One of the rows may be another's whose id is forgotten.
      return ambiguous();
    }
    if (dead.endsWithParent(call.answered())) {
      // The physical driver knows one id of several that such a text makes [R].
      return unknown("a statement of the same text may have been part of the one before it");
    }
    if (mine.stream().anyMatch(row -> mayBeChild(row, page))) {
      return unknown("it cannot be told from a part of another statement");
    }
    if (mayBeDescription(mine)) {
      return unknown("it cannot be told from a request that only described it");
    }
    boolean alone = rivals.isEmpty() && mine.size() == 1;
    if (mine.stream().anyMatch(row -> row.status() == Status.RUNNING)) {
      return alone ? new Finding.Runs(mine.get(0)) : OPEN;
    }
    if (!rivals.stream().allMatch(Call::failed)) {
      // A rival that has not failed yet may still get its answer, and with it the id that explains
      // one of the rows.
      return OPEN;
    }
    if (alone) {
      return take(mine.get(0));
    }
    if (call.shape().kind() == Kind.QUERY
        || (call.shape().kind() == Kind.OPAQUE && call.binds().any())) {
      // Rows that look alike may have given different results.
      return ambiguous();
    }
    return settled ? among(mine, rivals.size() + 1) : OPEN;
  }

  /** Another call's, then: this one has no mark. */
  private boolean isMarked(Row row) {
    var tags = session.queryTags();
    return tags != null && tags.made(row.tag());
  }

  /** A read that was quick is not worth to be told from its like. */
  private boolean counts(Row row) {
    return call.shape().kind() != Kind.QUERY
        || call.shape().has(Trait.LOCKS_ROWS)
        || row.status() == Status.RUNNING
        || row.took().compareTo(Effects.LONG_READ) >= 0;
  }

  /**
   * Should the history list describe-only requests [I], they would look like a write that changed
   * nothing.
   */
  private boolean mayBeDescription(List<Row> rows) {
    return call.described()
        && call.shape().kind() == Kind.WRITE
        && rows.stream().anyMatch(row -> row.rows() == 0 && row.status() == Status.SUCCEEDED);
  }

  /** Several calls of one text: whose row is whose does not matter where all are alike. */
  private Finding among(List<Row> rows, int calls) {
    boolean sameEnd =
        rows.stream().map(row -> row.status() + " " + row.rows()).distinct().count() == 1;
    if (rows.size() <= calls && sameEnd && (rows.size() == calls || !call.binds().any())) {
      for (var row : rows) {
        var outcome = claim(row);
        if (outcome != null) {
          return new Finding.Known(outcome);
        }
      }
      return new Finding.Known(new Outcome.NeverRan());
    }
    return ambiguous();
  }

  private static Finding ambiguous() {
    return unknown("several calls of the same text were under way on the old session");
  }

  private static Finding unknown(String why) {
    return new Finding.Known(new Outcome.Unknown(why));
  }

  private Finding take(Row row) {
    var outcome = claim(row);
    return outcome == null ? ambiguous() : new Finding.Known(outcome);
  }

  private @Nullable Outcome claim(Row row) {
    if (!dead.claim(row.queryId())) {
      return null;
    }
    if (row.status() == Status.FAILED) {
      return new Outcome.Failed(new SQLException(row.errorMessage(), "HY000", row.errorCode()));
    }
    return new Outcome.Ran(row.queryId(), row.rows(), row.transaction());
  }

  /**
   * What started no earlier than any statement that had been answered when the call began. Not what
   * started after their ends: an asynchronous query, or one whose client gave up, is answered
   * before it ends. Null when none of those can be seen, or not all that ended since.
   */
  private @Nullable List<Row> sinceItBegan(Page page) {
    var own = call.lastAnswered();
    if (call.isFirst() && own == null) {
      return page.complete() ? page.rows() : null;
    }
    var before = dead.knownBefore(call.answered());
    if (own != null) {
      before.add(own);
    }
    var last =
        page.rows().stream()
            .filter(row -> before.contains(row.queryId()))
            .map(Row::start)
            .max(Comparator.naturalOrder());
    return last.isEmpty() || !page.reachesBackTo(last.get())
        ? null
        : page.rows().stream().filter(row -> row.start().compareTo(last.get()) >= 0).toList();
  }

  /**
   * Whether the row can be this call. The physical driver words the switch of autocommit in its own
   * way [R].
   */
  private boolean isThis(Row row) {
    if (row.hasText(call.sql())) {
      return true;
    }
    var parameters = call.shape().parameters();
    var theirs = Shape.of(row.text()).parameters();
    return parameters != null
        && theirs != null
        && call.shape().has(Trait.AUTOCOMMIT)
        && parameters.unset() == theirs.unset()
        && parameters.values().equals(theirs.values());
  }

  /** Whether the row may have been run by the statement in doubt, a procedure or a block. */
  private boolean isChild(Row row, List<Row> mine) {
    return call.shape().kind() == Kind.OPAQUE
        && mine.size() == 1
        && row.start().compareTo(mine.get(0).start()) >= 0;
  }

  /** Whether it began while a procedure or a script ran, of this text's or of another thread's. */
  private boolean mayBeChild(Row row, Page page) {
    return page.rows().stream()
        .anyMatch(
            other ->
                !other.start().after(row.start())
                    && (other.end() == null || !other.end().before(row.start()))
                    && !isThis(other)
                    && Shape.of(other.text()).kind() == Kind.OPAQUE);
  }

  /**
   * A row that is neither answered, nor this call's text, nor another call's, yet changes
   * something: it could be this call in other words. Reads and what the physical driver sends for
   * itself cannot.
   */
  private boolean unexplained(Row row, List<Call> others) {
    var shape = Shape.of(row.text());
    return switch (shape.kind()) {
      case QUERY, USE, SESSION, TRANSACTION -> false;
      // The physical driver's own, for a stream; no statement but a PUT can be worded so.
      case FILE -> call.shape().kind() == Kind.FILE && isUnexplained(row, others);
      case WRITE, DDL, OPAQUE, TEMP_DDL ->
          call.shape().kind() != Kind.QUERY && isUnexplained(row, others);
    };
  }

  private static boolean isUnexplained(Row row, List<Call> others) {
    return !row.text().contains("SYSTEM$BIND")
        && !Ghosts.made(row.text())
        && others.stream().noneMatch(other -> row.hasText(other.sql()));
  }
}
