package io.selfheal.jdbc.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The common table expressions that can be named at a place. Each lives until the parenthesis
 * closes in which its WITH stands; its own body sees it only where it is recursive. Every step
 * takes constant time, counted over the whole text. Not thread-safe.
 */
final class CommonTables {

  /** How many of that name can be seen. */
  private final Map<String, Integer> visible = new HashMap<>();

  /** The names that can be seen, innermost last; an empty one where a parenthesis opened. */
  private final List<String> scopes = new ArrayList<>();

  /** The names whose bodies are open, innermost last. */
  private final List<String> begun = new ArrayList<>();

  private static final String OPENED = "";

  void clear() {
    if (!visible.isEmpty()) {
      // Clearing takes as long as the map was large once.
      visible.clear();
    }
    scopes.clear();
    begun.clear();
  }

  void enter() {
    scopes.add(OPENED);
  }

  void leave() {
    String name;
    do {
      name = scopes.remove(scopes.size() - 1);
      visible.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
    } while (!name.equals(OPENED));
  }

  /** A body of that name begins. */
  void begin(String name) {
    begun.add(name);
  }

  /** The innermost body has ended, and what follows sees it. */
  void define() {
    show(begun.remove(begun.size() - 1));
  }

  /** The innermost body sees itself from here on. */
  void defineInside() {
    show(begun.get(begun.size() - 1));
  }

  private void show(String name) {
    // Nobody can name an empty one.
    if (!name.isEmpty()) {
      scopes.add(name);
      visible.merge(name, 1, Integer::sum);
    }
  }

  boolean isVisible(String name) {
    return visible.containsKey(name);
  }
}
