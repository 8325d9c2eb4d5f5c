package io.selfheal.jdbc.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What it takes for the session variables to have other values, in as few statements as possible.
 * Immutable.
 *
 * @param unset the names of those that are to go
 * @param set those that are to be set, by name
 */
record VariableChanges(List<String> unset, Map<String, Variable> set) {

  /** So that no text comes near the server's limit, whatever the values are. */
  private static final int MOST_AT_ONCE = 100;

  /** A name that means itself without quotes, so that it can be written into a text of ours. */
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Z_][A-Z0-9_$]*");

  static VariableChanges between(Map<String, Variable> now, Map<String, Variable> wanted) {
    List<String> unset = new ArrayList<>();
    for (var name : now.keySet()) {
      if (!wanted.containsKey(name)) {
        unset.add(name);
      }
    }
    Map<String, Variable> set = new LinkedHashMap<>();
    wanted.forEach(
        (name, variable) -> {
          if (variable.set() != null && !variable.equals(now.get(name))) {
            set.put(name, variable);
          }
        });
    return new VariableChanges(unset, set);
  }

  void apply(Connection connection, List<String> done) throws SQLException {
    for (var name : unset) {
      Context.execute(connection, "UNSET " + name);
    }
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (var one : set.entrySet()) {
      done.add("variable " + one.getKey());
      var value = one.getValue().value();
      if (value == null || !PLAIN_NAME.matcher(one.getKey()).matches()) {
        Context.execute(connection, String.valueOf(one.getValue().set()));
        continue;
      }
      names.add(one.getKey());
      values.add(value);
      if (names.size() == MOST_AT_ONCE) {
        together(connection, names, values);
      }
    }
    together(connection, names, values);
  }

  private static void together(Connection connection, List<String> names, List<String> values)
      throws SQLException {
    if (names.size() == 1) {
      Context.execute(connection, "SET " + names.get(0) + " = " + values.get(0));
    } else if (!names.isEmpty()) {
      Context.execute(
          connection,
          "SET (" + String.join(", ", names) + ") = (" + String.join(", ", values) + ")");
    }
    names.clear();
    values.clear();
  }

  /** Not the values. */
  @Override
  public String toString() {
    return "VariableChanges" + set.keySet();
  }
}
