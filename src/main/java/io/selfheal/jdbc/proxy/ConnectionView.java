package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.proxy.Views.VendorCall;
import io.selfheal.jdbc.session.PhysicalSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Wrapper;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's methods of a connection: those that only ask are repeated after a heal; those that
 * read a stream of the caller's are {@link Upload}s.
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
    var stream = call.stream();
    if (stream != null) {
      return new Upload(connection, call).run(stream);
    }
    connection.logical().throwUnreported();
    var on = connection.session();
    refuseLostStage(call, null);
    try {
      var result = call.on(on.connection());
      connection.settle(on);
      return logical(result, call, on);
    } catch (SQLException e) {
      var fresh = connection.recover(on, e);
      refuseLostStage(call, e);
      return logical(call.on(fresh.connection()), call, fresh);
    }
  }

  private void refuseLostStage(VendorCall call, @Nullable SQLException error) throws SQLException {
    if (call.givesStream() && call.argument() instanceof String stage) {
      connection.logical().refuseLostStage(stage, error);
    }
  }

  private @Nullable Object logical(
      @Nullable Object result, VendorCall call, PhysicalSession session) throws SQLException {
    if (!(result instanceof ResultSet rows)) {
      return result;
    }
    return call.is("createResultSet", 1)
        ? Proxies.asyncResults(connection, null, session, rows, on -> again(call, on)).carried()
        : connection.results(rows);
  }

  private static ResultSet again(VendorCall call, PhysicalSession on) throws SQLException {
    return (ResultSet) Objects.requireNonNull(call.on(on.connection()));
  }
}
