package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.proxy.Parameters.Setter;
import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one setter was given, row by row, as small as its type allows. Not thread-safe. */
abstract sealed class Values {

  private static final Set<Setter> INTS =
      Set.of(
          Parameters.BOOLEAN, Parameters.BYTE, Parameters.SHORT, Parameters.INT, Parameters.FLOAT);

  private static final Set<Setter> LONGS = Set.of(Parameters.LONG, Parameters.DOUBLE);

  static Values of(Setter setter) {
    if (INTS.contains(setter)) {
      return new Ints();
    }
    if (LONGS.contains(setter)) {
      return new Longs();
    }
    if (setter == Parameters.BIG_DECIMAL) {
      return new Decimals();
    }
    if (setter == Parameters.DATE || setter == Parameters.DATE_CALENDAR) {
      return new Instants(Date.class);
    }
    if (setter == Parameters.TIME || setter == Parameters.TIME_CALENDAR) {
      return new Instants(Time.class);
    }
    return setter == Parameters.TIMESTAMP || setter == Parameters.TIMESTAMP_CALENDAR
        ? new Timestamps()
        : new References();
  }

  /** For values that do not fit elsewhere. */
  static Values references() {
    return new References();
  }

  /** Whether the bits are the value, so that they differ from row to row. */
  boolean hasBits() {
    return false;
  }

  boolean takesNull() {
    return true;
  }

  /** Adds a value, if it fits. */
  abstract boolean put(int row, long bits, @Nullable Object value);

  long bits(int row) {
    return 0;
  }

  @Nullable Object value(int row) {
    return null;
  }

  abstract long bytes();

  private static final class Ints extends Values {

    private final Pieces<int[]> ints = Pieces.ofInts();

    @Override
    boolean hasBits() {
      return true;
    }

    @Override
    boolean put(int row, long bits, @Nullable Object value) {
      ints.room(row)[Pieces.offset(row)] = (int) bits;
      return true;
    }

    @Override
    long bits(int row) {
      return ints.get(row)[Pieces.offset(row)];
    }

    @Override
    long bytes() {
      return ints.bytes();
    }
  }

  private static final class Longs extends Values {

    private final Pieces<long[]> longs = Pieces.ofLongs();

    @Override
    boolean hasBits() {
      return true;
    }

    @Override
    boolean put(int row, long bits, @Nullable Object value) {
      longs.room(row)[Pieces.offset(row)] = bits;
      return true;
    }

    @Override
    long bits(int row) {
      return longs.get(row)[Pieces.offset(row)];
    }

    @Override
    long bytes() {
      return longs.bytes();
    }
  }

  /** Dates and times of JDBC's own classes; of others only the object itself knows what it is. */
  private static final class Instants extends Values {

    private final Class<? extends java.util.Date> type;
    private final Pieces<long[]> millis = Pieces.ofLongs();

    Instants(Class<? extends java.util.Date> type) {
      this.type = type;
    }

    @Override
    boolean takesNull() {
      return false;
    }

    @Override
    boolean put(int row, long bits, @Nullable Object value) {
      if (!(value instanceof java.util.Date date) || date.getClass() != type) {
        return false;
      }
      millis.room(row)[Pieces.offset(row)] = date.getTime();
      return true;
    }

    @Override
    Object value(int row) {
      long time = millis.get(row)[Pieces.offset(row)];
      return type == Date.class ? new Date(time) : new Time(time);
    }

    @Override
    long bytes() {
      return millis.bytes();
    }
  }

  private static final class Timestamps extends Values {

    private final Pieces<long[]> millis = Pieces.ofLongs();
    private final Pieces<int[]> nanos = Pieces.ofInts();

    @Override
    boolean takesNull() {
      return false;
    }

    @Override
    boolean put(int row, long bits, @Nullable Object value) {
      if (!(value instanceof Timestamp stamp) || stamp.getClass() != Timestamp.class) {
        return false;
      }
      millis.room(row)[Pieces.offset(row)] = stamp.getTime();
      nanos.room(row)[Pieces.offset(row)] = stamp.getNanos();
      return true;
    }

    @Override
    Object value(int row) {
      var stamp = new Timestamp(millis.get(row)[Pieces.offset(row)]);
      stamp.setNanos(nanos.get(row)[Pieces.offset(row)]);
      return stamp;
    }

    @Override
    long bytes() {
      return millis.bytes() + nanos.bytes();
    }
  }

  /** Numbers of up to 18 digits. */
  private static final class Decimals extends Values {

    private static final int DIGITS = 18;

    private final Pieces<long[]> unscaled = Pieces.ofLongs();
    private int scale;

    /** Made when a row has another scale than the first one. */
    private @Nullable Pieces<int[]> scales;

    @Override
    boolean takesNull() {
      return false;
    }

    @Override
    boolean put(int row, long bits, @Nullable Object value) {
      if (!(value instanceof BigDecimal number)
          || number.getClass() != BigDecimal.class
          || number.precision() > DIGITS) {
        return false;
      }
      if (unscaled.bytes() == 0) {
        scale = number.scale();
      }
      unscaled.room(row)[Pieces.offset(row)] = number.unscaledValue().longValue();
      putScale(row, number.scale());
      return true;
    }

    private void putScale(int row, int its) {
      if (scales == null && its != scale) {
        scales = Pieces.ofInts();
        for (int earlier = 0; earlier < row; earlier++) {
          scales.room(earlier)[Pieces.offset(earlier)] = scale;
        }
      }
      if (scales != null) {
        scales.room(row)[Pieces.offset(row)] = its;
      }
    }

    @Override
    Object value(int row) {
      int at = Pieces.offset(row);
      return BigDecimal.valueOf(
          unscaled.get(row)[at], scales == null ? scale : scales.get(row)[at]);
    }

    @Override
    long bytes() {
      return unscaled.bytes() + (scales == null ? 0 : scales.bytes());
    }
  }

  /** The objects themselves: immutable ones shared with the caller, others copied when bound. */
  private static final class References extends Values {

    private final Pieces<Object[]> references = Pieces.ofReferences();
    private @Nullable Object last;
    private long contents;

    @Override
    boolean put(int row, long bits, @Nullable Object value) {
      if (value != null) {
        references.room(row)[Pieces.offset(row)] = value;
      }
      if (value != last) {
        contents += Sizes.of(value);
        last = value;
      }
      return true;
    }

    @Override
    @Nullable Object value(int row) {
      return references.has(row) ? references.get(row)[Pieces.offset(row)] : null;
    }

    @Override
    long bytes() {
      return references.bytes() + contents;
    }
  }
}
