package io.selfheal.jdbc.session;

import io.selfheal.jdbc.snowflake.Vendor;
import io.selfheal.jdbc.sql.Detail;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the living session holds that a fresh login would not: context that can be restored, and
 * things that are lost with it. Every method is called under the logical session's state lock,
 * which guards all fields.
 */
final class SessionState {

  private boolean autoCommit;
  private boolean begun;
  private boolean worked;

  /** Whether the open transaction's work may have been committed by something on the way. */
  private boolean perhapsCommitted;

  private final Map<String, String> uses = new LinkedHashMap<>();
  private final Map<String, Context.Attribute<Connection>> attributes = new LinkedHashMap<>();
  private final Set<TempObject> temporary = new LinkedHashSet<>();
  private final Set<String> variables = new LinkedHashSet<>();
  private final Set<String> parameters = new LinkedHashSet<>();
  private @Nullable String opaque;

  SessionState(boolean autoCommit) {
    this.autoCommit = autoCommit;
  }

  boolean autoCommit() {
    return autoCommit;
  }

  /** True when statements do not commit by themselves just now. */
  boolean manualCommit() {
    return !autoCommit || begun;
  }

  Map<String, String> uses() {
    return Map.copyOf(uses);
  }

  Map<String, Context.Attribute<Connection>> attributes() {
    return new LinkedHashMap<>(attributes);
  }

  Set<TempObject> temporary() {
    return Set.copyOf(temporary);
  }

  void attribute(String name, Context.Attribute<Connection> call) {
    attributes.remove(name);
    attributes.put(name, call);
  }

  void autoCommit(boolean on) {
    if (on != autoCommit) {
      // Switching it commits what was open [D].
      transactionEnded();
    }
    autoCommit = on;
  }

  void transactionEnded() {
    begun = false;
    worked = false;
    perhapsCommitted = false;
  }

  /** Takes note of a statement that has succeeded on this session. */
  void applied(Shape shape, String sql, Binds binds, Connection connection) throws SQLException {
    switch (shape.kind()) {
      case QUERY -> {
        if (shape.has(Trait.LOCKS_ROWS)) {
          work();
        }
      }
      case WRITE, FILE -> work();
      case DDL -> {
        definition(shape, binds, connection);
        transactionEnded();
      }
      case TEMP_DDL -> {
        // Whether CREATE TEMP commits is not certain [I]: the transaction may be open still.
        mayHaveCommitted();
        temporary.addAll(TempObject.of(shape, shape.creates(), binds, connection));
      }
      case USE -> use(shape, sql, connection);
      case SESSION -> session(shape, connection);
      case TRANSACTION -> transaction(shape);
      case OPAQUE -> {
        work();
        mayHaveCommitted();
        taint(firstWord(sql));
      }
    }
  }

  /**
   * Takes note of a statement that failed, but may have done some of its work: a script, a batch.
   */
  void attempted(Shape shape, String sql) {
    if (shape.kind() == Kind.DDL || shape.kind() == Kind.TEMP_DDL) {
      // It may have failed after the commit that comes before it [D].
      mayHaveCommitted();
      return;
    }
    work();
    if (shape.kind() == Kind.OPAQUE) {
      mayHaveCommitted();
      taint(firstWord(sql));
    }
  }

  private void taint(String by) {
    if (opaque == null) {
      opaque = by;
    }
  }

  /** A DROP meets the temp object of that name and type first; a RENAME leaves it temporary. */
  private void definition(Shape shape, Binds binds, Connection connection) throws SQLException {
    boolean temp = false;
    for (var dropped : TempObject.of(shape, shape.drops(), binds, connection)) {
      temp |= temporary.remove(dropped);
    }
    if (temp && shape.has(Trait.RENAMES)) {
      temporary.addAll(TempObject.of(shape, shape.creates(), binds, connection));
    }
    if (shape.has(Trait.SWAPS) && !temporary.isEmpty()) {
      taint("ALTER");
    }
  }

  boolean holdsMoreThanContext() {
    return begun
        || worked
        || opaque != null
        || !temporary.isEmpty()
        || !variables.isEmpty()
        || !parameters.isEmpty();
  }

  /**
   * What goes with this session; afterwards the state is that of a fresh login with the same
   * context.
   */
  Loss lose() {
    List<String> things = new ArrayList<>();
    temporary.forEach(object -> things.add(object.toString()));
    variables.forEach(name -> things.add("session variable " + name));
    parameters.forEach(name -> things.add("session parameter " + name));
    if (opaque != null) {
      things.add("whatever " + opaque + " … left in the session");
    }
    var loss = new Loss(begun || worked, perhapsCommitted, things);
    temporary.clear();
    variables.clear();
    parameters.clear();
    opaque = null;
    transactionEnded();
    return loss;
  }

  private void mayHaveCommitted() {
    if (begun || worked) {
      perhapsCommitted = true;
    }
  }

  private void work() {
    if (manualCommit()) {
      worked = true;
    }
  }

  private void use(Shape shape, String sql, Connection connection) {
    if (shape.detail() instanceof Detail.Use use) {
      boolean seen =
          use.what() != Detail.UseWhat.SECONDARY_ROLES && Vendor.role(connection) != null;
      boolean told =
          shape.binds() == 0 && (use.target() == null || use.target() instanceof ObjectName);
      if (!told && !seen) {
        taint("USE");
        return;
      }
      switch (use.what()) {
        case ROLE, WAREHOUSE, SECONDARY_ROLES -> uses.put(use.what().name(), sql);
        // The driver's getters know the database and schema.
        default -> {}
      }
    }
  }

  private void session(Shape shape, Connection connection) throws SQLException {
    if (shape.detail() instanceof Detail.Variables set) {
      if (set.unset()) {
        set.names().forEach(variables::remove);
      } else {
        variables.addAll(set.names());
      }
    } else if (shape.detail() instanceof Detail.Parameters set) {
      for (var name : set.values().keySet()) {
        if (name.equals("AUTOCOMMIT")) {
          mayHaveCommitted();
          autoCommit(connection.getAutoCommit());
        } else {
          parameters.add(name);
        }
      }
    } else {
      taint("ALTER");
    }
  }

  private void transaction(Shape shape) {
    if (shape.detail() instanceof Detail.Transaction transaction
        && transaction.verb() == Detail.TransactionVerb.BEGIN) {
      begun = true;
    } else {
      transactionEnded();
    }
  }

  /** Never the text itself, which may hold values. */
  private static String firstWord(String sql) {
    var text = sql.strip();
    int end = 0;
    while (end < text.length() && end < 20 && Character.isLetter(text.charAt(end))) {
      end++;
    }
    return end == 0 ? "a statement" : text.substring(0, end);
  }
}
