package io.selfheal.jdbc.journal;

import org.jspecify.annotations.Nullable;

/**
 * The values bound to a text, as far as they matter to the session: names given as IDENTIFIER(?).
 */
public interface Binds {

  /** A text without placeholders. */
  Binds NONE =
      new Binds() {
        @Override
        public boolean isKept() {
          return true;
        }

        @Override
        public boolean any() {
          return false;
        }

        @Override
        public @Nullable String text(int index) {
          return null;
        }
      };

  /** Whether its owner keeps it from one call to the next; all others may be millions of rows. */
  default boolean isKept() {
    return false;
  }

  /** Whether any value is bound. */
  boolean any();

  /** The text bound to a placeholder, counted from 1; null when it is no text or not bound. */
  @Nullable String text(int index);
}
