package io.selfheal.jdbc.session;

import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call under way on a physical session, for whoever must later find out which row of the query
 * history is whose. A statement owns one and uses it again for each execution, so that a call costs
 * no object.
 *
 * <p>Written by the thread that makes the call; other threads read it after they saw {@link
 * #session()}, whose flag is released last at the start. It needs no fence: those who look for the
 * calls of a session do so after a login, or later; and a call that began meanwhile has not been
 * sent before it can be seen. {@code failed} and {@code cancelled} are volatile by themselves.
 */
public final class Call {

  private static final Shape NOTHING = Shape.of("");
  private static final VarHandle UNDER_WAY;

  static {
    try {
      UNDER_WAY = MethodHandles.lookup().findVarHandle(Call.class, "underWay", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile boolean underWay;
  private @Nullable PhysicalSession session;
  private String given = "";
  private String sql = "";
  private Shape shape = NOTHING;
  private Binds binds = Binds.NONE;
  private boolean first;
  private long answered;
  private boolean manualCommit;
  private boolean perhapsCommitted;
  private boolean described;

  /** Only the calling thread uses it. */
  private @Nullable String mark;

  /** Only the calling thread uses it. */
  private @Nullable String lastAnswered;

  /** When it began, and when it failed; only the calling thread uses them. */
  private long began;

  private long failedAt;

  private volatile boolean failed;
  private volatile boolean cancelled;

  /**
   * Begins a call, or begins it again on another session.
   *
   * @param values what is bound to the text: two calls of the same text may differ by it
   * @param maybeNot whether it is not certain that statements do not commit by themselves
   */
  public void start(
      PhysicalSession on,
      String text,
      Shape itsShape,
      Binds values,
      boolean inManualCommit,
      boolean maybeNot) {
    // A reference costs the collector's barrier, a comparison nothing.
    if (!Objects.equals(given, text)) {
      given = text;
      shape = itsShape;
    }
    if (!Objects.equals(sql, text)) {
      sql = text;
    }
    if (binds != values) {
      binds = values;
    }
    first = !on.hasAnswered();
    answered = on.queries().count();
    manualCommit = inManualCommit;
    perhapsCommitted = maybeNot;
    if (mark != null) {
      mark = null;
    }
    if (lastAnswered != null) {
      lastAnswered = null;
    }
    began = CoarseClock.SHARED.nanoTime();
    if (failed) {
      failed = false;
    }
    if (session != on) {
      session = on;
    }
    UNDER_WAY.setRelease(this, true);
  }

  /** For a new execution, which nobody has cancelled. */
  public void prepare() {
    if (cancelled) {
      cancelled = false;
    }
  }

  /** What a text is; that of the last call is known. */
  public Shape shapeOf(String text) {
    return Objects.equals(text, given) ? shape : Shape.of(text);
  }

  /** Sends another wording of the text, which means the same. */
  public void reword(String text) {
    sql = text;
  }

  /** Begins the same call again on another session, for its one repeat. */
  public void restart(PhysicalSession on) {
    failed = false;
    session = on;
    underWay = true;
  }

  /** How long it took until its session was found dead, or up to a second more. */
  public Duration lasted() {
    return Duration.ofNanos(failedAt - began);
  }

  /** The end of its QUERY_TAG, which no other execution has; null where it has none. */
  public @Nullable String mark() {
    return mark;
  }

  void mark(@Nullable String unique) {
    mark = unique;
  }

  /** Says that one of several queries of its own was answered: what is in doubt came after it. */
  public void proceed(String queryId) {
    lastAnswered = queryId;
  }

  /** The last of its own queries that was answered, where it makes several; null for none. */
  public @Nullable String lastAnswered() {
    return lastAnswered;
  }

  /** Ends the call, whatever came of it. */
  public void end() {
    if (!binds.isKept()) {
      binds = Binds.NONE;
    }
    UNDER_WAY.setRelease(this, false);
  }

  /** The session it runs on, null between calls. */
  public @Nullable PhysicalSession session() {
    return underWay ? session : null;
  }

  /** Says that the answer was a dead session: from now on only the query history knows. */
  public void fail() {
    failedAt = System.nanoTime();
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
   * How many queries had been answered when the call began, on this and earlier sessions: the
   * history up to their starts is not about this call.
   */
  public long answered() {
    return answered;
  }

  /** Whether its session had answered none of them. */
  public boolean isFirst() {
    return first;
  }

  /** Whether statements did not commit by themselves when the call began. */
  public boolean manualCommit() {
    return manualCommit;
  }

  /**
   * Whether it may have committed by itself all the same: something may have ended a transaction.
   */
  public boolean perhapsCommitted() {
    return perhapsCommitted;
  }

  /** Whether it may have an effect that its session alone knows of. */
  boolean changesSession() {
    return switch (shape.kind()) {
      case QUERY -> shape.has(Trait.LOCKS_ROWS);
      case WRITE -> manualCommit;
      case DDL -> shape.movesContext();
      case TEMP_DDL, SESSION, USE, TRANSACTION, FILE, OPAQUE -> true;
    };
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
