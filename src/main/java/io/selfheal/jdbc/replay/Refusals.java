package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.OutcomeUnknownException;
import io.selfheal.jdbc.ReplayDivergedException;
import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.TransactionLostException;
import io.selfheal.jdbc.journal.Loss;
import io.selfheal.jdbc.session.LogicalSession;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.Ghosts;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Words, counts and logs what is not healed. Thread-safe. */
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  private final LogicalSession session;

  Refusals(LogicalSession session) {
    this.session = session;
  }

  /** Throws if anything that cannot be rebuilt went with the session. */
  void ifLost(PhysicalSession dead, PhysicalSession fresh, @Nullable SQLException error)
      throws SQLException {
    var loss = dead.loss();
    if (loss.ofTransaction()) {
      throw transactionLost(dead, fresh, error);
    }
    if (loss.bound()) {
      throw counted(lost(loss, error));
    }
  }

  /**
   * Keeps the refusal for the next call, where this one can be answered. What could not be rebuilt
   * by name is refused by name.
   */
  void later(Loss loss, @Nullable SQLException error) {
    if (!loss.things().isEmpty()) {
      session.reportLater(lost(loss, error));
    }
  }

  void laterAfterOpaque(@Nullable SQLException error) {
    session.reportLater(
        new ReplayRefusedException(
            "The session was replaced after a statement whose effects on the session are unknown. It ran once, and its result was"
                + " given; what it left in the session is lost.",
            error));
  }

  ReplayRefusedException refused(String why, @Nullable SQLException error) {
    return counted(replaced(why, error));
  }

  void later(String why, @Nullable SQLException error) {
    session.reportLater(replaced(why, error));
  }

  private static ReplayRefusedException replaced(String why, @Nullable SQLException error) {
    return new ReplayRefusedException("The session expired and was replaced; " + why + ".", error);
  }

  OutcomeUnknownException unknown(Outcome.Unknown unknown, @Nullable SQLException error) {
    return counted(outcomeUnknown(unknown, error));
  }

  /** The statement did run, so that running it again would be the one thing not to do. */
  OutcomeUnknownException resultUnreadable(Outcome.Ran ran, SQLException error) {
    return counted(
        new OutcomeUnknownException(
            "The session expired while the statement was under way. It DID run, as query "
                + ran.queryId()
                + ", but its result could not be read. Do not run it again.",
            error));
  }

  /** A statement that has run in a session that was not the application's. */
  ReplayDivergedException ran(
      @Nullable String queryId, String lacking, @Nullable SQLException error) {
    return ran("the statement", queryId, lacking, error);
  }

  ReplayDivergedException ran(
      String what, @Nullable String queryId, String lacking, @Nullable SQLException error) {
    return counted(
        new ReplayDivergedException(
            "The physical driver logged in again by itself during "
                + what
                + ", which DID run"
                + (queryId == null ? "" : ", as query " + queryId)
                + ", in a session that lacked "
                + lacking
                + ". It cannot be taken back and was not run again: look at what it did.",
            error));
  }

  ReplayDivergedException ranTwice(
      String before, @Nullable String after, @Nullable SQLException error) {
    return counted(
        new ReplayDivergedException(
            "The physical driver logged in again by itself and sent the statement again, though it had run: it ran TWICE, as query "
                + before
                + " and as query "
                + after
                + ". Undo one of them.",
            error));
  }

  OutcomeUnknownException perhapsTwice(
      @Nullable String queryId, Outcome.Unknown unknown, @Nullable SQLException error) {
    return counted(
        new OutcomeUnknownException(
            "The physical driver logged in again by itself and sent the statement again. It DID run, as query "
                + queryId
                + "; whether it had run before, too, cannot be told: "
                + unknown.why()
                + ". Do not run it again.",
            error));
  }

  /** Frees the lost transaction's locks too, which would block the same work done again [D]. */
  TransactionLostException transactionLost(
      PhysicalSession dead, PhysicalSession fresh, @Nullable SQLException error) {
    return counted(lostTransaction(dead, fresh, error));
  }

  /** As {@link #transactionLost}, for the next call. */
  void transactionLostLater(
      PhysicalSession dead, PhysicalSession fresh, @Nullable SQLException error) {
    session.reportLater(lostTransaction(dead, fresh, error));
  }

  private TransactionLostException lostTransaction(
      PhysicalSession dead, PhysicalSession fresh, @Nullable SQLException error) {
    Ghosts.abort(fresh.connection(), dead.id());
    var loss = dead.loss();
    // The cause says what else is gone, and so does the next call: whoever starts the transaction
    // again on 40001 alone must not do so in a session that lacks it.
    if (loss.transaction() == Loss.Transaction.UNKNOWN) {
      return unknownTransaction(
          new Outcome.Unknown(
              loss.why() != null
                  ? loss.why()
                  : "a statement in the transaction may have committed what came before it"),
          loss,
          error);
    }
    later(loss, error);
    return new TransactionLostException(
        "The session expired with a transaction open, which is gone. Start the transaction again from its"
            + " first statement.",
        loss.bound() || loss.why() != null ? lost(loss, error) : error);
  }

  TransactionLostException transactionUnknown(
      Outcome.Unknown unknown, Loss loss, @Nullable SQLException error) {
    return counted(unknownTransaction(unknown, loss, error));
  }

  /**
   * A procedure or a script that ran, or may have run, in a transaction of a session that is gone.
   */
  TransactionLostException scriptLost(Outcome outcome, Loss loss, @Nullable SQLException error) {
    return transactionUnknown(
        outcome instanceof Outcome.Unknown unknown
            ? unknown
            : new Outcome.Unknown(
                "it ran, or some of it, and what it did in the transaction is gone with that; what it may have"
                    + " committed by itself is there"),
        loss,
        outcome instanceof Outcome.Failed failed ? failed.error() : error);
  }

  private TransactionLostException unknownTransaction(
      Outcome.Unknown unknown, Loss loss, @Nullable SQLException error) {
    later(loss, error);
    return new TransactionLostException(
        "The session expired with a transaction open or being ended, and whether its work was committed cannot"
            + " be told. Look before you start it again.",
        outcomeUnknown(unknown, error));
  }

  static SQLException cancelled(@Nullable SQLException error) {
    return new SQLException(
        "The statement was cancelled while its session was being replaced.", "57014", 604, error);
  }

  private static OutcomeUnknownException outcomeUnknown(
      Outcome.Unknown unknown, @Nullable SQLException error) {
    return new OutcomeUnknownException(
        "The session expired while the statement was under way, and whether it ran cannot be told: "
            + unknown.why()
            + ". It was not run again.",
        error);
  }

  private static SQLException lost(Loss loss, @Nullable SQLException error) {
    var message =
        "The session expired and was replaced, but "
            + (loss.bound()
                ? "it held what cannot be rebuilt: " + loss.describe()
                : "its transaction cannot be run again: " + loss.why())
            + ". Set these up anew and start from there.";
    return loss.diverged()
        ? new ReplayDivergedException(message, error)
        : new ReplayRefusedException(message, error);
  }

  private <X extends SQLException> X counted(X refusal) {
    LOG.debug("refused: {}", refusal.getClass().getSimpleName());
    return session.events().refused(refusal);
  }
}
