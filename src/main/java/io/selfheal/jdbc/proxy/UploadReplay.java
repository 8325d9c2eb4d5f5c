package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.proxy.Views.VendorCall;
import io.selfheal.jdbc.spool.SpoolFile;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** An upload from a stream of the caller's, which was kept on the way. Never printed. */
record UploadReplay(VendorCall call, SpoolFile content) implements Replay {

  @Override
  public Done on(Connection connection) throws SQLException {
    try (var stream = content.open()) {
      call.withStream(stream).on(connection);
      return new Done(-1, null);
    } catch (IOException e) {
      throw new SQLException(e.getMessage(), "58030", e);
    }
  }

  @Override
  public long bytes() {
    return 200;
  }

  @Override
  public void discard() {
    content.delete();
  }

  @Override
  public String toString() {
    return "UploadReplay";
  }
}
