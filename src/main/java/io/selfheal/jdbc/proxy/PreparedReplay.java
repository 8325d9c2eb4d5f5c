package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Context.Attribute;
import io.selfheal.jdbc.journal.PreparedTexts;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.proxy.Parameters.Setter;
import io.selfheal.jdbc.snowflake.Vendor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The execution of a prepared text with its values. Packed, as there may be thousands on a
 * connection: no array without a value in it, and the setters are another execution's where they
 * are the same. Never printed. Not changed after it was {@linkplain #share shared}.
 */
final class PreparedReplay implements Replay {

  private final String sql;
  private final List<Attribute<Statement>> settings;
  private @Nullable Setter[] setters;
  private final long @Nullable [] bits;
  private final @Nullable Object @Nullable [] values;
  private final @Nullable Object @Nullable [] extras;

  /** With the values as they are now. */
  PreparedReplay(String sql, List<Attribute<Statement>> settings, Parameters bound) {
    int count = bound.last();
    var allSetters = new @Nullable Setter[count];
    var allBits = new long[count];
    var allValues = new @Nullable Object[count];
    var allExtras = new @Nullable Object[count];
    boolean anyBits = false;
    boolean anyValue = false;
    boolean anyExtra = false;
    for (int i = 0; i < count; i++) {
      allSetters[i] = bound.setter(i + 1);
      allBits[i] = bound.bits(i + 1);
      allValues[i] = bound.value(i + 1);
      allExtras[i] = bound.extra(i + 1);
      anyBits |= allBits[i] != 0;
      anyValue |= allValues[i] != null;
      anyExtra |= allExtras[i] != null;
    }
    this.sql = sql;
    this.settings = settings;
    this.setters = allSetters;
    this.bits = anyBits ? allBits : null;
    this.values = anyValue ? allValues : null;
    this.extras = anyExtra ? allExtras : null;
  }

  @Override
  public void share(Replay earlier) {
    if (earlier instanceof PreparedReplay other && Arrays.equals(setters, other.setters)) {
      setters = other.setters;
    }
  }

  private Parameters parameters() {
    var bound = new Parameters();
    for (int i = 0; i < setters.length; i++) {
      bound.load(
          i + 1,
          setters[i],
          bits == null ? 0 : bits[i],
          values == null ? null : values[i],
          extras == null ? null : extras[i]);
    }
    return bound;
  }

  @Override
  public @Nullable String doubt() {
    return parameters().hasStream() ? "a stream was bound to it, which is read only once" : null;
  }

  @Override
  public Done on(Connection connection) throws SQLException {
    try (var texts = new PreparedTexts(connection)) {
      return on(texts);
    }
  }

  @Override
  public Done on(PreparedTexts texts) throws SQLException {
    var statement = texts.get(sql, settings);
    parameters().apply(statement);
    boolean rows = statement.execute();
    if (!rows) {
      return new Done(statement.getLargeUpdateCount(), Vendor.queryId(statement));
    }
    var id = Vendor.queryId(statement);
    statement.getResultSet().close();
    return new Done(-1, id);
  }

  @Override
  public long bytes() {
    return 72 + sql.length() + parameters().bytes();
  }

  @Override
  public String toString() {
    return "PreparedReplay";
  }
}
