package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.proxy.Parameters.Setter;
import java.util.BitSet;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/**
 * The values of one parameter in the rows of a batch, bound by one setter: so only what differs is
 * kept by row. Rows without a value, with SQL NULL or with a null are marked apart. Takes only what
 * fits; {@link GeneralColumn} takes everything. Not thread-safe.
 */
final class Column implements ColumnLike {

  private @Nullable Setter setter;
  private @Nullable Values values;

  /** What is the same in all rows: a type or scale, a calendar. */
  private long bits;

  private @Nullable Object extra;

  /** Rows in which the parameter was not bound at all. */
  private @Nullable BitSet absent;

  /** Rows with {@code setNull} of {@link #nullType}. */
  private @Nullable BitSet sqlNulls;

  private long nullType;

  /** Rows in which the setter was given null, where {@link #values} has no place for it. */
  private @Nullable BitSet nulls;

  /** That begins with a row; nothing was bound in those before. */
  Column(int first) {
    if (first > 0) {
      absent = new BitSet();
      absent.set(0, first);
    }
  }

  @Override
  public boolean add(int row, Parameters from, int index) {
    var its = from.setter(index);
    if (its == null) {
      absent = mark(absent, row);
      return true;
    }
    if (its == Parameters.NULL) {
      return addSqlNull(row, from.bits(index));
    }
    if (setter == null) {
      begin(its, from, index);
    }
    if (its != setter || values == null || !isSame(from, index)) {
      return false;
    }
    var value = from.value(index);
    if (value == null && !values.takesNull()) {
      nulls = mark(nulls, row);
      return true;
    }
    if (!values.put(row, from.bits(index), value)) {
      values = references(values, row);
      values.put(row, 0, value);
    }
    return true;
  }

  private Values references(Values compact, int rows) {
    var references = Values.references();
    for (int row = 0; row < rows; row++) {
      if (!isMarked(absent, row) && !isMarked(sqlNulls, row) && !isMarked(nulls, row)) {
        references.put(row, 0, compact.value(row));
      }
    }
    return references;
  }

  private boolean addSqlNull(int row, long type) {
    if (sqlNulls == null) {
      nullType = type;
    } else if (nullType != type) {
      return false;
    }
    sqlNulls = mark(sqlNulls, row);
    return true;
  }

  private void begin(Setter its, Parameters from, int index) {
    setter = its;
    values = Values.of(its);
    bits = from.bits(index);
    extra = from.extra(index);
  }

  private boolean isSame(Parameters from, int index) {
    return (values == null || values.hasBits() || from.bits(index) == bits)
        && isSame(from.extra(index), extra);
  }

  /** Calendars are copied at each binding, though it is mostly the same one. */
  private static boolean isSame(@Nullable Object one, @Nullable Object other) {
    return one == other
        || one instanceof Calendar
            && other != null
            && one.getClass() == other.getClass()
            && one.equals(other)
        || one instanceof String && one.equals(other);
  }

  @Override
  public void load(int row, Parameters into, int index) {
    if (isMarked(sqlNulls, row)) {
      into.load(index, Parameters.NULL, nullType, null, null);
    } else if (isMarked(absent, row) || setter == null || values == null) {
      into.load(index, null, 0, null, null);
    } else if (isMarked(nulls, row)) {
      into.load(index, setter, bits, null, extra);
    } else {
      into.load(
          index, setter, values.hasBits() ? values.bits(row) : bits, values.value(row), extra);
    }
  }

  @Override
  public long bytes() {
    return (values == null ? 0 : values.bytes())
        + Sizes.of(extra)
        + bytes(absent)
        + bytes(sqlNulls)
        + bytes(nulls);
  }

  private static BitSet mark(@Nullable BitSet marks, int row) {
    var set = marks == null ? new BitSet() : marks;
    set.set(row);
    return set;
  }

  private static boolean isMarked(@Nullable BitSet marks, int row) {
    return marks != null && marks.get(row);
  }

  private static long bytes(@Nullable BitSet marks) {
    return marks == null ? 0 : marks.size() / Byte.SIZE;
  }
}
