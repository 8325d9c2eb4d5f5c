package io.selfheal.jdbc.programs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What names stand for while a program goes on, and why a session in that state need not be
 * rebuilt. It knows nothing of the driver. Confined to one thread.
 */
final class Model {
  static final List<String> SCHEMAS = List.of("PUBLIC", "SIDE");

  /** A table or view: temporary ones carry which permanent rows they were filled from. */
  private static final class Relation {
    final boolean temporary;

    /** A view's sources by full name, looked up at each use; null for a table. */
    final List<String> viewOf;

    /** Of a view: that its sources were the session's own. */
    final boolean overTemporary;

    /** Counts the changes of a permanent table, and its renames. */
    int version;

    /** The permanent tables that rows in it came from, as of which of their versions. */
    final Map<Relation, Integer> from = new IdentityHashMap<>();

    boolean volatileRows;

    Relation(boolean temporary, List<String> viewOf, boolean overTemporary) {
      this.temporary = temporary;
      this.viewOf = viewOf;
      this.overTemporary = overTemporary;
    }

    static Relation table(boolean temporary) {
      return new Relation(temporary, null, false);
    }
  }

  private final Map<String, Relation> permanent = new HashMap<>();
  private final Map<String, Relation> temporary = new HashMap<>();
  private final Set<Relation> changedInTransaction = new LinkedHashSet<>();
  private String schema = "PUBLIC";
  private boolean autocommit = true;
  private boolean begun;

  /** The open transaction did what may come out otherwise the next time. */
  private boolean volatileInTransaction;

  /** The open transaction has done something. */
  private boolean working;

  /** Nobody knows for sure whether DDL on temporary objects commits [I]. */
  private boolean unsureOfTransaction;

  /** A reason that stays for the rest of the program. */
  private String forGood;

  /** A reason for the step that was applied last only. */
  private String here;

  Model() {
    for (var in : SCHEMAS) {
      for (var name : List.of("A", "B")) {
        permanent.put(in + "." + name, Relation.table(false));
      }
    }
    permanent.put("PUBLIC.BASE", Relation.table(false));
  }

  /** Why the driver may refuse when the session dies at this step; null if it may not. */
  static String reason(List<Line> lines, int at) {
    if (loads(lines.get(at)) && lines.subList(0, at).stream().anyMatch(Model::loads)) {
      return "the server does not know what was loaded from a stage that was made anew";
    }
    var model = upTo(lines, at);
    var before = model.reason();
    model.apply(lines.get(at).step().effect());
    return before == null ? model.reason() : before;
  }

  private static boolean loads(Line line) {
    return line.step().sql().startsWith("COPY INTO");
  }

  /** The temporary tables that hide a permanent one at this step, whether it took effect or not. */
  static List<String> shadowing(List<Line> lines, int at) {
    var model = upTo(lines, at);
    var names = new ArrayList<>(model.shadowing());
    model.apply(lines.get(at).step().effect());
    names.retainAll(model.shadowing());
    return names;
  }

  /**
   * A temporary object that could not be rebuilt may be gone when it is made again, and then this
   * is no error any more.
   */
  static boolean mayBeForgotten(List<Line> lines, int at) {
    return upTo(lines, at).reason() != null
        && lines.get(at).step().effect() instanceof Effect.Table table
        && table.temporary();
  }

  private static Model upTo(List<Line> lines, int end) {
    var model = new Model();
    lines.subList(0, end).forEach(line -> model.apply(line.step().effect()));
    return model;
  }

  String schema() {
    return schema;
  }

  boolean autocommit() {
    return autocommit;
  }

  boolean inTransaction() {
    return begun || !autocommit;
  }

  boolean hasTemporary(String name) {
    return temporary.containsKey(key(name));
  }

  boolean hasPermanent(String name) {
    return permanent.containsKey(key(name));
  }

  boolean isTable(String name) {
    var relation = find(name);
    return relation != null && relation.viewOf == null;
  }

  boolean isView(String name) {
    var relation = find(name);
    return relation != null && relation.viewOf != null;
  }

  private List<String> shadowing() {
    return temporary.keySet().stream().filter(permanent::containsKey).sorted().toList();
  }

  private String key(String name) {
    return name.contains(".") ? name : schema + "." + name;
  }

  private Relation find(String name) {
    var own = temporary.get(key(name));
    return own == null ? permanent.get(key(name)) : own;
  }

  /**
   * Why a session that dies now, or at the step applied last, may be refused; null if it may not.
   */
  private String reason() {
    if (forGood != null || here != null) {
      return forGood != null ? forGood : here;
    }
    if (unsureOfTransaction) {
      return "DDL on a temporary object inside of a transaction";
    }
    if (volatileInTransaction) {
      return "the transaction called a function that may be volatile";
    }
    for (var entry : temporary.entrySet()) {
      if (entry.getValue().volatileRows) {
        return entry.getKey() + " was filled by a volatile function";
      }
      var view = entry.getValue().viewOf;
      if (view != null
          && entry.getValue().overTemporary != view.stream().anyMatch(temporary::containsKey)) {
        return entry.getKey() + " is a view of something that went";
      }
      for (var source : entry.getValue().from.entrySet()) {
        if (source.getKey().version != source.getValue()) {
          return entry.getKey() + " was filled from a permanent table that changed since";
        }
      }
    }
    return null;
  }

