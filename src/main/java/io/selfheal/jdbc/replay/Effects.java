package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.sql.Detail.FileVerb;
import io.selfheal.jdbc.sql.Hint;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Trait;
import java.time.Duration;

/** What a statement can have done, as far as repeating it goes. */
final class Effects {

  /**
   * From when on the result of a read is rather taken over than made again: then the physical
   * driver has begun to poll [R], and it may have cost an hour of warehouse. The system property is
   * for tests.
   */
  static final Duration LONG_READ =
      Duration.ofMillis(Long.getLong("io.selfheal.jdbc.longReadMillis", 45_000));

  private Effects() {}

  /**
   * Whether a read has taken so long that its result is to be looked for. Not where it is part of
   * what a transaction is compared by, nor where it does more than read.
   */
  static boolean isLongRead(Call call) {
    return call.shape().kind() == Kind.QUERY
        && !call.manualCommit()
        && !call.shape().has(Trait.LOCKS_ROWS)
        && !call.shape().has(Hint.CHECKPOINT)
        && call.lasted().compareTo(LONG_READ) >= 0;
  }

  /** Whether the statement can have had an effect that outlives its session. */
  static boolean mayHaveRun(Call call) {
    var shape = call.shape();
    return switch (shape.kind()) {
      case QUERY, USE, SESSION, TEMP_DDL, TRANSACTION -> false;
      // In a transaction that died nothing lasts.
      case WRITE -> !call.manualCommit() || call.perhapsCommitted();
      case DDL, OPAQUE -> true;
      case FILE -> {
        var transfer = shape.transfer();
        // The same file put or got twice is there once; a second REMOVE could meet files that
        // others have put since.
        yield transfer == null
            || (transfer.verb() != FileVerb.PUT && transfer.verb() != FileVerb.GET);
      }
    };
  }

  /** Whether the statement, once it has run, has changed what is there for good. */
  static boolean leavesTraces(Call call) {
    var shape = call.shape();
    return switch (shape.kind()) {
      case QUERY, USE, SESSION, TEMP_DDL, TRANSACTION -> false;
      case WRITE, DDL, OPAQUE -> true;
      case FILE -> shape.transfer() == null || shape.transfer().verb() != FileVerb.GET;
    };
  }

  /**
   * Whether what it did, as far as it can be known at all, is part of a transaction, and goes with
   * that.
   */
  static boolean isScriptInTransaction(Call call) {
    return call.shape().kind() == Kind.OPAQUE && call.manualCommit();
  }

  static boolean opensTransaction(Call call) {
    return call.manualCommit()
        && (call.shape().kind() == Kind.WRITE || call.shape().has(Trait.LOCKS_ROWS));
  }
}
