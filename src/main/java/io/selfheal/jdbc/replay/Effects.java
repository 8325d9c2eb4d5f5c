package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.session.Call;
import io.selfheal.jdbc.sql.Detail.FileVerb;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;

/** What a statement can have done, as far as repeating it goes. */
final class Effects {

  private Effects() {}

  /** Whether the statement can have had an effect that outlives its session. */
  static boolean mayHaveRun(Call call) {
    var shape = call.shape();
    return switch (shape.kind()) {
      case QUERY, USE, SESSION, TEMP_DDL, TRANSACTION -> false;
      // In a transaction that died nothing lasts.
      case WRITE -> !call.manualCommit();
      case DDL, OPAQUE -> true;
      case FILE -> {
        var transfer = shape.transfer();
        // The same file put, got or removed twice is there, or gone, once.
        yield transfer == null
            || transfer.verb() == FileVerb.UNLOAD
            || transfer.verb() == FileVerb.COPY_FILES;
      }
    };
  }

  static boolean opensTransaction(Call call) {
    return call.manualCommit()
        && (call.shape().kind() == Kind.WRITE || call.shape().has(Trait.LOCKS_ROWS));
  }

  /**
   * LAST_QUERY_ID() and the like mean what the application has run, which the fresh session knows
   * nothing of. A mere CURRENT_SESSION() is answered truly by it.
   */
  static boolean asksForOwnPast(Shape shape) {
    return shape.historyDependent()
        && (shape.mentions("LAST_QUERY_ID") || shape.mentions("QUERY_HISTORY_BY_SESSION"));
  }
}
