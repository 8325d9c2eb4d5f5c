package io.selfheal.jdbc.session;

import io.selfheal.jdbc.snowflake.Vendor;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code selfheal.tagWrites}: gives each execution that may change something a mark of its own, at
 * the end of its statement-level QUERY_TAG, by which the query history tells its row without a look
 * at texts. What the application's tag is stays the beginning. For one logical connection;
 * thread-safe.
 */
public final class QueryTags {

  /** The parameter's name. */
  public static final String PARAMETER = "QUERY_TAG";

  /** The longest tag that the server takes [D]. */
  private static final int LONGEST = 2000;

  private static final Logger LOG = LoggerFactory.getLogger(QueryTags.class);

  private final String prefix =
      "selfheal-" + Long.toString(new SecureRandom().nextLong() & Long.MAX_VALUE, 36) + "-";

  /** Atomic. */
  private final AtomicLong last = new AtomicLong();

  /** Whether a row with that tag is the execution with that mark. */
  public static boolean bears(String tag, String mark) {
    return tag.endsWith(mark)
        && (tag.length() == mark.length() || tag.charAt(tag.length() - mark.length() - 1) == ' ');
  }

  /** Whether a row with that tag is one of this connection's marked executions. */
  public boolean made(String tag) {
    return tag.contains(prefix);
  }

  /**
   * Asks the server for the session's own tag, if it may be another since it was last asked: by
   * login, account or user, ALTER SESSION or a procedure it can be anything, and a statement's tag
   * hides it. To be called before LAST_QUERY_ID() is looked at.
   */
  public void prepare(Call call, PhysicalSession on, LastQueries queries) {
    boolean needless = !on.queryTagIsStale() || (!changes(call.shape()) && on.queryTag() == null);
    // A text that asks for the last query would mean this one: then rather no mark.
    if (needless || call.shape().historyDependent()) {
      return;
    }
    queries.disturb();
    // Before it is asked: what another thread changes meanwhile makes it stale again.
    on.queryTagIsStale(false);
    try {
      on.queryTag(read(on.connection()));
    } catch (SQLException unknown) {
      on.queryTagIsStale(true);
      // Should it be an expiry, the call itself meets it next.
      LOG.debug("QUERY_TAG not read: code {}", unknown.getErrorCode());
    }
  }

  /**
   * Gives the execution that is about to begin its tag: the application's, with a mark if it may
   * change something.
   *
   * @param name the parameter's name as the application spelled it for this statement
   * @param own the application's tag of this statement; null where it has none
   * @param touched whether the physical statement has got a tag from here before
   * @return whether it has now
   */
  public boolean put(
      Call call,
      PhysicalSession on,
      Statement physical,
      String name,
      @Nullable String own,
      boolean touched)
      throws SQLException {
    call.mark(null);
    boolean changes = changes(call.shape());
    var session = on.queryTag();
    if (session == null || !(touched || (changes && !on.queryTagIsStale()))) {
      return touched;
    }
    var tag = own == null ? session : own;
    if (changes) {
      var mark = prefix + Long.toString(last.incrementAndGet(), 36);
      var marked = tag.isEmpty() ? mark : tag + " " + mark;
      if (marked.length() <= LONGEST && Vendor.setParameter(physical, name, marked)) {
        call.mark(mark);
        return true;
      }
    }
    // Without its last mark, which would make it another's row.
    return touched && Vendor.setParameter(physical, name, tag);
  }

  private static boolean changes(Shape shape) {
    return switch (shape.kind()) {
      case QUERY -> shape.has(Trait.LOCKS_ROWS);
      case SESSION -> shape.has(Trait.AUTOCOMMIT);
      case USE -> false;
      case WRITE, DDL, TEMP_DDL, TRANSACTION, FILE, OPAQUE -> true;
    };
  }

  /** Whether the session's own tag may be another after such a statement. */
  static boolean mayChange(Shape shape) {
    return shape.kind() == Kind.SESSION || shape.kind() == Kind.OPAQUE;
  }

  private static String read(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SHOW PARAMETERS LIKE '" + PARAMETER + "' IN SESSION")) {
      var tag = rows.next() ? rows.getString("value") : null;
      return tag == null ? "" : tag;
    }
  }
}
