package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.journal.Applied;
import io.selfheal.jdbc.journal.Binds;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.proxy.Views.VendorCall;
import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.spool.NotSpooledException;
import io.selfheal.jdbc.spool.SpooledStream;
import io.selfheal.jdbc.sql.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code uploadStream} and its like: the caller's stream is read once, and kept on the way for the
 * one repeat, and for the rebuilding of a temp stage. For one call, not thread-safe.
 */
final class Upload {

  private final HealingConnection connection;
  private final VendorCall call;
  private final String stage;

  Upload(HealingConnection connection, VendorCall call) {
    this.connection = connection;
    this.call = call;
    this.stage = String.valueOf(call.argument());
  }

  @Nullable Object run(InputStream source) throws SQLException {
    try (var stream = new SpooledStream(source, connection.logical().spool())) {
      return run(stream);
    } catch (IOException e) {
      throw new SQLException("The stream could not be closed after its upload.", e);
    }
  }

  private @Nullable Object run(SpooledStream stream) throws SQLException {
    connection.logical().heartbeat();
    var on = enter(null);
    @Nullable Object result;
    try {
      result = call.withStream(stream.open()).on(on.connection());
    } catch (SQLException e) {
      on = connection.recover(on, e);
      refuseLost(e);
      result = call.withStream(again(stream, e)).on(on.connection());
    }
    connection.logical().lastQueries().add(null);
    connection.recovery().refuseIfSwapped(on, "an upload");
    if (!applied(stream, on)) {
      var left = on;
      on = enter(left.endedBy());
      result = call.withStream(again(stream, left.endedBy())).on(on.connection());
      if (!applied(stream, on)) {
        throw refused(
            "The session was replaced twice during one upload: upload it again.", left.endedBy());
      }
    }
    return result;
  }

  private PhysicalSession enter(@Nullable SQLException error) throws SQLException {
    connection.logical().throwUnreported();
    var on = connection.session();
    refuseLost(error);
    return on;
  }

  private void refuseLost(@Nullable SQLException error) throws SQLException {
    connection.logical().refuseLostStage(stage, error);
  }

  private InputStream again(SpooledStream stream, @Nullable SQLException error)
      throws ReplayRefusedException {
    try {
      return stream.again();
    } catch (NotSpooledException e) {
      throw refused(
          "The session expired during an upload from a stream, which is read only once: "
              + e.getMessage(),
          error);
    }
  }

  private ReplayRefusedException refused(String why, @Nullable SQLException error) {
    return connection.logical().events().refused(new ReplayRefusedException(why, error));
  }

  /** False when what was uploaded went with its session. */
  private boolean applied(SpooledStream stream, PhysicalSession on) throws SQLException {
    var session = connection.logical();
    // As the physical driver words it for itself.
    var put = "PUT 'file://stream' '@" + stage.replaceFirst("^@", "").replace("'", "''") + "'";
    var shape = Shape.of(put);
    var replay = session.records(shape, Binds.NONE, on) ? replay(stream) : null;
    if (session.applied(new Applied(put, shape, Binds.NONE, replay, -1, null, Map.of()), on)) {
      return true;
    }
    if (replay != null) {
      stream.reclaim();
    }
    return session.keepsFilesOf(shape, Binds.NONE, on);
  }

  private Replay replay(SpooledStream stream) {
    try {
      return new UploadReplay(call.withStream(InputStream.nullInputStream()), stream.complete());
    } catch (NotSpooledException e) {
      return new Unrepeatable(String.valueOf(e.getMessage()));
    }
  }
}
