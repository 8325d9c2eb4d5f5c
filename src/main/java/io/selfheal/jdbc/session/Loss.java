package io.selfheal.jdbc.session;

import java.util.List;

/**
 * What a dead session held that its successor does not. Immutable.
 *
 * @param transaction whether a transaction was open
 * @param perhapsCommitted whether something on the way may have committed what it did
 * @param things the rest, in words for people
 */
public record Loss(boolean transaction, boolean perhapsCommitted, List<String> things) {

  public static final Loss NOTHING = new Loss(false, false, List.of());

  public Loss {
    things = List.copyOf(things);
  }

  /** True when something other than a transaction was lost. */
  public boolean bound() {
    return !things.isEmpty();
  }

  /** For messages: "temporary object STAGING, session variables". */
  public String describe() {
    return String.join(", ", things);
  }
}
