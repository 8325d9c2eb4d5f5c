package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The three shapes of a value: as bound on the wire, as H2 holds it, as the JSON result format
 * shows it. Stateless.
 */
final class SqlValues {
  private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

  private static final Pattern TIMESTAMP =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2})(?:[T ](\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?))?\\s*(Z|[+-]\\d{2}:?\\d{2})?");

  private SqlValues() {}

  /**
   * A cell of an H2 result as a wire string: dates as days, times and timestamps as seconds with
   * nanos. [S]
   */
  static String wire(ResultSet rows, int index, SqlType type) throws SQLException {
    return switch (type.kind()) {
      case FIXED -> {
        var value = rows.getBigDecimal(index);
        yield value == null
            ? null
            : value.setScale(type.scale(), RoundingMode.HALF_UP).toPlainString();
      }
      case REAL -> {
        var value = rows.getObject(index);
        yield value == null ? null : Double.toString(((Number) value).doubleValue());
      }
      case BOOLEAN -> {
        boolean value = rows.getBoolean(index);
        yield rows.wasNull() ? null : value ? "1" : "0";
      }
      case DATE -> {
        var value = rows.getObject(index, LocalDate.class);
        yield value == null ? null : Long.toString(value.toEpochDay());
      }
      case TIME -> {
        var value = rows.getObject(index, LocalTime.class);
        yield value == null ? null : seconds(value.toSecondOfDay(), value.getNano(), type.scale());
      }
      case TIMESTAMP_NTZ -> {
        var value = rows.getObject(index, LocalDateTime.class);
        yield value == null
            ? null
            : seconds(value.toEpochSecond(ZoneOffset.UTC), value.getNano(), type.scale());
      }
      case TIMESTAMP_LTZ -> {
        var value = rows.getObject(index, OffsetDateTime.class);
        yield value == null ? null : seconds(value.toEpochSecond(), value.getNano(), type.scale());
      }
      case TIMESTAMP_TZ -> {
        var value = rows.getObject(index, OffsetDateTime.class);
        yield value == null
            ? null
            : seconds(value.toEpochSecond(), value.getNano(), type.scale())
                + " "
                + (value.getOffset().getTotalSeconds() / 60 + 1440);
      }
      case BINARY -> {
        var value = rows.getBytes(index);
        yield value == null ? null : HexFormat.of().withUpperCase().formatHex(value);
      }
      case TEXT, VARIANT, OBJECT, ARRAY -> rows.getString(index);
    };
  }

  static String seconds(long seconds, int nanos, int scale) {
    return BigDecimal.valueOf(seconds)
        .add(BigDecimal.valueOf(nanos, 9))
        .setScale(scale, RoundingMode.DOWN)
        .toPlainString();
  }

  /** A nanosecond instant as a TIMESTAMP_LTZ wire string. */
  static String instant(long nanos) {
    return seconds(
        Math.floorDiv(nanos, 1_000_000_000L), (int) Math.floorMod(nanos, 1_000_000_000L), 9);
  }

  /** What H2 is to be given for a wire string of a result. */
  /** As people read it: what SHOW VARIABLES prints. */
  static String shown(SqlType type, String wire) {
    return switch (type.kind()) {
      case FIXED, TEXT, REAL -> wire;
      default -> wire == null ? null : fromWire(type, wire).toString();
    };
  }

  static Object fromWire(SqlType type, String text) {
    if (text == null) {
      return null;
    }
    return switch (type.kind()) {
      case FIXED -> new BigDecimal(text);
      case REAL -> Double.valueOf(text);
      case BOOLEAN -> text.equals("1") || text.equalsIgnoreCase("true");
      case DATE -> LocalDate.ofEpochDay(Long.parseLong(text));
      case TIME -> LocalTime.ofNanoOfDay(nanos(text).longValueExact());
      case TIMESTAMP_NTZ -> LocalDateTime.ofInstant(instantOf(nanos(text)), ZoneOffset.UTC);
      case TIMESTAMP_LTZ -> instantOf(nanos(text)).atOffset(ZoneOffset.UTC);
      case TIMESTAMP_TZ -> {
        int blank = text.indexOf(' ');
        yield instantOf(nanos(text.substring(0, blank)))
            .atOffset(offset(text.substring(blank + 1)));
      }
      case BINARY -> HexFormat.of().parseHex(text);
      case TEXT, VARIANT, OBJECT, ARRAY -> text;
    };
  }

  /**
   * What H2 is to be given for a bound value: dates come as milliseconds, times and timestamps as
   * nanoseconds. [S]
   */
  static Object fromBind(SqlType type, String text, ZoneId zone) throws SqlFailure {
    if (text == null) {
      return null;
    }
    try {
      return switch (type.kind()) {
        case FIXED -> new BigDecimal(text.trim());
        case REAL -> Double.valueOf(text);
        case BOOLEAN -> text.equals("1") || text.equalsIgnoreCase("true");
        case DATE ->
            isNumber(text)
                ? LocalDate.ofEpochDay(Math.floorDiv(Long.parseLong(text), 86_400_000L))
                : LocalDate.parse(text);
        case TIME ->
            isNumber(text) ? LocalTime.ofNanoOfDay(Long.parseLong(text)) : LocalTime.parse(text);
        case TIMESTAMP_NTZ ->
            LocalDateTime.ofInstant(instantOf(new BigInteger(text)), ZoneOffset.UTC);
        case TIMESTAMP_LTZ -> instantOf(new BigInteger(text)).atZone(zone).toOffsetDateTime();
        case TIMESTAMP_TZ -> {
          int blank = text.indexOf(' ');
          yield blank < 0
              ? instantOf(new BigInteger(text)).atZone(zone).toOffsetDateTime()
              : instantOf(new BigInteger(text.substring(0, blank)))
                  .atOffset(offset(text.substring(blank + 1)));
        }
        case BINARY -> HexFormat.of().parseHex(text);
        case TEXT, VARIANT, OBJECT, ARRAY -> text;
      };
    } catch (RuntimeException e) {
      throw new SqlFailure(
          100038, "22018", "Value '" + text + "' of type " + type.kind() + " is not recognized");
    }
  }

  /** True where H2 reads a text otherwise than Snowflake does. */
  static boolean needsReading(SqlType type) {
    return switch (type.kind()) {
      case BINARY, TIMESTAMP_NTZ, TIMESTAMP_LTZ, TIMESTAMP_TZ -> true;
      default -> false;
    };
  }

  /**
   * A text as the value of a column: hexadecimal bytes, and timestamps with or without an offset.
   * [D]
   */
  static Object fromText(SqlType type, String text, ZoneId zone) throws SqlFailure {
    if (text == null) {
      return null;
    }
    if (type.kind() == Kind.BINARY) {
      try {
        return HexFormat.of().parseHex(text);
      } catch (IllegalArgumentException e) {
        throw new SqlFailure(
            100039,
            "22000",
            "The following string is not a legal hex-encoded value: '" + text + "'");
      }
    }
    var parts = TIMESTAMP.matcher(text.strip());
    try {
      if (!parts.matches()) {
        throw new DateTimeException(text);
      }
      var day = LocalDate.parse(parts.group(1));
      var local =
          day.atTime(parts.group(2) == null ? LocalTime.MIDNIGHT : LocalTime.parse(parts.group(2)));
      if (type.kind() == Kind.TIMESTAMP_NTZ) {
        return local;
      }
      return parts.group(3) == null
          ? local.atZone(zone).toOffsetDateTime()
          : local.atOffset(ZoneOffset.of(parts.group(3)));
    } catch (DateTimeException e) {
      throw new SqlFailure(100035, "22007", "Timestamp '" + text + "' is not recognized");
    }
  }

  /** The type that a bind declares; a FIXED bind gets the scale its values need. */
  static SqlType bindType(SqlEngine.Bind bind) {
    var name = bind.type() == null ? "ANY" : bind.type().toUpperCase(Locale.ROOT);
    return switch (name) {
      case "FIXED" -> new SqlType(Kind.FIXED, 38, scale(bind));
      case "TIME" -> new SqlType(Kind.TIME, 0, 9);
      case "TIMESTAMP", "TIMESTAMP_LTZ" -> SqlType.LTZ;
      case "TIMESTAMP_NTZ" -> SqlType.NTZ;
      case "TIMESTAMP_TZ" -> new SqlType(Kind.TIMESTAMP_TZ, 0, 9);
      case "REAL" -> SqlType.REAL;
      case "BOOLEAN" -> SqlType.BOOLEAN;
      case "DATE" -> SqlType.DATE;
      case "BINARY" -> SqlType.BINARY;
      default -> SqlType.TEXT;
    };
  }

  private static int scale(SqlEngine.Bind bind) {
    int scale = 0;
    for (var value : bind.values()) {
      if (value != null && value.indexOf('.') >= 0 || value != null && value.indexOf('E') >= 0) {
        scale = Math.max(scale, new BigDecimal(value).scale());
      }
    }
    return Math.min(scale, 37);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.chars().skip(text.charAt(0) == '-' ? 1 : 0).allMatch(Character::isDigit);
  }

  private static BigInteger nanos(String seconds) {
    return new BigDecimal(seconds).movePointRight(9).toBigInteger();
  }

  private static Instant instantOf(BigInteger nanos) {
    var parts = nanos.divideAndRemainder(NANOS);
    return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
  }

  private static ZoneOffset offset(String minutes) {
    return ZoneOffset.ofTotalSeconds((Integer.parseInt(minutes) - 1440) * 60);
  }
}
