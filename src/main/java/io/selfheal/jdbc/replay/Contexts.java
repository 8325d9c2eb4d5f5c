package io.selfheal.jdbc.replay;

import io.selfheal.jdbc.session.PhysicalSession;
import io.selfheal.jdbc.snowflake.Identifiers;
import io.selfheal.jdbc.sql.Detail.ObjectType;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import java.sql.SQLException;
import java.util.stream.Collectors;

/**
 * CREATE DATABASE and CREATE SCHEMA also make the new one current [D]; so must the session that
 * takes over their result.
 */
final class Contexts {

  private Contexts() {}

  static void follow(Shape shape, PhysicalSession fresh) throws SQLException {
    if (!shape.movesContext()) {
      return;
    }
    for (var created : shape.creates()) {
      if (!(created instanceof ObjectName name)) {
        throw new SQLException("the name of what was made, and made current, is not in the text");
      }
      var kind = shape.objectType() == ObjectType.DATABASE ? "DATABASE " : "SCHEMA ";
      try (var statement = fresh.connection().createStatement()) {
        statement.execute(
            "USE "
                + kind
                + name.parts().stream().map(Identifiers::quote).collect(Collectors.joining(".")));
      }
    }
  }
}
