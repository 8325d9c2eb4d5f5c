package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A small table of the engine's own: columns, and rows as wire strings. Immutable. */
record SqlRows(List<Column> columns, List<List<String>> rows) {

  /**
   * Columns of text; a name with {@code #} behind is a number, one with {@code @} a time in
   * nanoseconds since 1970.
   */
  static Builder of(String... names) {
    return new Builder(names);
  }

  /** Confined to one thread. */
  static final class Builder {
    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    private Builder(String... names) {
      for (var name : names) {
        var bare =
            name.endsWith("#") || name.endsWith("@") ? name.substring(0, name.length() - 1) : name;
        columns.add(
            (name.endsWith("#") ? SqlType.INTEGER : name.endsWith("@") ? SqlType.LTZ : SqlType.TEXT)
                .column(bare, true));
      }
    }

    /** Cells in order; those missing at the end are empty. */
    Builder row(Object... cells) {
      var row = new String[columns.size()];
      for (int i = 0; i < row.length; i++) {
        var cell = i < cells.length ? cells[i] : "";
        boolean time = columns.get(i).type().equals("timestamp_ltz");
        row[i] =
            cell == null || cell.equals("") && !columns.get(i).type().equals("text")
                ? null
                : time ? SqlValues.instant((Long) cell) : cell.toString();
      }
      rows.add(Arrays.asList(row));
      return this;
    }

    SqlRows done() {
      return new SqlRows(List.copyOf(columns), rows);
    }
  }
}
