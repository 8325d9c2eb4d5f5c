package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.Column;
import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.sql.Types;
import java.util.Locale;

/** A Snowflake data type with its H2 counterpart. Immutable. */
record SqlType(Kind kind, int precision, int scale) {
  enum Kind {
    FIXED,
    REAL,
    TEXT,
    BOOLEAN,
    DATE,
    TIME,
    TIMESTAMP_NTZ,
    TIMESTAMP_LTZ,
    TIMESTAMP_TZ,
    BINARY,
    VARIANT,
    OBJECT,
    ARRAY
  }

  static final int MAX_TEXT = 16_777_216;
  static final SqlType INTEGER = new SqlType(Kind.FIXED, 38, 0);
  static final SqlType TEXT = new SqlType(Kind.TEXT, MAX_TEXT, 0);
  static final SqlType BOOLEAN = new SqlType(Kind.BOOLEAN, 0, 0);
  static final SqlType LTZ = new SqlType(Kind.TIMESTAMP_LTZ, 0, 9);
  static final SqlType NTZ = new SqlType(Kind.TIMESTAMP_NTZ, 0, 9);
  static final SqlType DATE = new SqlType(Kind.DATE, 0, 0);
  static final SqlType BINARY = new SqlType(Kind.BINARY, 8_388_608, 0);
  static final SqlType REAL = new SqlType(Kind.REAL, 0, 0);

  /** Reads a type as written in a column definition or a cast. */
  static SqlType parse(SqlCursor in) throws SqlFailure {
    var word = in.identifier();
    if (word.equals("DOUBLE")) {
      in.accept("PRECISION");
    } else if (word.equals("CHAR") || word.equals("NCHAR") || word.equals("CHARACTER")) {
      in.accept("VARYING");
    } else if (word.equals("TIMESTAMP")) {
      if (in.accept("WITHOUT", "TIME", "ZONE")) {
        word = "TIMESTAMP_NTZ";
      } else if (in.accept("WITH", "LOCAL", "TIME", "ZONE")) {
        word = "TIMESTAMP_LTZ";
      } else if (in.accept("WITH", "TIME", "ZONE")) {
        word = "TIMESTAMP_TZ";
      }
    }
    int first = -1;
    int second = 0;
    if (in.accept("(")) {
      first = number(in);
      if (in.accept(",")) {
        second = number(in);
      }
      in.expect(")");
    }
    return of(word, first, second);
  }

  private static int number(SqlCursor in) throws SqlFailure {
    try {
      return Integer.parseInt(in.next().value());
    } catch (NumberFormatException e) {
      throw SqlErrors.unexpected(in.peek(-1));
    }
  }

  private static SqlType of(String word, int first, int second) throws SqlFailure {
    return switch (word) {
      case "NUMBER", "DECIMAL", "DEC", "NUMERIC" ->
          new SqlType(Kind.FIXED, first < 0 ? 38 : first, second);
      case "INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT" -> INTEGER;
      case "FLOAT", "FLOAT4", "FLOAT8", "DOUBLE", "REAL" -> REAL;
      case "VARCHAR", "STRING", "TEXT", "NVARCHAR", "NVARCHAR2" ->
          new SqlType(Kind.TEXT, first < 0 ? MAX_TEXT : first, 0);
      case "CHAR", "CHARACTER", "NCHAR" -> new SqlType(Kind.TEXT, first < 0 ? 1 : first, 0);
      case "BOOLEAN" -> BOOLEAN;
      case "DATE" -> DATE;
      case "TIME" -> new SqlType(Kind.TIME, 0, first < 0 ? 9 : first);
      case "TIMESTAMP", "TIMESTAMP_NTZ", "TIMESTAMPNTZ", "DATETIME" ->
          new SqlType(Kind.TIMESTAMP_NTZ, 0, first < 0 ? 9 : first);
      case "TIMESTAMP_LTZ", "TIMESTAMPLTZ" ->
          new SqlType(Kind.TIMESTAMP_LTZ, 0, first < 0 ? 9 : first);
      case "TIMESTAMP_TZ", "TIMESTAMPTZ" ->
          new SqlType(Kind.TIMESTAMP_TZ, 0, first < 0 ? 9 : first);
      case "BINARY", "VARBINARY" -> new SqlType(Kind.BINARY, first < 0 ? 8_388_608 : first, 0);
      case "VARIANT" -> new SqlType(Kind.VARIANT, 0, 0);
      case "OBJECT" -> new SqlType(Kind.OBJECT, 0, 0);
      case "ARRAY" -> new SqlType(Kind.ARRAY, 0, 0);
      default -> throw SqlErrors.unsupported("data type " + word);
    };
  }

