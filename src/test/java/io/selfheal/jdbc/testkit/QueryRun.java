package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Answer;
import io.selfheal.jdbc.testkit.SqlEngine.Query;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.StatementRecord.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One statement on its way through the engine. It goes on to its end whatever becomes of its
 * session and its client. Thread-safe.
 */
final class QueryRun implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(QueryRun.class);

  private final WireSession session;
  private final Query query;
  private final Arrival arrival;
  private final Fault fault;
  private final StatementLog log;
  private final CompletableFuture<Void> begun = new CompletableFuture<>(); // thread-safe itself
  private final CompletableFuture<Void> canceled = new CompletableFuture<>(); // thread-safe itself
  private final CompletableFuture<Answer> result = new CompletableFuture<>(); // thread-safe itself

  /** The query is taken as it is, but for its hook, which becomes this run's. */
  QueryRun(WireSession session, Query query, Arrival arrival, StatementLog log) {
    this.session = session;
    this.query =
        new Query(
            query.queryId(),
            query.sql(),
            query.binds(),
            query.describeOnly(),
            query.clientGenerated(),
            query.parameters(),
            this::whileRunning);
    this.arrival = arrival;
    this.fault = arrival.take();
    this.log = log;
  }

  String queryId() {
    return query.queryId();
  }

  String sql() {
    return query.sql();
  }

  /** What strikes the answer to the request that started this run; null where nothing does. */
  Fault fault() {
    return fault;
  }

  WireSession session() {
    return session;
  }

  @Override
  public void run() {
    try {
      var answer = session.engine().execute(query);
      if (answer.transfer() != null && answer.transfer().upload()) {
        session.noteUpload(query.sql(), answer.transfer().directory());
      }
      note(query.describeOnly() ? Outcome.DESCRIBED : Outcome.RAN, 0);
      result.complete(answer);
    } catch (SqlFailure e) {
      note(Outcome.FAILED, e.code);
      result.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      LOG.warn("The engine failed on {}", query.sql(), e);
      note(Outcome.FAILED, WireAnswers.INTERNAL_ERROR);
      result.completeExceptionally(
          new SqlFailure(
              WireAnswers.INTERNAL_ERROR, "XX000", "SQL execution internal error: " + e));
    }
  }

  private void whileRunning() throws SqlFailure {
    begun.complete(null);
    if (fault instanceof Fault.Slow slow) {
      stay(slow.hold());
    } else if (fault instanceof Fault.Expire expire && expire.hold() != null) {
      stay(expire.hold());
    } else if (fault instanceof Fault.Fail fail) {
      throw new SqlFailure(fail.code(), fail.sqlState(), fail.message());
    }
  }

  private void stay(Hold hold) throws SqlFailure {
    try {
      if (hold.enter(canceled)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the emulator is being closed
    }
    throw new SqlFailure(WireAnswers.CANCELED, "57014", "SQL execution canceled");
  }

  /**
   * Waits until the engine shows the statement as RUNNING, or it has ended, but not for ever: a
   * statement may have to queue behind one that is held.
   */
  void awaitBegun() {
    CompletableFuture.anyOf(begun, result)
        .completeOnTimeout(null, 5, TimeUnit.SECONDS)
        .exceptionally(failed -> null)
        .join();
  }

  boolean awaitEnd(Duration timeout) {
    try {
      result.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  boolean hasEnded() {
    return result.isDone();
  }

  /** The answer for a session that asks: its own names are in it. Only for a run that has ended. */
  Reply.Json reply(WireSession asking) {
    try {
      return WireAnswers.answer(result.join(), asking.engine());
    } catch (CompletionException e) {
      return WireAnswers.failure(query.queryId(), (SqlFailure) e.getCause());
    }
  }

  void cancel() {
    canceled.complete(null);
    session.engine().cancel(query.queryId());
  }

  private void note(Outcome outcome, int code) {
    log.add(
        new StatementRecord(
            arrival.ordinal(), session.id(), query.queryId(), query.sql(), outcome, code));
  }
}
