package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.testkit.Expiry;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bound values come along to another session as they were when they were bound. */
class ParametersTest extends HealingFixture {

  private static final String SELECT =
      "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";

  private static Calendar berlin() {
    return Calendar.getInstance(TimeZone.getTimeZone("Europe/Berlin"));
  }

  private static void bind(PreparedStatement prepared) throws SQLException {
    var bytes = new byte[] {1, 2, 3};
    var date = new Date(1_700_000_000_000L);
    var time = new Time(40_000_000L);
    var stamp = new Timestamp(1_700_000_000_123L);
    var calendar = berlin();
    prepared.setBoolean(1, true);
    prepared.setByte(2, (byte) -7);
    prepared.setShort(3, (short) 300);
    prepared.setInt(4, -70_000);
    prepared.setLong(5, 5_000_000_000L);
    prepared.setFloat(6, 1.5f);
    prepared.setDouble(7, -2.25);
    prepared.setBigDecimal(8, new BigDecimal("123456789012345678.90"));
    prepared.setString(9, "it's");
    prepared.setBytes(10, bytes);
    prepared.setDate(11, date);
    prepared.setTime(12, time);
    prepared.setTimestamp(13, stamp);
    prepared.setDate(14, date, calendar);
    prepared.setTimestamp(15, stamp, calendar);
    prepared.setNull(16, Types.VARCHAR);
    prepared.setObject(17, "object");
    prepared.setObject(18, 42, Types.INTEGER);
    prepared.setObject(19, new BigDecimal("1.25"), Types.DECIMAL, 2);
    // The caller goes on using its own objects.
    bytes[0] = 99;
    date.setTime(0);
    time.setTime(0);
    stamp.setTime(0);
    calendar.setTimeZone(TimeZone.getTimeZone("UTC"));
  }

  private static List<String> values(PreparedStatement prepared) throws SQLException {
    try (var rows = prepared.executeQuery()) {
      assertThat(rows.next()).isTrue();
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= 19; i++) {
        values.add(rows.getString(i));
      }
      return values;
    }
  }

  private static List<String> values(Connection connection) throws SQLException {
    try (var prepared = connection.prepareStatement(SELECT)) {
      bind(prepared);
      return values(prepared);
    }
  }

  @Test
  void shouldBindAllTypesAgain() throws SQLException {
    List<String> expected;
    try (var plain = DriverManager.getConnection(emulator.url())) {
      expected = values(plain);
    }
    try (var prepared = connection.prepareStatement(SELECT)) {
      bind(prepared);
      emulator.faults().expireBefore(text(SELECT));
      assertThat(values(prepared)).isEqualTo(expected);
      emulator.faults().expireAllSessions();
      assertThat(values(prepared)).isEqualTo(expected);
    }
    assertThat(generation()).isEqualTo(2);
  }

  @BeforeEach
  void makeTable() throws SQLException {
    try (var plain = DriverManager.getConnection(emulator.url())) {
      update(plain, "CREATE TABLE t (id INT, at DATE, b BINARY)");
    }
  }

  @Test
  void shouldKeepTheRowsOfABatchAsTheyWereAdded() throws SQLException {
    var sql = "INSERT INTO t VALUES (?, ?, ?)";
    try (var prepared = connection.prepareStatement(sql)) {
      var date = new Date(1_700_000_000_000L);
      var bytes = new byte[] {1};
      for (int i = 0; i < 3; i++) {
        prepared.setInt(1, i);
        date.setTime(1_700_000_000_000L + i * 86_400_000L);
        bytes[0] = (byte) i;
        prepared.setDate(2, date);
        prepared.setBytes(3, bytes);
        prepared.addBatch();
      }
      date.setTime(0);
      bytes[0] = 77;
      emulator.faults().expire(ExpiryPoint.BEFORE, text(sql), Expiry.BOTH_TOKENS);
      assertThat(prepared.executeBatch()).containsExactly(1, 1, 1);
    }
    assertThat(query("SELECT id || ' ' || at FROM t ORDER BY id"))
        .containsExactly("0 2023-11-14", "1 2023-11-15", "2 2023-11-16");
    assertThat(query("SELECT b FROM t ORDER BY id")).containsExactly("00", "01", "02");
  }

  @Test
  void shouldForgetClearedParameters() throws SQLException {
    try (var prepared = connection.prepareStatement("SELECT ?")) {
      prepared.setInt(1, 1);
      prepared.clearParameters();
      emulator.faults().expireAllSessions();
      assertThatThrownBy(prepared::executeQuery).isInstanceOf(SQLException.class);
      prepared.setInt(1, 2);
      try (var rows = prepared.executeQuery()) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(2);
      }
    }
  }

  @Test
  void shouldBindNameValuesOfACharacterStreamOrSaySo() throws SQLException {
    try (var prepared = connection.prepareStatement("SELECT ?")) {
      try {
        prepared.setCharacterStream(1, new StringReader("x"), 1);
      } catch (SQLException notSupported) {
        return;
      }
      emulator.faults().expireAllSessions();
      assertThatThrownBy(prepared::executeQuery).isInstanceOf(ReplayRefusedException.class);
    }
  }
}
