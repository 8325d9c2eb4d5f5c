package io.selfheal.jdbc.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Review: a wrapped connection of another driver with catalogs and schemas (SQL Server, say). */
class PlaceReviewTest {
  @Test
  void shouldRestoreTheCatalogOfAnyDriver() throws Exception {
    var calls = new ArrayList<String>();
    var catalog = new String[] {"master"};
    var fresh =
        (Connection)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (p, m, a) -> {
                  switch (m.getName()) {
                    case "getCatalog":
                      return catalog[0];
                    case "setCatalog":
                      catalog[0] = (String) a[0];
                      calls.add("setCatalog");
                      return null;
                    case "getSchema":
                      return "dbo";
                    case "getAutoCommit":
                      return true;
                    case "isWrapperFor":
                      return false;
                    case "createStatement":
                      throw new SQLException("USE SCHEMA: syntax error");
                    default:
                      throw new SQLException(m.getName());
                  }
                });
    new Context("shop", "dbo", null, null, true, Map.of(), Map.of(), Map.of(), Map.of())
        .restore(fresh, name -> true, true);
    assertThat(calls).isEqualTo(List.of("setCatalog"));
  }
}
