package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.session.PhysicalSession;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is special about a callable statement that heals: parameters by name, and the registration
 * of OUT parameters.
 */
@Forwarding(CallableStatement.class)
abstract class HealingCallableStatement extends HealingPreparedStatement
    implements CallableStatement {

  private interface Setting {
    void apply(CallableStatement physical) throws SQLException;
  }

  private final Map<String, Setting> settings = new LinkedHashMap<>();

  HealingCallableStatement(
      HealingConnection connection,
      Opener opener,
      String sql,
      PhysicalSession bound,
      CallableStatement delegate) {
    super(connection, opener, sql, bound, delegate);
  }

  private CallableStatement callable() throws SQLException {
    return (CallableStatement) delegate();
  }

  @Override
  void refill(Statement fresh) throws SQLException {
    super.refill(fresh);
    for (var setting : settings.values()) {
      setting.apply((CallableStatement) fresh);
    }
  }

  @Override
  public void clearParameters() throws SQLException {
    super.clearParameters();
    settings.clear();
  }

  private void call(String key, Setting setting) throws SQLException {
    setting.apply(callable());
    settings.put(key, setting);
  }

  private void stream(String name) {
    settings.put(
        name,
        physical -> {
          throw new ReplayRefusedException(
              "Parameter "
                  + name
                  + " was a stream, which is read only once: bind it anew and execute again.",
              null);
        });
  }

  @Override
  public void registerOutParameter(int index, int x) throws SQLException {
    call("out " + index, physical -> physical.registerOutParameter(index, x));
  }

  @Override
  public void registerOutParameter(int index, int x, int y) throws SQLException {
    call("out " + index, physical -> physical.registerOutParameter(index, x, y));
  }

  @Override
  public void registerOutParameter(int index, int x, String y) throws SQLException {
    call("out " + index, physical -> physical.registerOutParameter(index, x, y));
  }

  @Override
  public void registerOutParameter(String name, int x) throws SQLException {
    call("out " + name, physical -> physical.registerOutParameter(name, x));
  }

  @Override
  public void registerOutParameter(String name, int x, int y) throws SQLException {
    call("out " + name, physical -> physical.registerOutParameter(name, x, y));
  }

  @Override
  public void registerOutParameter(String name, int x, String y) throws SQLException {
    call("out " + name, physical -> physical.registerOutParameter(name, x, y));
  }

  @Override
  public void setURL(String name, URL x) throws SQLException {
    call(name, physical -> physical.setURL(name, x));
  }

  @Override
  public void setNull(String name, int x) throws SQLException {
    call(name, physical -> physical.setNull(name, x));
  }

  @Override
  public void setBoolean(String name, boolean x) throws SQLException {
    call(name, physical -> physical.setBoolean(name, x));
  }

  @Override
  public void setByte(String name, byte x) throws SQLException {
    call(name, physical -> physical.setByte(name, x));
  }

  @Override
  public void setShort(String name, short x) throws SQLException {
    call(name, physical -> physical.setShort(name, x));
  }

  @Override
  public void setInt(String name, int x) throws SQLException {
    call(name, physical -> physical.setInt(name, x));
  }

  @Override
  public void setLong(String name, long x) throws SQLException {
    call(name, physical -> physical.setLong(name, x));
  }

  @Override
  public void setFloat(String name, float x) throws SQLException {
    call(name, physical -> physical.setFloat(name, x));
  }

  @Override
  public void setDouble(String name, double x) throws SQLException {
    call(name, physical -> physical.setDouble(name, x));
  }

  @Override
  public void setBigDecimal(String name, BigDecimal x) throws SQLException {
    call(name, physical -> physical.setBigDecimal(name, x));
  }

  @Override
  public void setString(String name, String x) throws SQLException {
    call(name, physical -> physical.setString(name, x));
  }

  @Override
  public void setBytes(String name, byte[] x) throws SQLException {
    call(name, physical -> physical.setBytes(name, x));
  }

  @Override
  public void setDate(String name, Date x) throws SQLException {
    call(name, physical -> physical.setDate(name, x));
  }

  @Override
  public void setTime(String name, Time x) throws SQLException {
    call(name, physical -> physical.setTime(name, x));
  }

  @Override
  public void setTimestamp(String name, Timestamp x) throws SQLException {
    call(name, physical -> physical.setTimestamp(name, x));
  }

  @Override
  public void setAsciiStream(String name, InputStream x, int y) throws SQLException {
    callable().setAsciiStream(name, x, y);
    stream(name);
  }

  @Override
  public void setBinaryStream(String name, InputStream x, int y) throws SQLException {
    callable().setBinaryStream(name, x, y);
    stream(name);
  }

  @Override
  public void setObject(String name, Object x, int y, int z) throws SQLException {
    call(name, physical -> physical.setObject(name, x, y, z));
  }

  @Override
  public void setObject(String name, Object x, int y) throws SQLException {
    call(name, physical -> physical.setObject(name, x, y));
  }

  @Override
  public void setObject(String name, Object x) throws SQLException {
    call(name, physical -> physical.setObject(name, x));
  }

  @Override
  public void setCharacterStream(String name, Reader x, int y) throws SQLException {
    callable().setCharacterStream(name, x, y);
    stream(name);
  }

  @Override
  public void setDate(String name, Date x, Calendar y) throws SQLException {
    call(name, physical -> physical.setDate(name, x, y));
  }

  @Override
  public void setTime(String name, Time x, Calendar y) throws SQLException {
    call(name, physical -> physical.setTime(name, x, y));
  }

  @Override
  public void setTimestamp(String name, Timestamp x, Calendar y) throws SQLException {
    call(name, physical -> physical.setTimestamp(name, x, y));
  }

  @Override
  public void setNull(String name, int x, String y) throws SQLException {
    call(name, physical -> physical.setNull(name, x, y));
  }

  @Override
  public void setRowId(String name, RowId x) throws SQLException {
    call(name, physical -> physical.setRowId(name, x));
  }

  @Override
  public void setNString(String name, String x) throws SQLException {
    call(name, physical -> physical.setNString(name, x));
  }

  @Override
  public void setNCharacterStream(String name, Reader x, long y) throws SQLException {
    callable().setNCharacterStream(name, x, y);
    stream(name);
  }

  @Override
  public void setNClob(String name, NClob x) throws SQLException {
    call(name, physical -> physical.setNClob(name, x));
  }

  @Override
  public void setClob(String name, Reader x, long y) throws SQLException {
    callable().setClob(name, x, y);
    stream(name);
  }

  @Override
  public void setBlob(String name, InputStream x, long y) throws SQLException {
    callable().setBlob(name, x, y);
    stream(name);
  }

  @Override
  public void setNClob(String name, Reader x, long y) throws SQLException {
    callable().setNClob(name, x, y);
    stream(name);
  }

  @Override
  public void setSQLXML(String name, SQLXML x) throws SQLException {
    call(name, physical -> physical.setSQLXML(name, x));
  }

  @Override
  public void setBlob(String name, Blob x) throws SQLException {
    call(name, physical -> physical.setBlob(name, x));
  }

  @Override
  public void setClob(String name, Clob x) throws SQLException {
    call(name, physical -> physical.setClob(name, x));
  }

  @Override
  public void setAsciiStream(String name, InputStream x, long y) throws SQLException {
    callable().setAsciiStream(name, x, y);
    stream(name);
  }

  @Override
  public void setBinaryStream(String name, InputStream x, long y) throws SQLException {
    callable().setBinaryStream(name, x, y);
    stream(name);
  }

  @Override
  public void setCharacterStream(String name, Reader x, long y) throws SQLException {
    callable().setCharacterStream(name, x, y);
    stream(name);
  }

  @Override
  public void setAsciiStream(String name, InputStream x) throws SQLException {
    callable().setAsciiStream(name, x);
    stream(name);
  }

  @Override
  public void setBinaryStream(String name, InputStream x) throws SQLException {
    callable().setBinaryStream(name, x);
    stream(name);
  }

  @Override
  public void setCharacterStream(String name, Reader x) throws SQLException {
    callable().setCharacterStream(name, x);
    stream(name);
  }

  @Override
  public void setNCharacterStream(String name, Reader x) throws SQLException {
    callable().setNCharacterStream(name, x);
    stream(name);
  }

  @Override
  public void setClob(String name, Reader x) throws SQLException {
    callable().setClob(name, x);
    stream(name);
  }

  @Override
  public void setBlob(String name, InputStream x) throws SQLException {
    callable().setBlob(name, x);
    stream(name);
  }

  @Override
  public void setNClob(String name, Reader x) throws SQLException {
    callable().setNClob(name, x);
    stream(name);
  }

  @Override
  public void setObject(String name, Object x, SQLType y, int z) throws SQLException {
    call(name, physical -> physical.setObject(name, x, y, z));
  }

  @Override
  public void setObject(String name, Object x, SQLType y) throws SQLException {
    call(name, physical -> physical.setObject(name, x, y));
  }

  @Override
  public void registerOutParameter(int index, SQLType x) throws SQLException {
    call("out " + index, physical -> physical.registerOutParameter(index, x));
  }

  @Override
  public void registerOutParameter(int index, SQLType x, int y) throws SQLException {
    call("out " + index, physical -> physical.registerOutParameter(index, x, y));
  }

  @Override
  public void registerOutParameter(int index, SQLType x, String y) throws SQLException {
    call("out " + index, physical -> physical.registerOutParameter(index, x, y));
  }

  @Override
  public void registerOutParameter(String name, SQLType x) throws SQLException {
    call("out " + name, physical -> physical.registerOutParameter(name, x));
  }

  @Override
  public void registerOutParameter(String name, SQLType x, int y) throws SQLException {
    call("out " + name, physical -> physical.registerOutParameter(name, x, y));
  }

  @Override
  public void registerOutParameter(String name, SQLType x, String y) throws SQLException {
    call("out " + name, physical -> physical.registerOutParameter(name, x, y));
  }
}
