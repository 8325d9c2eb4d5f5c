package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.journal.Context;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/**
 * The values bound to a prepared statement, to be bound again on another session. Kept in slots by
 * position, primitives unboxed; mutable arguments are copied, for the caller may go on using them.
 * Never printed. Not thread-safe, like a statement.
 */
final class Parameters implements Binds {

  /**
   * Which setter of the physical statement was called: a constant, so that binding a value makes no
   * object.
   */
  interface Setter {
    void set(PreparedStatement physical, Parameters p, int index) throws SQLException;
  }

  static final Setter BOOLEAN = (ps, p, i) -> ps.setBoolean(i, p.bits[i] != 0);
  static final Setter BYTE = (ps, p, i) -> ps.setByte(i, (byte) p.bits[i]);
  static final Setter SHORT = (ps, p, i) -> ps.setShort(i, (short) p.bits[i]);
  static final Setter INT = (ps, p, i) -> ps.setInt(i, (int) p.bits[i]);
  static final Setter LONG = (ps, p, i) -> ps.setLong(i, p.bits[i]);
  static final Setter FLOAT = (ps, p, i) -> ps.setFloat(i, Float.intBitsToFloat((int) p.bits[i]));
  static final Setter DOUBLE = (ps, p, i) -> ps.setDouble(i, Double.longBitsToDouble(p.bits[i]));
  static final Setter BIG_DECIMAL = (ps, p, i) -> ps.setBigDecimal(i, (BigDecimal) p.values[i]);
  static final Setter STRING = (ps, p, i) -> ps.setString(i, (String) p.values[i]);
  static final Setter NSTRING = (ps, p, i) -> ps.setNString(i, (String) p.values[i]);
  static final Setter URL = (ps, p, i) -> ps.setURL(i, (URL) p.values[i]);
  static final Setter REF = (ps, p, i) -> ps.setRef(i, (Ref) p.values[i]);
  static final Setter BLOB = (ps, p, i) -> ps.setBlob(i, (Blob) p.values[i]);
  static final Setter CLOB = (ps, p, i) -> ps.setClob(i, (Clob) p.values[i]);
  static final Setter NCLOB = (ps, p, i) -> ps.setNClob(i, (NClob) p.values[i]);
  static final Setter ARRAY = (ps, p, i) -> ps.setArray(i, (Array) p.values[i]);
  static final Setter ROW_ID = (ps, p, i) -> ps.setRowId(i, (RowId) p.values[i]);
  static final Setter SQLXML = (ps, p, i) -> ps.setSQLXML(i, (SQLXML) p.values[i]);
  static final Setter BYTES = (ps, p, i) -> ps.setBytes(i, (byte[]) p.values[i]);
  static final Setter DATE = (ps, p, i) -> ps.setDate(i, (Date) p.values[i]);
  static final Setter TIME = (ps, p, i) -> ps.setTime(i, (Time) p.values[i]);
  static final Setter TIMESTAMP = (ps, p, i) -> ps.setTimestamp(i, (Timestamp) p.values[i]);
  static final Setter DATE_CALENDAR =
      (ps, p, i) -> ps.setDate(i, (Date) p.values[i], (Calendar) p.extras[i]);
  static final Setter TIME_CALENDAR =
      (ps, p, i) -> ps.setTime(i, (Time) p.values[i], (Calendar) p.extras[i]);
  static final Setter TIMESTAMP_CALENDAR =
      (ps, p, i) -> ps.setTimestamp(i, (Timestamp) p.values[i], (Calendar) p.extras[i]);
  static final Setter NULL = (ps, p, i) -> ps.setNull(i, (int) p.bits[i]);
  static final Setter NULL_NAMED =
      (ps, p, i) -> ps.setNull(i, (int) p.bits[i], (String) p.extras[i]);
  static final Setter OBJECT = (ps, p, i) -> ps.setObject(i, p.values[i]);
  static final Setter OBJECT_TYPE = (ps, p, i) -> ps.setObject(i, p.values[i], (int) p.bits[i]);
  static final Setter OBJECT_SCALE =
      (ps, p, i) -> ps.setObject(i, p.values[i], (int) p.bits[i], (int) (p.bits[i] >> 32));
  static final Setter OBJECT_SQL_TYPE =
      (ps, p, i) -> ps.setObject(i, p.values[i], (SQLType) p.extras[i]);
  static final Setter OBJECT_SQL_TYPE_SCALE =
      (ps, p, i) -> ps.setObject(i, p.values[i], (SQLType) p.extras[i], (int) p.bits[i]);

