package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.proxy.Parameters.Setter;
import org.jspecify.annotations.Nullable;

/** A column in which rows were bound by different setters: everything is kept by row. */
final class GeneralColumn implements ColumnLike {

  private final Pieces<Object[]> setters = Pieces.ofReferences();
  private final Pieces<long[]> bits = Pieces.ofLongs();
  private final Pieces<Object[]> values = Pieces.ofReferences();
  private final Pieces<Object[]> extras = Pieces.ofReferences();
  private long contents;

  /** With what another form held, up to a row. */
  static GeneralColumn of(ColumnLike other, int rows, int index) {
    var general = new GeneralColumn();
    var scratch = new Parameters();
    for (int row = 0; row < rows; row++) {
      other.load(row, scratch, index);
      general.add(row, scratch, index);
    }
    return general;
  }

  @Override
  public boolean add(int row, Parameters from, int index) {
    int at = Pieces.offset(row);
    var value = from.value(index);
    var extra = from.extra(index);
    // A null element is what an absent value is, so there is no room for the setter then.
    set(setters, row, from.setter(index));
    set(values, row, value);
    set(extras, row, extra);
    bits.room(row)[at] = from.bits(index);
    contents += Sizes.of(value) + Sizes.of(extra);
    return true;
  }

  private static void set(Pieces<Object[]> pieces, int row, @Nullable Object value) {
    if (value != null) {
      pieces.room(row)[Pieces.offset(row)] = value;
    }
  }

  private static @Nullable Object get(Pieces<Object[]> pieces, int row) {
    return pieces.has(row) ? pieces.get(row)[Pieces.offset(row)] : null;
  }

  @Override
  public void load(int row, Parameters into, int index) {
    into.load(
        index,
        (Setter) get(setters, row),
        bits.get(row)[Pieces.offset(row)],
        get(values, row),
        get(extras, row));
  }

  @Override
  public long bytes() {
    return setters.bytes() + bits.bytes() + values.bytes() + extras.bytes() + contents;
  }
}
