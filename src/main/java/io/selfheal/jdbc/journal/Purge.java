package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.snowflake.Identifiers;
import io.selfheal.jdbc.sql.StageRef;
import io.selfheal.jdbc.sql.Trait;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What COPY … PURGE did to a temp stage: all that it loaded is removed [D]. Made again without the
 * COPY, whose rows outlive the session. Immutable.
 *
 * @param remove the same by REMOVE
 * @param all whether nothing is left on the stage
 */
public record Purge(String remove, boolean all) implements Replay {

  private static final Pattern ON_ERROR =
      Pattern.compile("(?i)ON_ERROR\\s*+=\\s*+'?+(?!ABORT_STATEMENT)");

  /**
   * Null where what is left of the stage cannot be told: it loaded some files by name or pattern,
   * or went on after errors.
   */
  public static @Nullable Purge of(Applied call, Scope scope) {
    var shape = call.shape();
    if (!shape.has(Trait.PURGES_FILES)
        || shape.stages().size() != 1
        || shape.mentions("FILES")
        || shape.mentions("PATTERN")
        || ON_ERROR.matcher(call.sql()).find()) {
      return null;
    }
    var stage = shape.stages().get(0);
    var object = TempObject.of(stage, scope);
    var name = object == null ? null : object.name();
    if (name == null || !stage.path().matches("[A-Za-z0-9_./=-]*")) {
      return null;
    }
    var parts = name.parts();
    var location =
        stage.type() == StageRef.Type.TABLE
            ? Identifiers.quote(parts.subList(0, parts.size() - 1))
                + ".%"
                + Identifiers.quote(name.simple())
            : Identifiers.quote(parts);
    return new Purge("REMOVE @" + location + "/" + stage.path(), stage.path().isEmpty());
  }

  @Override
  public Done on(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(remove);
    }
    return new Done(-1, null);
  }

  @Override
  public long bytes() {
    return 48L + remove.length();
  }
}
