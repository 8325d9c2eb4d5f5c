package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.journal.Context;
import io.selfheal.jdbc.session.PhysicalSession;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;

/**
 * A statement with values: remembers each as it is bound, for another session. Only setters stand
 * here; {@link HealingPreparedStatement} runs it.
 */
abstract class ValueStatement extends HealingStatement implements PreparedStatement {

  final Parameters parameters = new Parameters();

  ValueStatement(
      HealingConnection connection,
      Opener opener,
      String sql,
      PhysicalSession bound,
      PreparedStatement delegate) {
    super(connection, opener, sql, bound, delegate);
  }

  final PreparedStatement prepared() throws SQLException {
    return (PreparedStatement) delegate();
  }

  @Override
  final Binds binds() {
    return parameters;
  }

  // Values

  @Override
  public void clearParameters() throws SQLException {
    prepared().clearParameters();
    parameters.clear();
  }

  @Override
  public void setBoolean(int index, boolean x) throws SQLException {
    prepared().setBoolean(index, x);
    parameters.put(index, Parameters.BOOLEAN, x ? 1 : 0, null, null);
  }

  @Override
  public void setByte(int index, byte x) throws SQLException {
    prepared().setByte(index, x);
    parameters.put(index, Parameters.BYTE, x, null, null);
  }

  @Override
  public void setShort(int index, short x) throws SQLException {
    prepared().setShort(index, x);
    parameters.put(index, Parameters.SHORT, x, null, null);
  }

  @Override
  public void setInt(int index, int x) throws SQLException {
    prepared().setInt(index, x);
    parameters.put(index, Parameters.INT, x, null, null);
  }

  @Override
  public void setLong(int index, long x) throws SQLException {
    prepared().setLong(index, x);
    parameters.put(index, Parameters.LONG, x, null, null);
  }

  @Override
  public void setFloat(int index, float x) throws SQLException {
    prepared().setFloat(index, x);
    parameters.put(index, Parameters.FLOAT, Float.floatToRawIntBits(x), null, null);
  }

  @Override
  public void setDouble(int index, double x) throws SQLException {
    prepared().setDouble(index, x);
    parameters.put(index, Parameters.DOUBLE, Double.doubleToRawLongBits(x), null, null);
  }

  @Override
  public void setBigDecimal(int index, BigDecimal x) throws SQLException {
    prepared().setBigDecimal(index, x);
    parameters.put(index, Parameters.BIG_DECIMAL, 0, x, null);
  }

  @Override
  public void setString(int index, String x) throws SQLException {
    prepared().setString(index, x);
    parameters.put(index, Parameters.STRING, 0, x, null);
  }

  @Override
  public void setNString(int index, String x) throws SQLException {
    prepared().setNString(index, x);
    parameters.put(index, Parameters.NSTRING, 0, x, null);
  }

  @Override
  public void setURL(int index, URL x) throws SQLException {
    prepared().setURL(index, x);
    parameters.put(index, Parameters.URL, 0, x, null);
  }

  @Override
  public void setRef(int index, Ref x) throws SQLException {
    prepared().setRef(index, x);
    parameters.put(index, Parameters.REF, 0, x, null);
  }

  @Override
  public void setBlob(int index, Blob x) throws SQLException {
    prepared().setBlob(index, x);
    parameters.put(index, Parameters.BLOB, 0, x, null);
  }

  @Override
  public void setClob(int index, Clob x) throws SQLException {
    prepared().setClob(index, x);
    parameters.put(index, Parameters.CLOB, 0, x, null);
  }

  @Override
  public void setNClob(int index, NClob x) throws SQLException {
    prepared().setNClob(index, x);
    parameters.put(index, Parameters.NCLOB, 0, x, null);
  }

  @Override
  public void setArray(int index, Array x) throws SQLException {
    prepared().setArray(index, x);
    parameters.put(index, Parameters.ARRAY, 0, x, null);
  }

  @Override
  public void setRowId(int index, RowId x) throws SQLException {
    prepared().setRowId(index, x);
    parameters.put(index, Parameters.ROW_ID, 0, x, null);
  }

  @Override
  public void setSQLXML(int index, SQLXML x) throws SQLException {
    prepared().setSQLXML(index, x);
    parameters.put(index, Parameters.SQLXML, 0, x, null);
  }

  @Override
  public void setBytes(int index, byte[] x) throws SQLException {
    prepared().setBytes(index, x);
    parameters.put(index, Parameters.BYTES, 0, x, null);
  }

  @Override
  public void setDate(int index, Date x) throws SQLException {
    prepared().setDate(index, x);
    parameters.put(index, Parameters.DATE, 0, x, null);
  }

  @Override
  public void setTime(int index, Time x) throws SQLException {
    prepared().setTime(index, x);
    parameters.put(index, Parameters.TIME, 0, x, null);
  }

