package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Binds;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a prepared batch, to be bound again on another session. Kept by column, without
 * boxing, as there may be millions. Never printed. Not thread-safe while rows are added.
 */
final class BatchRows implements Binds {

  private @Nullable ColumnLike[] columns = new @Nullable ColumnLike[0];

  /** The highest position in use; positions count from 1. */
  private int last;

  private int size;
  private long bytes;

  /** Adds a row with the values as they are now; changing them later does not matter. */
  void add(Parameters row) {
    for (int i = 1, to = Math.max(last, row.last()); i <= to; i++) {
      var column = column(i);
      if (column == null) {
        if (row.setter(i) != null) {
          put(i, new Column(size), row);
        }
      } else {
        bytes -= column.bytes();
        put(i, column, row);
      }
    }
    size++;
  }

  private void put(int index, ColumnLike column, Parameters row) {
    var fitting = column;
    if (!fitting.add(size, row, index)) {
      fitting = GeneralColumn.of(column, size, index);
      fitting.add(size, row, index);
    }
    if (index >= columns.length) {
      columns = Arrays.copyOf(columns, Math.max(8, Integer.highestOneBit(index) * 2));
    }
    columns[index] = fitting;
    last = Math.max(last, index);
    bytes += fitting.bytes();
  }

  private @Nullable ColumnLike column(int index) {
    return index < columns.length ? columns[index] : null;
  }

  /** Rows, counted from 0. */
  int size() {
    return size;
  }

  /** What they take in memory with the texts and other objects, roughly. */
  long bytes() {
    return bytes;
  }

  /** Binds a row as it was bound, on another physical statement. */
  void apply(int row, PreparedStatement physical) throws SQLException {
    row(row).apply(physical);
  }

  /** Those rows alone that ran. */
  BatchRows ran(long[] counts) {
    var those = new BatchRows();
    for (int row = 0; row < size; row++) {
      if (counts[row] != Statement.EXECUTE_FAILED) {
        those.add(row(row));
      }
    }
    return those;
  }

  @Override
  public boolean any() {
    return last > 0;
  }

  /** Null also where the rows are not of one mind. */
  @Override
  public @Nullable String text(int index) {
    var column = column(index);
    if (column == null) {
      return null;
    }
    var bound = new Parameters();
    column.load(0, bound, index);
    var first = bound.text(index);
    for (int row = 1; row < size && first != null; row++) {
      column.load(row, bound, index);
      if (!Objects.equals(first, bound.text(index))) {
        return null;
      }
    }
    return first;
  }

  /** A row as it was bound. */
  Parameters row(int row) {
    var bound = new Parameters();
    for (int i = 1; i <= last; i++) {
      var column = column(i);
      if (column != null) {
        column.load(row, bound, i);
      }
    }
    return bound;
  }
}
