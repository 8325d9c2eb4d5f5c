package io.selfheal.jdbc.journal;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session variable by its value. Never printed. Immutable.
 *
 * @param set the SET statement that gives it that value; null when the value could not be learnt
 * @param text the value where it is a text, which may stand for a name; null for all others
 */
public record Variable(@Nullable String set, @Nullable String text) {

  static final Variable UNKNOWN = new Variable(null, null);

  /** The expression that is its value, from behind the equals sign; null where there is none. */
  @Nullable String value() {
    if (set == null) {
      return null;
    }
    var value = set.substring(set.indexOf('=') + 1).strip();
    return (value.endsWith(";") ? value.substring(0, value.length() - 1) : value).strip();
  }

  @Override
  public String toString() {
    return "Variable";
  }

  // By hand, because on JDK 17 the generated ones leave the class loader in a cache of the JDK's.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Variable that && Objects.equals(set, that.set);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(set);
  }
}
