package io.selfheal.jdbc.session;

import io.selfheal.jdbc.sql.Shape;
import org.jspecify.annotations.Nullable;

/**
 * One call under way on a physical session, for whoever must later find out which row of the query
 * history is whose. A statement owns one and uses it again for each execution, so that a call costs
 * no object.
 *
 * <p>Written by the thread that makes the call; other threads read it after they saw {@link
 * #session()}, a volatile field that is written last at the start and first at the end. {@code
 * failed} and {@code cancelled} are volatile by themselves.
 */
public final class Call {

  private volatile @Nullable PhysicalSession session;
  private String sql = "";
  private Shape shape = Shape.of("");
  private Binds binds = Binds.NONE;
  private long answered;
  private boolean manualCommit;
  private boolean described;
  private volatile boolean failed;
  private volatile boolean cancelled;

  /**
   * Begins a call, or begins it again on another session.
   *
   * @param values what is bound to the text: two calls of the same text may differ by it
   */
  public void start(
      PhysicalSession on, String text, Shape itsShape, Binds values, boolean inManualCommit) {
    sql = text;
    shape = itsShape;
    binds = values;
    answered = on.known().count();
    manualCommit = inManualCommit;
    failed = false;
    cancelled = false;
    session = on;
  }

  /** Begins the same call again on another session, for its one repeat. */
  public void restart(PhysicalSession on) {
    failed = false;
    session = on;
  }

  /** Ends the call, whatever came of it. */
  public void end() {
    session = null;
  }

  /** The session it runs on, null between calls. */
  public @Nullable PhysicalSession session() {
    return session;
  }

  /** Says that the answer was a dead session: from now on only the query history knows. */
  public void fail() {
    failed = true;
  }

  public boolean failed() {
    return failed;
  }

  /** Asks whoever waits for this call's outcome to stop waiting. */
  public void cancel() {
    cancelled = true;
  }

  public boolean cancelled() {
    return cancelled;
  }

  public String sql() {
    return sql;
  }

  public Shape shape() {
    return shape;
  }

  public Binds binds() {
    return binds;
  }

  /**
   * How many queries the session had answered when the call began: the history up to their ends is
   * not about this call.
   */
  public long answered() {
    return answered;
  }

  /** Whether statements did not commit by themselves when the call began. */
  public boolean manualCommit() {
    return manualCommit;
  }

  /**
   * Says that the server has been asked about the text alone. Should the history list such requests
   * [I], they must not be taken for an execution.
   */
  public void describe() {
    described = true;
  }

  public boolean described() {
    return described;
  }
}
