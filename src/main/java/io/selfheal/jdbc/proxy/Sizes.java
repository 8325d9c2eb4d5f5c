package io.selfheal.jdbc.proxy;

import java.math.BigDecimal;
import java.util.Calendar;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** What bound values take in memory, roughly: enough to hold a bound. Stateless. */
final class Sizes {

  private static final int OBJECT = 24;
  private static final int TEXT = 40;
  private static final int ARRAY = 16;
  private static final int CALENDAR = 500;
  private static final int UNKNOWN = 64;

  private Sizes() {}

  /** A value without the reference to it; texts of Latin letters, others take twice as much. */
  static long of(@Nullable Object value) {
    if (value == null || value instanceof Enum<?> || value instanceof Boolean) {
      return 0;
    }
    if (value instanceof CharSequence text) {
      return TEXT + (long) text.length();
    }
    if (value instanceof byte[] bytes) {
      return ARRAY + (long) bytes.length;
    }
    if (value instanceof BigDecimal decimal) {
      // Up to 18 digits are held in the object itself.
      int digits = decimal.precision();
      return digits <= 18 ? UNKNOWN : UNKNOWN + UNKNOWN + digits / 2;
    }
    if (value instanceof Number || value instanceof Character || value instanceof Date) {
      return OBJECT;
    }
    return value instanceof Calendar ? CALENDAR : UNKNOWN;
  }
}