  /** Calls a setter that JDBC does not have. */
  @SuppressWarnings("unchecked")
  static final Setter VENDOR =
      (ps, p, i) -> {
        var setter = (Context.Attribute<Statement>) p.values[i];
        if (setter != null) {
          setter.apply(ps);
        }
      };

  static final Setter STREAM =
      (ps, p, i) -> {
        throw new ReplayRefusedException(
            "Parameter "
                + i
                + " was a stream, which is read only once: bind it anew and execute again.",
            null);
      };

  /** A position in the arrays below, in bytes. */
  private static final int SLOT = 20;

  private static final @Nullable Setter[] NO_SETTERS = {};
  private static final long[] NO_BITS = {};
  private static final @Nullable Object[] NO_VALUES = {};

  private @Nullable Setter[] setters = NO_SETTERS;
  private long[] bits = NO_BITS;
  private @Nullable Object[] values = NO_VALUES;
  private @Nullable Object[] extras = NO_VALUES;
  private int last;

  void put(int index, Setter setter, long itsBits, @Nullable Object value, @Nullable Object extra) {
    if (index >= 1) {
      load(index, setter, itsBits, copy(value), copy(extra));
    }
  }

  /** The same for what nobody else has in hand, so it is not copied; no setter means not bound. */
  void load(
      int index,
      @Nullable Setter setter,
      long itsBits,
      @Nullable Object value,
      @Nullable Object extra) {
    if (index >= setters.length) {
      int size = Math.max(8, Integer.highestOneBit(index) * 2);
      setters = Arrays.copyOf(setters, size);
      bits = Arrays.copyOf(bits, size);
      values = Arrays.copyOf(values, size);
      extras = Arrays.copyOf(extras, size);
    }
    setters[index] = setter;
    bits[index] = itsBits;
    values[index] = value;
    extras[index] = extra;
    last = Math.max(last, index);
  }

  /** Takes over another's values, which that one does not change any more. */
  void become(Parameters other) {
    setters = other.setters;
    bits = other.bits;
    values = other.values;
    extras = other.extras;
    last = other.last;
  }

  void clear() {
    Arrays.fill(setters, null);
    Arrays.fill(values, null);
    Arrays.fill(extras, null);
    last = 0;
  }

  void clear(int index) {
    if (index >= 1 && index < setters.length) {
      setters[index] = null;
    }
  }

  int last() {
    return last;
  }

  /** How a position was bound; null if it was not. */
  @Nullable Setter setter(int index) {
    return index < setters.length ? setters[index] : null;
  }

  long bits(int index) {
    return index < bits.length ? bits[index] : 0;
  }

  @Nullable Object value(int index) {
    return index < values.length ? values[index] : null;
  }

  @Nullable Object extra(int index) {
    return index < extras.length ? extras[index] : null;
  }

  /** What they take in memory with the texts and other objects, roughly. */
  long bytes() {
    long bytes = 0;
    for (int i = 1; i <= last; i++) {
      bytes += SLOT + Sizes.of(values[i]) + Sizes.of(extras[i]);
    }
    return bytes;
  }

  /** Whether one of them can be read only once. */
  boolean hasStream() {
    for (int i = 1; i <= last; i++) {
      if (setters[i] == STREAM) {
        return true;
      }
    }
    return false;
  }

  /** As they are now. */
  Parameters snapshot() {
    var copy = new Parameters();
    copy.setters = Arrays.copyOf(setters, last + 1);
    copy.bits = Arrays.copyOf(bits, last + 1);
    copy.values = Arrays.copyOf(values, last + 1);
    copy.extras = Arrays.copyOf(extras, last + 1);
    copy.last = last;
    return copy;
  }

  /** Binds all values on another physical statement. */
  void apply(PreparedStatement physical) throws SQLException {
    for (int i = 1; i <= last; i++) {
      var setter = setters[i];
      if (setter != null) {
        setter.set(physical, this, i);
      }
    }
  }

  @Override
  public boolean isKept() {
    return true;
  }

  @Override
  public boolean any() {
    return last > 0;
  }

  @Override
  public @Nullable String text(int index) {
    return index >= 1 && index <= last && values[index] instanceof String text ? text : null;
  }

  static long pack(int low, int high) {
    return (low & 0xFFFF_FFFFL) | ((long) high << 32);
  }

  private static @Nullable Object copy(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return bytes.clone();
    }
    if (value instanceof java.util.Date date) {
      return date.clone();
    }
    return value instanceof Calendar calendar ? calendar.clone() : value;
  }
}
