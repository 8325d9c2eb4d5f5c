package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.proxy.Views.VendorCall;
import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's methods of a result set: forwards, but for the questions about an asynchronous
 * query, which go on by its id.
 */
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
    if (!(results instanceof HealingAsyncResultSet query)) {
      return call.on(physical());
    }
    if (call.method().getName().startsWith("getStatus")) {
      return query.askStatus(call::on);
    }
    if (call.is("getQueryErrorMessage", 0)) {
      return query.askKnown(call::on);
    }
    return query.ask(call::on);
  }
}