  void apply(Effect effect) {
    here = null;
    boolean open = begun || working;
    change(effect);
    unsureOfTransaction |= open && touchesTemporary(effect);
  }

  private boolean touchesTemporary(Effect effect) {
    if (effect instanceof Effect.Table table) {
      return table.temporary();
    } else if (effect instanceof Effect.View view) {
      return view.temporary();
    }
    return effect instanceof Effect.OtherDdl
        || effect instanceof Effect.Drop
        || effect instanceof Effect.Rename
        || effect instanceof Effect.Swap
        || effect instanceof Effect.Alter;
  }

  private void change(Effect effect) {
    if (effect instanceof Effect.Table table) {
      create(table);
    } else if (effect instanceof Effect.View view) {
      commit();
      var sources = view.sources().stream().map(this::key).toList();
      boolean own = sources.stream().anyMatch(temporary::containsKey);
      put(view.name(), new Relation(view.temporary(), sources, own));
    } else if (effect instanceof Effect.Drop drop) {
      commit();
      var gone =
          hasTemporary(drop.name())
              ? temporary.remove(key(drop.name()))
              : permanent.remove(key(drop.name()));
      change(gone);
    } else if (effect instanceof Effect.Rename rename) {
      commit();
      var map = hasTemporary(rename.from()) ? temporary : permanent;
      if (map.containsKey(key(rename.from())) && !map.containsKey(key(rename.to()))) {
        var moved = map.remove(key(rename.from()));
        change(moved);
        map.put(key(rename.to()), moved);
      }
    } else if (effect instanceof Effect.Alter alter) {
      commit();
      change(find(alter.name()));
    } else if (effect instanceof Effect.Swap swap) {
      swap(swap);
    } else if (effect instanceof Effect.Write write) {
      write.targets().forEach(target -> write(target, write.sources(), write.volatileRows()));
    } else if (effect instanceof Effect.UseSchema use) {
      schema = use.name();
    } else if (effect instanceof Effect.Begin) {
      begun = true;
    } else if (effect instanceof Effect.End) {
      commit();
      unsureOfTransaction = false;
    } else if (effect instanceof Effect.Autocommit set) {
      commit();
      unsureOfTransaction = false;
      autocommit = set.on();
    } else if (effect instanceof Effect.OtherDdl) {
      commit();
    } else if (effect instanceof Effect.Checkpoint) {
      forGood = temporary.isEmpty() ? forGood : "a checkpoint while temporary objects are alive";
    } else if (effect instanceof Effect.History) {
      here = "it asks for the session's history";
    } else if (effect instanceof Effect.Opaque opaque) {
      opaque.targets().forEach(target -> write(target, List.of(), false));
      forGood = "an opaque statement";
    }
  }

  private void create(Effect.Table table) {
    var made = Relation.table(table.temporary());
    // Before the commit: whether its reading came before or after that nobody can look up later.
    fill(made, table.sources(), table.volatileRows());
    commit();
    var key = key(table.name());
    var there = table.temporary() ? temporary.get(key) : permanent.get(key);
    if (!table.temporary() && table.replace() && temporary.containsKey(key)) {
      forGood = "a permanent CREATE OR REPLACE under the name of a temporary table";
    }
    if (there != null && !table.replace()) {
      return;
    }
    change(there);
    put(table.name(), made);
  }

  private void put(String name, Relation relation) {
    var map = relation.temporary ? temporary : permanent;
    change(map.put(key(name), relation));
  }

  private void swap(Effect.Swap swap) {
    commit();
    var one = find(swap.one());
    var other = find(swap.other());
    if (one != null && other != null && one.temporary == other.temporary) {
      change(one);
      change(other);
      var map = one.temporary ? temporary : permanent;
      map.put(key(swap.one()), other);
      map.put(key(swap.other()), one);
    }
  }

  private void write(String target, List<String> sources, boolean volatileRows) {
    volatileInTransaction |= volatileRows && inTransaction();
    working |= inTransaction();
    var table = find(target);
    if (table == null) {
      return;
    }
    if (table.temporary) {
      fill(table, sources, volatileRows);
    } else {
      change(table);
      if (inTransaction()) {
        changedInTransaction.add(table);
      }
    }
  }

  private void fill(Relation table, List<String> sources, boolean volatileRows) {
    table.volatileRows |= volatileRows;
    for (var source : sources) {
      for (var leaf : leaves(find(source), new ArrayList<>())) {
        if (leaf.temporary) {
          table.volatileRows |= leaf.volatileRows;
          leaf.from.forEach(table.from::putIfAbsent);
        } else if (table.temporary) {
          table.from.putIfAbsent(leaf, leaf.version);
        }
      }
    }
  }

  private List<Relation> leaves(Relation relation, List<Relation> into) {
    if (relation != null && relation.viewOf != null) {
      for (var each : relation.viewOf) {
        leaves(find(each), into);
      }
    } else if (relation != null) {
      into.add(relation);
    }
    return into;
  }

  /** What was read inside of the transaction is another thing to those who look after it. */
  private void commit() {
    changedInTransaction.forEach(Model::change);
    changedInTransaction.clear();
    volatileInTransaction = false;
    working = false;
    begun = false;
  }

  private static void change(Relation relation) {
    if (relation != null) {
      relation.version++;
    }
  }
}