  /**
   * The type of an H2 expression; a time zone in an expression is taken for Snowflake's local one,
   * as CURRENT_TIMESTAMP has it.
   */
  static SqlType ofJdbc(int jdbcType, int precision, int scale) {
    return switch (jdbcType) {
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> INTEGER;
      case Types.NUMERIC, Types.DECIMAL ->
          new SqlType(Kind.FIXED, Math.min(precision, 38), Math.min(scale, 37));
      case Types.REAL, Types.FLOAT, Types.DOUBLE -> REAL;
      case Types.BOOLEAN, Types.BIT -> BOOLEAN;
      case Types.DATE -> DATE;
      case Types.TIME -> new SqlType(Kind.TIME, 0, scale);
      case Types.TIMESTAMP -> new SqlType(Kind.TIMESTAMP_NTZ, 0, scale);
      case Types.TIMESTAMP_WITH_TIMEZONE -> new SqlType(Kind.TIMESTAMP_LTZ, 0, scale);
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
          new SqlType(Kind.BINARY, Math.min(precision, 8_388_608), 0);
      default ->
          new SqlType(Kind.TEXT, precision <= 0 || precision > MAX_TEXT ? MAX_TEXT : precision, 0);
    };
  }

  static SqlType ofColumn(Column column) {
    var kind = Kind.valueOf(column.type().toUpperCase(Locale.ROOT));
    return switch (kind) {
      case FIXED -> new SqlType(kind, column.precision(), column.scale());
      case TEXT, BINARY -> new SqlType(kind, Math.max(column.length(), 1), 0);
      default -> new SqlType(kind, 0, column.scale());
    };
  }

  String h2() {
    return switch (kind) {
      case FIXED -> "NUMERIC(" + precision + ", " + scale + ")";
      case REAL -> "DOUBLE PRECISION";
      case TEXT -> "VARCHAR(" + precision + ")";
      case BOOLEAN -> "BOOLEAN";
      case DATE -> "DATE";
      case TIME -> "TIME(" + scale + ")";
      case TIMESTAMP_NTZ -> "TIMESTAMP(" + scale + ")";
      case TIMESTAMP_LTZ, TIMESTAMP_TZ -> "TIMESTAMP(" + scale + ") WITH TIME ZONE";
      case BINARY -> "VARBINARY(" + precision + ")";
      case VARIANT, OBJECT, ARRAY -> "VARCHAR";
    };
  }

  /** The type without its length, as signatures show it. */
  String word() {
    return sql().replaceFirst("\\(.*", "");
  }

  /** As SHOW and DESCRIBE print it. */
  String sql() {
    return switch (kind) {
      case FIXED -> "NUMBER(" + precision + "," + scale + ")";
      case REAL -> "FLOAT";
      case TEXT -> "VARCHAR(" + precision + ")";
      case BINARY -> "BINARY(" + precision + ")";
      case TIME, TIMESTAMP_NTZ, TIMESTAMP_LTZ, TIMESTAMP_TZ -> kind + "(" + scale + ")";
      default -> kind.name();
    };
  }

  /** As {@code show columns} prints it, for the physical driver's getColumns. [S] */
  String json(boolean nullable, boolean fixed) {
    var text = new StringBuilder("{\"type\":\"").append(kind).append('"');
    switch (kind) {
      case FIXED ->
          text.append(",\"precision\":").append(precision).append(",\"scale\":").append(scale);
      case TEXT ->
          text.append(",\"length\":")
              .append(precision)
              .append(",\"byteLength\":")
              .append(Math.min(MAX_TEXT, precision * 4L));
      case BINARY ->
          text.append(",\"length\":")
              .append(precision)
              .append(",\"byteLength\":")
              .append(precision);
      case TIME, TIMESTAMP_NTZ, TIMESTAMP_LTZ, TIMESTAMP_TZ ->
          text.append(",\"precision\":0,\"scale\":").append(scale);
      default -> {}
    }
    return text.append(",\"nullable\":")
        .append(nullable)
        .append(",\"fixed\":")
        .append(fixed)
        .append('}')
        .toString();
  }

  Column column(String name, boolean nullable) {
    return column(name, nullable, "", "", "");
  }

  Column column(String name, boolean nullable, String table, String schema, String database) {
    int length = kind == Kind.TEXT || kind == Kind.BINARY ? precision : 0;
    int bytes = kind == Kind.TEXT ? (int) Math.min(MAX_TEXT, precision * 4L) : length;
    int digits = kind == Kind.FIXED ? precision : 0;
    return new Column(
        name,
        kind.name().toLowerCase(Locale.ROOT),
        nullable,
        digits,
        scale,
        length,
        bytes,
        table,
        schema,
        database);
  }
}
