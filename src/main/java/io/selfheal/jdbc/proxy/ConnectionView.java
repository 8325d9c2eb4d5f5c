package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.ReplayRefusedException;
import io.selfheal.jdbc.proxy.Views.VendorCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's methods of a connection: those that only ask are repeated after a heal; one that
 * reads a stream of the caller's cannot be.
 */
record ConnectionView(HealingConnection connection) implements Views.Target {

  @Override
  public Wrapper logical() {
    return connection;
  }

  @Override
  public Wrapper physical() {
    return connection.logical().current().connection();
  }

  @Override
  public @Nullable Object call(VendorCall call) throws SQLException {
    connection.logical().throwUnreported();
    var on = connection.session();
    refuseLostStage(call);
    try {
      return logical(call.on(on.connection()));
    } catch (SQLException e) {
      var fresh = connection.recover(on, e);
      if (call.readsStream()) {
        throw new ReplayRefusedException(
            "The session expired during an upload from a stream, which is read only once: upload it again.",
            e);
      }
      refuseLostStage(call);
      return logical(call.on(fresh.connection()));
    }
  }

  private void refuseLostStage(VendorCall call) throws SQLException {
    if (call.movesStream() && call.argument() instanceof String stage) {
      connection.logical().refuseLostStage(stage);
    }
  }

  private @Nullable Object logical(@Nullable Object result) {
    return result instanceof ResultSet rows ? connection.results(rows) : result;
  }
}
