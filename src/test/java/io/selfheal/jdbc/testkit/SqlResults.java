package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Column;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From H2's results to Snowflake's columns and wire rows. Stateless. */
final class SqlResults {
  private SqlResults() {}

  /**
   * {@code tables} knows the Snowflake types behind H2's. In quotients and averages H2 keeps more
   * digits than Snowflake, which stops at six more than its input has [D].
   */
  static List<Column> columns(
      ResultSetMetaData meta, Map<Long, SqlObject.Table> tables, boolean divides)
      throws SQLException {
    var columns = new ArrayList<Column>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      var h2Table = meta.getTableName(i);
      var table =
          h2Table != null && h2Table.startsWith("T#")
              ? tables.get(Long.parseLong(h2Table.substring(2)))
              : null;
      var column = table == null ? null : table.column(meta.getColumnName(i));
      if (column != null) {
        var key = table.key();
        columns.add(
            column
                .type()
                .column(
                    meta.getColumnLabel(i),
                    column.nullable(),
                    key.name(),
                    key.schema(),
                    key.database()));
        continue;
      }
      var type =
          meta.getColumnTypeName(i).equals("DECFLOAT")
              ? SqlType.REAL
              : SqlType.ofJdbc(
                  meta.getColumnType(i),
                  meta.getPrecision(i),
                  divides && meta.getScale(i) > 9 ? 6 : meta.getScale(i));
      columns.add(
          type.column(
              meta.getColumnLabel(i), meta.isNullable(i) != ResultSetMetaData.columnNoNulls));
    }
    return columns;
  }

  static SqlRows read(ResultSet result, Map<Long, SqlObject.Table> tables, boolean divides)
      throws SQLException {
    var columns = columns(result.getMetaData(), tables, divides);
    var types = columns.stream().map(SqlType::ofColumn).toList();
    var rows = new ArrayList<List<String>>();
    while (result.next()) {
      var row = new ArrayList<String>(types.size());
      for (int i = 0; i < types.size(); i++) {
        row.add(SqlValues.wire(result, i + 1, types.get(i)));
      }
      rows.add(row);
    }
    return new SqlRows(columns, rows);
  }

  /** The answer of most DDL: one row that says what was done. */
  static SqlRows status(String text) {
    return new SqlRows(List.of(SqlType.TEXT.column("status", true)), List.of(List.of(text)));
  }

  static SqlRows counts(Map<String, Long> counts) {
    var columns = new ArrayList<Column>();
    var row = new ArrayList<String>();
    counts.forEach(
        (name, count) -> {
          columns.add(new SqlType(SqlType.Kind.FIXED, 19, 0).column(name, false));
          row.add(Long.toString(count));
        });
    return new SqlRows(columns, List.of(row));
  }
}
