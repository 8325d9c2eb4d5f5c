package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Context.Attribute;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.snowflake.Vendor;
import io.selfheal.jdbc.spool.LocalFiles;
import io.selfheal.jdbc.sql.LocalPath;
import io.selfheal.jdbc.sql.Shape;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A PUT, with its files as they were. Never printed. */
record PutReplay(String sql, List<Attribute<Statement>> settings, LocalFiles files)
    implements Replay {

  @Override
  public @Nullable String doubt() {
    try (var staged = files.stage()) {
      return null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  @Override
  public Done on(Connection connection) throws SQLException {
    try (var staged = files.stage();
        var statement = connection.createStatement()) {
      for (var setting : settings) {
        setting.apply(statement);
      }
      statement.execute(LocalPath.replace(Shape.of(sql), sql, staged.localPath()));
      return new Done(-1, Vendor.queryId(statement));
    } catch (IOException e) {
      throw new SQLException(e.getMessage(), "58030", e);
    }
  }

  @Override
  public long bytes() {
    return 200L + sql.length();
  }

  @Override
  public void discard() {
    files.close();
  }

  @Override
  public String toString() {
    return "PutReplay";
  }
}
