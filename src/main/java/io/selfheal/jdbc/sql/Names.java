package io.selfheal.jdbc.sql;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The identifiers that a text mentions anywhere. Made when first asked for, as most texts are never
 * asked. Thread-safe: two threads may make the same set, and either will do.
 */
public final class Names {

  private final String sql;
  private @Nullable Set<String> known;

  Names(String sql) {
    this.sql = sql;
  }

  /**
   * Whether the text mentions that name. Literals that are nothing but a name count, since many a
   * function takes names as text, and quoted names count in upper case too, since a session
   * parameter may fold them [D]: a mention too many is a refusal, one too few is a wrong answer. A
   * text that cannot be read mentions everything.
   *
   * @param name case-folded, as in {@link ObjectName#simple()}
   */
  public boolean contains(String name) {
    Set<String> names = known;
    if (names == null) {
      if (sql.length() > Classifier.LONGEST) {
        return true;
      }
      Set<String> found = new HashSet<>();
      Tokens tokens = Lexer.scan(sql);
      if (tokens.doubtful) {
        return true;
      }
      collect(tokens, found::add);
      names = Set.copyOf(found);
      // A long text would hold on to a long set for its whole life; it is read again instead.
      if (sql.length() <= ShapeCache.LONGEST) {
        known = names;
      }
    }
    return names.contains(name);
  }

  private static void collect(Tokens tokens, Consumer<String> names) {
    for (int at = 0; at < tokens.size(); at++) {
      switch (tokens.type(at)) {
        case WORD -> names.accept(tokens.name(at));
        case QUOTED -> quoted(tokens.name(at), names);
        case STRING -> literal(tokens.string(at), names);
        case STAGE -> stage(tokens.raw(at), names);
        default -> {}
      }
    }
  }

  private static void quoted(String name, Consumer<String> names) {
    names.accept(name);
    names.accept(name.toUpperCase(Locale.ROOT));
  }

  private static void literal(String text, Consumer<String> names) {
    if (text.startsWith("@")) {
      stage(text, names);
      return;
    }
    ObjectName name = ObjectName.parse(text);
    if (name != null) {
      name.parts().forEach(part -> quoted(part, names));
    }
  }

  private static void stage(String text, Consumer<String> names) {
    ObjectName name = StageRef.parse(text).name();
    if (name != null) {
      name.parts().forEach(part -> quoted(part, names));
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Names names && names.sql.equals(sql);
  }

  @Override
  public int hashCode() {
    return sql.hashCode();
  }

  /** Nothing of the text: it may hold secrets, and a record prints its components. */
  @Override
  public String toString() {
    return "Names";
  }
}