  @Override
  public void setTimestamp(int index, Timestamp x) throws SQLException {
    prepared().setTimestamp(index, x);
    parameters.put(index, Parameters.TIMESTAMP, 0, x, null);
  }

  @Override
  public void setDate(int index, Date x, Calendar calendar) throws SQLException {
    prepared().setDate(index, x, calendar);
    parameters.put(index, Parameters.DATE_CALENDAR, 0, x, calendar);
  }

  @Override
  public void setTime(int index, Time x, Calendar calendar) throws SQLException {
    prepared().setTime(index, x, calendar);
    parameters.put(index, Parameters.TIME_CALENDAR, 0, x, calendar);
  }

  @Override
  public void setTimestamp(int index, Timestamp x, Calendar calendar) throws SQLException {
    prepared().setTimestamp(index, x, calendar);
    parameters.put(index, Parameters.TIMESTAMP_CALENDAR, 0, x, calendar);
  }

  @Override
  public void setNull(int index, int type) throws SQLException {
    prepared().setNull(index, type);
    parameters.put(index, Parameters.NULL, type, null, null);
  }

  @Override
  public void setNull(int index, int type, String typeName) throws SQLException {
    prepared().setNull(index, type, typeName);
    parameters.put(index, Parameters.NULL_NAMED, type, null, typeName);
  }

  @Override
  public void setObject(int index, Object x) throws SQLException {
    prepared().setObject(index, x);
    parameters.put(index, Parameters.OBJECT, 0, x, null);
  }

  @Override
  public void setObject(int index, Object x, int type) throws SQLException {
    prepared().setObject(index, x, type);
    parameters.put(index, Parameters.OBJECT_TYPE, type, x, null);
  }

  @Override
  public void setObject(int index, Object x, int type, int scale) throws SQLException {
    prepared().setObject(index, x, type, scale);
    parameters.put(index, Parameters.OBJECT_SCALE, Parameters.pack(type, scale), x, null);
  }

  @Override
  public void setObject(int index, Object x, SQLType type) throws SQLException {
    prepared().setObject(index, x, type);
    parameters.put(index, Parameters.OBJECT_SQL_TYPE, 0, x, type);
  }

  @Override
  public void setObject(int index, Object x, SQLType type, int scale) throws SQLException {
    prepared().setObject(index, x, type, scale);
    parameters.put(index, Parameters.OBJECT_SQL_TYPE_SCALE, scale, x, type);
  }

  /** A value of a type of the vendor's. */
  final void setValue(int index, Context.Attribute<Statement> setter) throws SQLException {
    setter.apply(prepared());
    parameters.put(index, Parameters.VENDOR, 0, setter, null);
  }

  // Streams can be read once, so a statement that has one cannot move to another session

  private PreparedStatement streams(int index) throws SQLException {
    // To where it will be executed; an earlier stream in its place must not keep it from there.
    parameters.clear(index);
    return (PreparedStatement) bind(owner().session());
  }

  @Override
  public void setAsciiStream(int index, InputStream x) throws SQLException {
    streams(index).setAsciiStream(index, x);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setAsciiStream(int index, InputStream x, int length) throws SQLException {
    streams(index).setAsciiStream(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setAsciiStream(int index, InputStream x, long length) throws SQLException {
    streams(index).setAsciiStream(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setBinaryStream(int index, InputStream x) throws SQLException {
    streams(index).setBinaryStream(index, x);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setBinaryStream(int index, InputStream x, int length) throws SQLException {
    streams(index).setBinaryStream(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setBinaryStream(int index, InputStream x, long length) throws SQLException {
    streams(index).setBinaryStream(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setCharacterStream(int index, Reader x) throws SQLException {
    streams(index).setCharacterStream(index, x);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setCharacterStream(int index, Reader x, int length) throws SQLException {
    streams(index).setCharacterStream(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setCharacterStream(int index, Reader x, long length) throws SQLException {
    streams(index).setCharacterStream(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setNCharacterStream(int index, Reader x) throws SQLException {
    streams(index).setNCharacterStream(index, x);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setNCharacterStream(int index, Reader x, long length) throws SQLException {
    streams(index).setNCharacterStream(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setClob(int index, Reader x) throws SQLException {
    streams(index).setClob(index, x);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setClob(int index, Reader x, long length) throws SQLException {
    streams(index).setClob(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setNClob(int index, Reader x) throws SQLException {
    streams(index).setNClob(index, x);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setNClob(int index, Reader x, long length) throws SQLException {
    streams(index).setNClob(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setBlob(int index, InputStream x) throws SQLException {
    streams(index).setBlob(index, x);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  public void setBlob(int index, InputStream x, long length) throws SQLException {
    streams(index).setBlob(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }

  @Override
  @Deprecated
  public void setUnicodeStream(int index, InputStream x, int length) throws SQLException {
    streams(index).setUnicodeStream(index, x, length);
    parameters.put(index, Parameters.STREAM, 0, null, null);
  }
}
