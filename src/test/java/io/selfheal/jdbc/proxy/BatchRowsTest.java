package io.selfheal.jdbc.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.journal.Context;
import io.selfheal.jdbc.proxy.Parameters.Setter;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Date;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.List;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A row comes back exactly as it was bound, in whatever form its columns are kept. */
class BatchRowsTest {

  private static final Calendar BERLIN =
      Calendar.getInstance(TimeZone.getTimeZone("Europe/Berlin"));

  /** A timestamp with more to it than its time. */
  private static final class Odd extends Timestamp {
    private static final long serialVersionUID = 1;

    Odd(long time) {
      super(time);
    }
  }

  /** Writes down what is called on it. */
  private static PreparedStatement recorder(List<String> calls) {
    return (PreparedStatement)
        Proxy.newProxyInstance(
            BatchRowsTest.class.getClassLoader(),
            new Class<?>[] {PreparedStatement.class},
            (proxy, method, args) -> {
              var call = new StringBuilder(method.getName());
              for (var arg : args) {
                call.append(' ').append(told(arg));
              }
              calls.add(call.toString());
              return null;
            });
  }

  private static String told(Object arg) {
    if (arg instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    }
    if (arg instanceof java.util.Date date) {
      return date.getClass() + " " + date.getTime() + " " + date;
    }
    return arg instanceof Calendar calendar
        ? calendar.getTimeZone().getID() + calendar.getTimeInMillis()
        : arg + (arg == null ? "" : arg.getClass().getName());
  }

  private static List<String> calls(Parameters parameters) throws SQLException {
    var calls = new ArrayList<String>();
    parameters.apply(recorder(calls));
    return calls;
  }

  private static List<String> calls(BatchRows rows, int row) throws SQLException {
    var calls = new ArrayList<String>();
    rows.apply(row, recorder(calls));
    return calls;
  }

  private interface Bind {
    void bind(Parameters to, int index, Random random);
  }

  private static Bind value(Setter setter, java.util.function.Function<Random, Object> value) {
    return (to, i, random) ->
        to.put(i, setter, 0, random.nextInt(5) == 0 ? null : value.apply(random), null);
  }

  private static Timestamp stamp(Random random) {
    var stamp = new Timestamp(random.nextLong() >> 14);
    stamp.setNanos(random.nextInt(1_000_000_000));
    return stamp;
  }

  private static final List<Bind> BINDS =
      List.of(
          (to, i, random) -> to.put(i, Parameters.BOOLEAN, random.nextInt(2), null, null),
          (to, i, random) -> to.put(i, Parameters.BYTE, (byte) random.nextInt(), null, null),
          (to, i, random) -> to.put(i, Parameters.SHORT, (short) random.nextInt(), null, null),
          (to, i, random) -> to.put(i, Parameters.INT, random.nextInt(), null, null),
          (to, i, random) -> to.put(i, Parameters.LONG, random.nextLong(), null, null),
          (to, i, random) ->
              to.put(i, Parameters.FLOAT, Float.floatToRawIntBits(-random.nextFloat()), null, null),
          (to, i, random) ->
              to.put(
                  i,
                  Parameters.DOUBLE,
                  Double.doubleToRawLongBits(random.nextDouble()),
                  null,
                  null),
          value(Parameters.STRING, random -> "text" + random.nextInt(10)),
          value(Parameters.NSTRING, random -> "text" + random.nextInt(10)),
          value(Parameters.BIG_DECIMAL, random -> BigDecimal.valueOf(random.nextLong(), 3)),
          value(
              Parameters.BIG_DECIMAL,
              random -> new BigDecimal(new BigInteger(70, random), random.nextInt(9) - 4)),
          value(Parameters.BYTES, random -> new byte[random.nextInt(4)]),
          value(Parameters.BIG_DECIMAL, random -> new BigDecimal(random.nextInt())),
          value(
              Parameters.VENDOR,
              random -> (Context.Attribute<Statement>) to -> to.setCursorName("vendor")),
          value(Parameters.DATE, random -> new Date(random.nextLong() >> 14)),
          value(Parameters.TIME, random -> new Time(random.nextLong() >> 14)),
          value(Parameters.TIMESTAMP, BatchRowsTest::stamp),
          value(
              Parameters.TIMESTAMP, random -> random.nextInt(50) == 0 ? new Odd(7) : stamp(random)),
          value(Parameters.OBJECT, random -> random.nextInt(2) == 0 ? "text" : random.nextInt()),
          (to, i, random) -> to.put(i, Parameters.TIMESTAMP_CALENDAR, 0, stamp(random), BERLIN),
          (to, i, random) ->
              to.put(
                  i,
                  Parameters.DATE_CALENDAR,
                  0,
                  new Date(1),
                  random.nextInt(9) == 0 ? Calendar.getInstance() : BERLIN),
          (to, i, random) -> to.put(i, Parameters.TIME_CALENDAR, 0, null, BERLIN),
          (to, i, random) -> to.put(i, Parameters.NULL, Types.VARCHAR, null, null),
          (to, i, random) -> to.put(i, Parameters.NULL, random.nextInt(3), null, null),
          (to, i, random) -> to.put(i, Parameters.NULL_NAMED, Types.STRUCT, null, "name"),
          (to, i, random) -> to.put(i, Parameters.OBJECT_TYPE, Types.INTEGER, 4, null),
          (to, i, random) ->
              to.put(i, Parameters.OBJECT_SCALE, Parameters.pack(Types.DECIMAL, 2), 4, null),
          (to, i, random) -> to.put(i, Parameters.OBJECT_SQL_TYPE, 0, "x", JDBCType.VARCHAR),
          (to, i, random) ->
              to.put(i, Parameters.OBJECT_SQL_TYPE_SCALE, random.nextInt(2), 4, JDBCType.DECIMAL),
          (to, i, random) -> to.clear(i));

