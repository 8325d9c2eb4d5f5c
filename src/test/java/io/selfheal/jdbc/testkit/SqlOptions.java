package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The {@code KEY = value} lists of stages, file formats, PUT and COPY. Immutable; a value is a
 * text, a list of texts, or options again.
 */
record SqlOptions(Map<String, Object> values) {

  static SqlOptions none() {
    return new SqlOptions(Map.of());
  }

  /** Reads options up to the end, a closing parenthesis or a word that no {@code =} follows. */
  static SqlOptions read(SqlCursor in) throws SqlFailure {
    var values = new TreeMap<String, Object>();
    while (in.peek().kind() == SqlToken.Kind.WORD && (in.peek(1).is("=") || in.peek(1).is("=>"))) {
      var key = in.next().value();
      in.next();
      values.put(key, value(in));
      in.accept(",");
    }
    return new SqlOptions(values);
  }

  private static Object value(SqlCursor in) throws SqlFailure {
    if (!in.accept("(")) {
      // A name may be qualified: FORMAT_NAME = db.schema.f
      return in.isNameNext() && in.peek(1).is(".") ? String.join(".", in.name()) : in.value();
    }
    if (in.peek().kind() == SqlToken.Kind.WORD && in.peek(1).is("=")) {
      var options = read(in);
      in.expect(")");
      return options;
    }
    var list = new ArrayList<String>();
    while (!in.accept(")")) {
      list.add(in.value());
      in.accept(",");
    }
    return List.copyOf(list);
  }

  String text(String key, String otherwise) {
    return values.get(key) instanceof String text ? text : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    return values.containsKey(key)
        ? text(key, "").toUpperCase(Locale.ROOT).equals("TRUE")
        : otherwise;
  }

  List<String> list(String key, List<String> otherwise) {
    var value = values.get(key);
    if (value instanceof List<?> list) {
      return list.stream().map(Object::toString).toList();
    }
    return value instanceof String text ? List.of(text) : otherwise;
  }

  SqlOptions options(String key) {
    return values.get(key) instanceof SqlOptions options ? options : none();
  }

  /** These, with the other's where both have one. */
  SqlOptions with(SqlOptions other) {
    var both = new TreeMap<>(values);
    both.putAll(other.values);
    return new SqlOptions(both);
  }
}
