package io.selfheal.jdbc.replay;

import java.sql.SQLException;

/** What became of a statement whose answer was a dead session. */
public sealed interface Outcome {

  /** It did not run and will not: it may be repeated. */
  record NeverRan() implements Outcome {}

  /**
   * It ran to its end.
   *
   * @param rows the rows it inserted, updated and deleted, by the history
   * @param transaction the transaction it ran in; 0 where none is known
   */
  record Ran(String queryId, long rows, long transaction) implements Outcome {}

  /** It ran and failed with an error of its own, which the caller gets. */
  record Failed(SQLException error) implements Outcome {}

  /** Nobody can tell. */
  record Unknown(String why) implements Outcome {}
}
