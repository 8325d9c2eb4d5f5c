package io.selfheal.jdbc.testkit;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.util.HexFormat;
import org.h2.api.AggregateFunction;

/**
 * HASH_AGG: a number that depends on the rows and not on their order, NULLs and duplicates
 * counting. Public because H2 makes it by reflection. Used by one query at a time.
 */
public final class SqlHashAggregate implements AggregateFunction {
  private final MessageDigest digest;
  private long sum;

  public SqlHashAggregate() throws NoSuchAlgorithmException {
    digest = MessageDigest.getInstance("SHA-256");
  }

  @Override
  public void init(Connection connection) {}

  @Override
  public int getType(int[] inputTypes) {
    return java.sql.Types.BIGINT;
  }

  @Override
  public void add(Object value) {
    var cells = value instanceof Object[] row ? row : new Object[] {value};
    for (var cell : cells) {
      var bytes = text(cell).getBytes(StandardCharsets.UTF_8);
      digest.update((byte) (cell == null ? 0 : 1));
      digest.update(BigInteger.valueOf(bytes.length).toByteArray());
      digest.update(bytes);
    }
    // A sum, not an exclusive or: a row that comes twice must not vanish.
    sum += new BigInteger(digest.digest()).longValue();
  }

  private static String text(Object cell) {
    if (cell == null) {
      return "";
    } else if (cell instanceof BigDecimal number) {
      return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    } else if (cell instanceof Number number
        && !(cell instanceof Double)
        && !(cell instanceof Float)) {
      return number.toString();
    } else if (cell instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    } else if (cell instanceof java.time.OffsetDateTime time) {
      return time.toInstant().toString();
    }
    return cell.toString();
  }

  @Override
  public Object getResult() {
    return sum;
  }
}
