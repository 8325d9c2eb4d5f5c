package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.proxy.Views.VendorCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/** The vendor's methods of metadata: they read, so they are repeated after a heal. */
record MetaDataView(HealingDatabaseMetaData metaData) implements Views.Target {

  @Override
  public Wrapper logical() {
    return metaData;
  }

  @Override
  public Wrapper physical() throws SQLException {
    return metaData.delegate(metaData.session());
  }

  @Override
  public @Nullable Object call(VendorCall call) throws SQLException {
    var on = metaData.session();
    try {
      return logical(call.on(metaData.delegate(on)));
    } catch (SQLException e) {
      return logical(call.on(metaData.delegate(metaData.recover(on, e))));
    }
  }

  private @Nullable Object logical(@Nullable Object result) {
    return result instanceof ResultSet rows ? metaData.results(rows) : result;
  }
}