  private static Bind pick(Random random) {
    return BINDS.get(random.nextInt(BINDS.size()));
  }

  /** Columns of one kind, with nulls now and then, or of any kind. */
  private static void shouldComeBack(Random random, int oddity, int count) throws SQLException {
    int columns = 1 + random.nextInt(12);
    var kinds = new ArrayList<Bind>();
    for (int i = 0; i < columns; i++) {
      kinds.add(pick(random));
    }
    var parameters = new Parameters();
    var rows = new BatchRows();
    var expected = new ArrayList<List<String>>();
    for (int row = 0; row < count; row++) {
      int to = random.nextInt(oddity) == 0 ? random.nextInt(columns + 1) : columns;
      for (int i = 1; i <= to; i++) {
        var kind = random.nextInt(oddity) == 0 ? pick(random) : kinds.get(i - 1);
        kind.bind(parameters, i, random);
      }
      long before = rows.bytes();
      rows.add(parameters);
      assertThat(rows.bytes()).isNotNegative().isGreaterThanOrEqualTo(before - 100_000);
      expected.add(calls(parameters));
      if (random.nextInt(oddity) == 0) {
        parameters.clear();
      }
    }
    assertThat(rows.size()).isEqualTo(count);
    for (int row = 0; row < count; row++) {
      assertThat(calls(rows, row)).as("row %s", row).isEqualTo(expected.get(row));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 20, 1000})
  void shouldComeBackAsTheyWereBound(int oddity) throws SQLException {
    for (int seed = 0; seed < 200; seed++) {
      shouldComeBack(new Random(seed), oddity, 60);
    }
  }

  @Test
  void shouldComeBackFromManyPieces() throws SQLException {
    for (int seed = 0; seed < 2; seed++) {
      shouldComeBack(new Random(seed), 5000, 9000);
    }
  }

  @Test
  void shouldKeepWhatTheCallerChangesLater() throws SQLException {
    var rows = new BatchRows();
    var parameters = new Parameters();
    var bytes = new byte[] {1};
    parameters.put(1, Parameters.BYTES, 0, bytes, null);
    rows.add(parameters);
    bytes[0] = 2;
    parameters.put(1, Parameters.BYTES, 0, bytes, null);
    rows.add(parameters);
    parameters.clear();
    assertThat(calls(rows, 0)).containsExactly("setBytes 1java.lang.Integer [1]");
    assertThat(calls(rows, 1)).containsExactly("setBytes 1java.lang.Integer [2]");
  }

  @Test
  void shouldRefuseStreams() {
    var rows = new BatchRows();
    var parameters = new Parameters();
    parameters.put(2, Parameters.STREAM, 0, null, null);
    rows.add(parameters);
    assertThatThrownBy(() -> calls(rows, 0))
        .isInstanceOf(ReplayRefusedException.class)
        .hasMessageContaining("Parameter 2");
  }

  @Test
  void shouldCountTexts() {
    var rows = new BatchRows();
    var parameters = new Parameters();
    parameters.put(1, Parameters.STRING, 0, "x".repeat(10_000), null);
    rows.add(parameters);
    assertThat(rows.bytes()).isBetween(10_000L, 11_000L);
    assertThat(parameters.bytes()).isBetween(10_000L, 11_000L);
    // The same object again is the same memory.
    rows.add(parameters);
    assertThat(rows.bytes()).isLessThan(11_000);
    parameters.put(1, Parameters.STRING, 0, "y".repeat(10_000), null);
    rows.add(parameters);
    assertThat(rows.bytes()).isBetween(20_000L, 21_000L);
  }

  @Test
  void shouldNotPrintValues() {
    var rows = new BatchRows();
    var parameters = new Parameters();
    parameters.put(1, Parameters.STRING, 0, "secret", null);
    rows.add(parameters);
    assertThat(rows.toString() + parameters).doesNotContain("secret");
  }

  @Test
  void shouldKeepARowInAFewBytes() {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    var texts = new String[100_000];
    Arrays.setAll(texts, i -> "text " + i);
    var rows = new BatchRows();
    var parameters = new Parameters();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < texts.length; i++) {
      parameters.put(1, Parameters.INT, i, null, null);
      parameters.put(2, Parameters.STRING, 0, texts[i], null);
      parameters.put(3, Parameters.DOUBLE, Double.doubleToRawLongBits(i), null, null);
      rows.add(parameters);
    }
    // Four for the number, four to eight for the reference, eight for the other number: nothing
    // else is even allocated.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(30L * texts.length);
    assertThat(rows.size()).isEqualTo(texts.length);
    assertThat(rows.bytes()).isBetween(66L * texts.length, 70L * texts.length);
  }

  /** The name of a target, say: the last row's is not that of all. */
  @Test
  void shouldTellATextOnlyWhereAllRowsHaveIt() {
    var rows = new BatchRows();
    assertThat(rows.any()).isFalse();
    for (var table : List.of("t", "x")) {
      var row = new Parameters();
      row.put(1, Parameters.STRING, 0, table, null);
      row.put(2, Parameters.STRING, 0, "same", null);
      row.put(3, Parameters.INT, 7, null, null);
      rows.add(row);
    }
    assertThat(rows.any()).isTrue();
    assertThat(rows.text(1)).isNull();
    assertThat(rows.text(2)).isEqualTo("same");
    assertThat(rows.text(3)).isNull();
    assertThat(rows.text(4)).isNull();
  }
}
