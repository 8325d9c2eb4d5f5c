package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.sql.ObjectName;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What entries that do the same to the same objects have in common, so that each of a thousand
 * writes into one table takes little memory. Immutable.
 *
 * @param name what it is, for messages: no values
 * @param role what it is to the journal
 * @param context the context it ran in
 * @param sources permanent objects it read
 * @param templates permanent objects whose definition it copied
 * @param unsure why the same call may do something else another time; null where it may not
 */
record Mould(
    String name,
    Entry.Role role,
    Context context,
    List<ObjectName> sources,
    List<ObjectName> templates,
    @Nullable String unsure) {

  Mould {
    sources = List.copyOf(sources);
    templates = List.copyOf(templates);
  }

  /**
   * By hand: a record's generated equals would pin the class loader. Contexts that are alike are
   * one already.
   */
  @SuppressWarnings("ReferenceEquality")
  boolean sameAs(Mould other) {
    return this == other
        || (role == other.role
            && context == other.context
            && name.equals(other.name)
            && sources.equals(other.sources)
            && templates.equals(other.templates)
            && Objects.equals(unsure, other.unsure));
  }
}
