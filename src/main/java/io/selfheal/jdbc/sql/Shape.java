package io.selfheal.jdbc.sql;

import io.selfheal.jdbc.sql.Detail.TransactionVerb;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one SQL text is and what it names, as far as the text alone tells. Immutable and
 * thread-safe.
 *
 * <p>For an {@link Kind#OPAQUE} text the lists hold what could be made out, which need not be all.
 *
 * @param kind what the text does
 * @param temp whether what it creates dies with the session
 * @param creates what CREATE makes, and the new name of a RENAME
 * @param drops what DROP removes, and the old name of a RENAME
 * @param alters what ALTER and COMMENT change, and both sides of a SWAP
 * @param writes the targets of writes, in their order
 * @param stages the stages and locations named anywhere in the text, in their order
 * @param detail what only this family of statements has
 * @param traits further properties
 * @param hints what comments ask for
 * @param binds the number of {@code ?} placeholders
 * @param nameBinds the placeholders (from 1) whose values are names, anywhere in the text
 * @param names the identifiers mentioned
 * @param sources what it reads; see {@link #reads()} and {@link Trait#UNDETERMINED}
 */
public record Shape(
    Kind kind,
    boolean temp,
    List<Target> creates,
    List<Target> drops,
    List<Target> alters,
    List<Target> writes,
    List<StageRef> stages,
    Detail detail,
    Set<Trait> traits,
    Set<Hint> hints,
    int binds,
    List<Integer> nameBinds,
    Names names,
    Sources sources) {

  private static final ShapeCache CACHE = new ShapeCache(1024);

  /** The shape of a text; null counts as empty. Never fails, in time linear to the text. */
  public static Shape of(@Nullable String sql) {
    return CACHE.get(sql == null ? "" : sql);
  }

  /**
   * The statements of a text in their order, each as written, for a text that is sent as several.
   * Never empty; where semicolons may be part of a scripting block it is the whole text alone.
   */
  public static List<String> statements(String sql) {
    return Classifier.statements(sql);
  }

  static Shape opaque(String sql) {
    return new Shape(
        Kind.OPAQUE,
        false,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Detail.None.INSTANCE,
        Set.of(Trait.UNKNOWN_NAMES),
        Set.of(),
        0,
        List.of(),
        new Names(sql),
        new Sources(sql));
  }

  /**
   * Whether it only reads rows or writes them and is nothing else besides, so that what it does to
   * a session in autocommit is over with it.
   */
  public boolean isSimple() {
    return (kind == Kind.QUERY || kind == Kind.WRITE)
        && detail == Detail.None.INSTANCE
        && hints.isEmpty()
        && !has(Trait.LOCKS_ROWS)
        && !has(Trait.HISTORY);
  }

  public boolean has(Trait trait) {
    return traits.contains(trait)
        || trait == Trait.UNDETERMINED && (has(Trait.VOLATILE) || sources.undetermined());
  }

  public boolean has(Hint hint) {
    return hints.contains(hint);
  }

  /**
   * The tables, views and the like that stand where rows are read from, subqueries and the bodies
   * of views included, and what a definition is copied from. Once each, in the order of their
   * appearance; without common table expressions. A target of {@link #writes()} is among them only
   * where it is a source as well. Worked out when first asked for.
   */
  public List<Target> reads() {
    return sources.reads();
  }

  /** The file formats that the text names, by FORMAT_NAME or FILE_FORMAT. */
  public List<Target> formats() {
    return sources.formats();
  }

  /** Whether the text refers to this session's own past or identity. */
  public boolean historyDependent() {
    return has(Trait.HISTORY);
  }

  /** Whether the text refers to session variables. */
  public boolean mentionsVariable() {
    return has(Trait.VARIABLES);
  }

  /** Whether the text mentions that case-folded simple name; see {@link Names#contains}. */
  public boolean mentions(String simpleName) {
    return names.contains(simpleName);
  }

  /** Whether it is CREATE DATABASE or CREATE SCHEMA, which make the new one current. */
  public boolean movesContext() {
    return has(Trait.MOVES_CONTEXT);
  }

  /** What a TRANSACTION text does; null for all others. */
  public @Nullable TransactionVerb transactionVerb() {
    return detail instanceof Detail.Transaction transaction ? transaction.verb() : null;
  }

  /** What a USE text sets; null for all others. */
  public Detail.@Nullable Use use() {
    return detail instanceof Detail.Use use ? use : null;
  }

  /** The parameters of ALTER SESSION; null for all others. */
  public Detail.@Nullable Parameters parameters() {
    return detail instanceof Detail.Parameters parameters ? parameters : null;
  }

  /** The variables of SET and UNSET; null for all others. */
  public Detail.@Nullable Variables variables() {
    return detail instanceof Detail.Variables variables ? variables : null;
  }

  /** What a FILE text moves; null for all others. */
  public Detail.@Nullable Transfer transfer() {
    return detail instanceof Detail.Transfer transfer ? transfer : null;
  }

  /** The type of object that DDL is about; null for all others. */
  public Detail.@Nullable ObjectType objectType() {
    return detail instanceof Detail.Definition definition ? definition.type() : null;
  }
}
