package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.proxy.Views.VendorCall;
import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/** The vendor's methods of a result set: forwards, as a result set never moves. */
record ResultSetView(HealingResultSet results) implements Views.Target {

  @Override
  public Wrapper logical() {
    return results;
  }

  @Override
  public Wrapper physical() {
    return results.delegate();
  }

  @Override
  public @Nullable Object call(VendorCall call) throws SQLException {
    return call.on(physical());
  }
}
