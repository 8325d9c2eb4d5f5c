package io.selfheal.jdbc.replay;

import java.util.List;

/**
 * How far a batch came that the physical driver sends row by row, going on after an error [R].
 *
 * @param answered the ids of the queries that were answered, in their order
 * @param count what the rows that ran came to together; -1 where that is not told
 * @param ran how many rows ran
 * @param failedAlone whether all rows but one are known to have run
 * @param doubt which rows are in doubt, should the session be dead
 * @param mayHideEnd whether the session's end may be behind the error, which is the first one only
 */
public record Progress(
    List<String> answered,
    long count,
    int ran,
    boolean failedAlone,
    Doubt doubt,
    boolean mayHideEnd) {

  private static final int FEW = 64;

  /** Which rows may have run although they failed. */
  public enum Doubt {
    /** One, and it is certain which. */
    ONE_ROW,
    /** One of several: all but one of them met the session dead or failed by themselves. */
    ONE_OF_SEVERAL,
    /** The physical driver does not tell which rows ran. */
    ANY
  }

  public Progress {
    answered = List.copyOf(answered);
  }

  /** Not so many of them that they would drive out what else is known of the session. */
  List<String> lastAnswered() {
    return answered.subList(Math.max(0, answered.size() - FEW), answered.size());
  }

  /** Not the ids. */
  @Override
  public String toString() {
    return "Progress";
  }
}
