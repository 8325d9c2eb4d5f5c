package io.selfheal.jdbc.journal;

import io.selfheal.jdbc.ReplayScope;
import io.selfheal.jdbc.driver.Options;
import io.selfheal.jdbc.sql.Detail;
import io.selfheal.jdbc.sql.Hint;
import io.selfheal.jdbc.sql.Kind;
import io.selfheal.jdbc.sql.ObjectName;
import io.selfheal.jdbc.sql.Shape;
import io.selfheal.jdbc.sql.Trait;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the living session holds that a fresh login would not: context, session variables and
 * parameters, temp objects, the open transaction. Every method is called under the logical
 * session's state lock, which guards all fields.
 */
public final class SessionState {

  private boolean autoCommit;
  private final boolean loginAutoCommit;
  private boolean begun;
  private boolean worked;

  /** Whether the open transaction's work may have been committed by something on the way. */
  private boolean perhapsCommitted;

  /** Replaced as a whole. */
  private Map<String, String> uses = Map.of();

  /** In the order of the calls; replaced as a whole. */
  private Map<String, Context.Attribute<Connection>> attributes = Map.of();

  /** Replaced as a whole. */
  private Map<String, Variable> variables = Map.of();

  /** Replaced as a whole. */
  private Map<String, String> parameters = Map.of();

  private @Nullable String opaque;
  private final Journal journal;
  private final Options.Verify verify;

  /** The context of the last entry, so that entries of one context share it. */
  private @Nullable Context lastContext;

  public SessionState(boolean autoCommit, Options options) {
    this.autoCommit = autoCommit;
    this.loginAutoCommit = autoCommit;
    this.journal = new Journal(options.journalStatements(), options.journalBytes());
    this.verify = options.verify();
  }

  public boolean autoCommit() {
    return autoCommit;
  }

  /** True when statements do not commit by themselves just now. */
  public boolean manualCommit() {
    return !autoCommit || begun;
  }

  /** Whether something may have ended the open transaction, so that statements commit again. */
  public boolean perhapsCommitted() {
    return perhapsCommitted;
  }

  public Map<String, Variable> variables() {
    return variables;
  }

  /** The live temp objects. */
  public Set<TempObject> objects() {
    return journal.objects().keySet();
  }

  /** Those of the given stages that still have such files. */
  public Set<TempObject> loadedStages(Set<TempObject> stages) {
    return stages.stream()
        .filter(
            stage -> {
              var held = journal.objects().get(stage);
              return held != null && held.is(Held.Mark.LOADED);
            })
        .collect(Collectors.toUnmodifiableSet());
  }

  Map<String, String> parameters() {
    return parameters;
  }

  Map<String, String> uses() {
    return uses;
  }

  Map<String, Context.Attribute<Connection>> attributes() {
    return attributes;
  }

  public void attribute(String name, Context.Attribute<Connection> call) {
    Map<String, Context.Attribute<Connection>> copy = new LinkedHashMap<>(attributes);
    copy.remove(name);
    copy.put(name, call);
    attributes = Collections.unmodifiableMap(copy);
  }

  /**
   * Takes note of a call that has succeeded on this session.
   *
   * @param place where the session is after it
   */
  public void applied(Applied call, Connection connection, Place place, ReplayScope replay)
      throws SQLException {
    var shape = call.shape();
    if (shape.has(Trait.SEVERAL_STATEMENTS) && applyParts(call, connection, place, replay)) {
      return;
    }
    var scope = Scope.of(place, variables, call.binds());
    var context = context(place);
    var recorder = new ContentRecorder(journal, call, scope, context, keep(replay), manualCommit());
    var definitions = new DefinitionRecorder(journal, call, scope, context, keep(replay));
    switch (shape.kind()) {
      case QUERY -> {
        // Only what is read inside of a transaction is compared when that is replayed.
        if (begun || worked || shape.has(Trait.LOCKS_ROWS)) {
          recorder.read();
        }
        if (shape.has(Trait.LOCKS_ROWS)) {
          work();
        }
      }
      case WRITE -> {
        recorder.write();
        work();
      }
      // Files are not part of a transaction.
      case FILE -> recorder.file();
      case DDL -> {
        committed();
        definitions.define();
      }
      case TEMP_DDL -> {
        // Whether CREATE TEMP commits is not certain [I]: the transaction may be open still.
        mayHaveCommitted();
        definitions.create();
      }
      case USE -> use(shape, call.sql(), place);
      case SESSION -> session(call, connection);
      case TRANSACTION -> transaction(shape, recorder);
      case OPAQUE -> {
        work();
        mayHaveCommitted();
        taint(firstWord(call.sql()));
      }
    }
    if (shape.has(Hint.CHECKPOINT)) {
      checkpoint();
    }
    if (call.replay() != null && !journal.endsWith(call.replay())) {
      call.replay().discard();
    }
  }

  /** A text of several statements, each of which tells what it does; false where one does not. */
  private boolean applyParts(Applied call, Connection connection, Place place, ReplayScope replay)
      throws SQLException {
    var texts = Shape.statements(call.sql());
    if (texts.size() < 2 || call.shape().binds() > 0 || call.shape().has(Trait.CHAIN)) {
      return false;
    }
    for (var text : texts) {
      var shape = Shape.of(text);
      boolean told = Variables.toRead(shape, text).isEmpty();
      // A part that moves the context has been followed by others: which ran where is not known.
      boolean moves = shape.movesContext() || shape.kind() == Kind.USE;
      if (shape.kind() == Kind.OPAQUE || shape.kind() == Kind.SESSION || moves || !told) {
        return false;
      }
    }
    for (var text : texts) {
      applied(
          new Applied(text, Shape.of(text), Binds.NONE, new Text(text), -1, null, Map.of()),
          connection,
          place,
          replay);
    }
    return true;
  }

  /**
   * Takes note of a statement that was sent, and of which nobody will see when it ends, and how.
   * What it changes cannot be rebuilt: to make it again might do it twice, or do what has failed.
   */
  public void submitted(Applied call, Place place) {
    var shape = call.shape();
    var word = firstWord(call.sql());
    var why = "how an asynchronous " + word + " ended that changed it was not waited for";
    var scope = Scope.of(place, variables, call.binds());
    begun |= shape.transactionVerb() == Detail.TransactionVerb.BEGIN || shape.has(Trait.AUTOCOMMIT);
    work();
    Set<TempObject> changed = new LinkedHashSet<>();
    switch (shape.kind()) {
      case QUERY, WRITE, FILE -> {}
      case TEMP_DDL, DDL -> {
        mayHaveCommitted();
        changed.addAll(TempObject.of(shape, shape.creates(), scope));
        changed.addAll(TempObject.changed(shape, scope));
      }
      case USE, SESSION, TRANSACTION, OPAQUE -> {
        mayHaveCommitted();
        taint(word);
      }
    }
    if (shape.kind() == Kind.TEMP_DDL) {
      changed.forEach(
          object ->
              journal.putForGood(
                  object, new Held(journal.version(), journal.version(), why, Set.of(), null)));
    }
    var analysis = new Analysis(shape, scope, journal.objects());
    changed.addAll(analysis.written());
    changed.addAll(analysis.stages());
    changed.forEach(object -> journal.lose(object, why));
    if (manualCommit()) {
      journal.loseTransaction("how an asynchronous " + word + " in it ended was not waited for");
    }
  }

  /**
   * Takes note of a statement that failed, but may have done some of its work: a script, a batch.
   */
  public void attempted(Shape shape, String sql, Binds binds, Place place) {
    if (shape.kind() == Kind.DDL || shape.kind() == Kind.TEMP_DDL) {
      // It may have failed after the commit that comes before it [D].
      mayHaveCommitted();
      return;
    }
    work();
    if (shape.kind() == Kind.OPAQUE) {
      mayHaveCommitted();
      taint(firstWord(sql));
    } else {
      var why = "a " + firstWord(sql) + " failed half-way";
      var scope = Scope.of(place, variables, binds);
      new Analysis(shape, scope, journal.objects())
          .written()
          .forEach(object -> journal.lose(object, why));
      if (manualCommit()) {
        journal.loseTransaction(why);
      }
    }
  }

  public void transactionNotRecorded(String why) {
    journal.notRecorded(why);
  }

  /** A call succeeded, but what it did to the session could not be seen. */
  public void lostTrack() {
    taint("statement");
  }

  /** The object stays, but cannot be rebuilt. */
  public void lose(TempObject object, String why) {
    journal.lose(object, why);
  }

  /** Forgets how to rebuild the temp objects. They stay, until their session dies. */
  public void checkpoint() {
    journal.forget("there was a checkpoint after it was made");
  }

  private Recorder.Keep keep(ReplayScope replay) {
    boolean objects = replay == ReplayScope.SESSION || replay == ReplayScope.TRANSACTION;
    return new Recorder.Keep(
        objects, replay == ReplayScope.TRANSACTION, verify == Options.Verify.FULL);
  }

  private Context context(Place place) {
    var context = Context.of(place, this);
    var last = lastContext;
    if (last != null && last.sameAs(context)) {
      return last;
    }
    lastContext = context;
    return context;
  }

  private void taint(String by) {
    if (opaque == null) {
      opaque = by;
    }
    journal.forget("a later " + by + " may have changed it");
    if (manualCommit()) {
      journal.loseTransaction("what " + by + " did in it is not known");
    }
  }

  /** Whether there is something besides the context that a fresh login lacks. */
  public boolean holdsMoreThanContext() {
    return begun
        || worked
        || opaque != null
        || !journal.objects().isEmpty()
        || !variables.isEmpty()
        || !parameters.isEmpty();
  }

  /** Those that can be rebuilt. */
  public Set<TempObject> rebuildable() {
    var all = journal.objects();
    return all.values().stream().allMatch(held -> held.lost() == null)
        ? all.keySet()
        : all.keySet().stream()
            .filter(object -> Objects.requireNonNull(all.get(object)).lost() == null)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Whether there is something besides the place that another login lacks, if nobody restores it.
   */
  public boolean holdsMoreThanPlace(Place place) {
    return holdsMoreThanContext() || autoCommit != loginAutoCommit || usesUnseen(place);
  }

  /** A USE whose effect the getters do not show. */
  private boolean usesUnseen(Place place) {
    return place.role() == null
        ? !uses.isEmpty()
        : uses.containsKey(Detail.UseWhat.SECONDARY_ROLES.name());
  }

  /** What {@link #holdsMoreThanPlace} is about, in words without values. */
  public String describe(Place place) {
    List<String> held = new ArrayList<>();
    if (begun || worked) {
      held.add("the open transaction");
    }
    journal.objects().keySet().forEach(object -> held.add("the " + object));
    variables.keySet().forEach(name -> held.add("session variable " + name));
    parameters.keySet().forEach(name -> held.add("session parameter " + name));
    if (opaque != null) {
      held.add("whatever " + opaque + " … left in the session");
    }
    if (autoCommit != loginAutoCommit) {
      held.add("autocommit " + (autoCommit ? "on" : "off"));
    }
    if (usesUnseen(place)) {
      held.add("USE " + String.join(", USE ", uses.keySet()).toLowerCase(Locale.ROOT));
    }
    return String.join(", ", held);
  }

  /** Whether a heal is certain to lose something. */
  public boolean cannotBeRebuilt(ReplayScope replay) {
    var keep = keep(replay);
    return opaque != null
        || ((begun || worked) && !keep.transactions())
        || (!journal.objects().isEmpty() && !keep.objects())
        || journal.transactionLost() != null
        || variables.values().stream().anyMatch(variable -> variable.set() == null)
        || journal.objects().values().stream().anyMatch(held -> held.lost() != null);
  }

  /** All of it as it is now, for a heal. */
  public Snapshot snapshot(Place place, ReplayScope replay) {
    return new Snapshot(
        Context.of(place, this),
        journal.entries(),
        journal.objects(),
        journal.objectsBeforeTransaction(),
        begun || worked,
        perhapsCommitted,
        journal.transactionLost(),
        keep(replay),
        journal.changes());
  }

  /**
   * Takes over what a heal has made.
   *
   * @return what is lost besides
   */
  public Loss rebuilt(Rebuilt rebuilt) {
    List<String> things = new ArrayList<>();
    Map<String, Variable> known = new HashMap<>(variables);
    variables.forEach(
        (name, variable) -> {
          if (variable.set() == null) {
            things.add("session variable " + name + ", whose value could not be learnt");
            known.remove(name);
          }
        });
    variables = Map.copyOf(known);
    if (opaque != null) {
      things.add("whatever " + opaque + " … left in the session");
      opaque = null;
    }
    boolean replayed = rebuilt.transaction() == Rebuilt.Transaction.REPLAYED;
    journal.rebuilt(rebuilt.entries(), rebuilt.objects(), replayed);
    if (!replayed) {
      transactionEnded();
    }
    return new Loss(
        switch (rebuilt.transaction()) {
          case NONE -> Loss.Transaction.NOT_LOST;
          case COMMITTED -> Loss.Transaction.COMMITTED;
          case REPLAYED -> Loss.Transaction.REPLAYED;
          case LOST -> Loss.Transaction.LOST;
          case UNKNOWN -> Loss.Transaction.UNKNOWN;
        },
        rebuilt.why(),
        rebuilt.failure(),
        rebuilt.diverged(),
        things);
  }

  private void committed() {
    journal.committed();
    transactionEnded();
  }

  private void transactionEnded() {
    begun = false;
    worked = false;
    perhapsCommitted = false;
  }

  private void mayHaveCommitted() {
    if (begun || worked) {
      perhapsCommitted = true;
      journal.mayHaveCommitted();
    }
  }

  private void work() {
    if (manualCommit()) {
      worked = true;
    }
  }

  private void use(Shape shape, String sql, Place place) {
    if (shape.detail() instanceof Detail.Use use) {
      boolean seen = use.what() != Detail.UseWhat.SECONDARY_ROLES && place.role() != null;
      boolean told =
          shape.binds() == 0 && (use.target() == null || use.target() instanceof ObjectName);
      if (!told && !seen) {
        taint("USE");
        return;
      }
      switch (use.what()) {
        case ROLE, WAREHOUSE, SECONDARY_ROLES -> {
          Map<String, String> copy = new LinkedHashMap<>(uses);
          copy.put(use.what().name(), sql);
          uses = Collections.unmodifiableMap(copy);
        }
        // The driver's getters know the database and schema.
        default -> {}
      }
    }
  }

  private void session(Applied call, Connection connection) throws SQLException {
    var detail = call.shape().detail();
    if (detail instanceof Detail.Variables set) {
      variables(call, set);
    } else if (detail instanceof Detail.Parameters set
        && call.shape().binds() == 0
        && !call.shape().mentionsVariable()) {
      parameters(set, connection);
    } else {
      taint("ALTER");
    }
  }

  private void variables(Applied call, Detail.Variables set) {
    Map<String, Variable> copy = new LinkedHashMap<>(variables);
    set.names().forEach(copy::remove);
    if (!set.unset()) {
      var literal = Variables.literal(call.shape(), call.sql());
      for (var name : set.names()) {
        copy.put(
            name,
            literal != null ? literal : call.variables().getOrDefault(name, Variable.UNKNOWN));
      }
    }
    variables = Collections.unmodifiableMap(copy);
  }

  private void parameters(Detail.Parameters set, Connection connection) throws SQLException {
    Map<String, String> copy = new LinkedHashMap<>(parameters);
    for (var value : set.values().entrySet()) {
      if (value.getKey().equals("AUTOCOMMIT")) {
        mayHaveCommitted();
        autoCommit(connection.getAutoCommit());
      } else {
        copy.remove(value.getKey());
        copy.put(value.getKey(), set.unset() ? "" : value.getValue());
        if (value.getKey().equals("QUOTED_IDENTIFIERS_IGNORE_CASE")) {
          // From here on names may mean other objects than their texts say.
          taint("ALTER");
        }
      }
    }
    parameters = Collections.unmodifiableMap(copy);
  }

  private void autoCommit(boolean on) {
    if (on != autoCommit) {
      // Switching it commits what was open [D].
      committed();
    }
    autoCommit = on;
  }

  private void transaction(Shape shape, ContentRecorder recorder) {
    var verb = shape.transactionVerb();
    if (verb == Detail.TransactionVerb.BEGIN) {
      // Also where one seems to be open: CREATE TEMP may have ended it [I]; if not, a further BEGIN
      // is ignored [D].
      recorder.begin();
      begun = true;
    } else if (verb == Detail.TransactionVerb.ROLLBACK) {
      // By SET AUTOCOMMIT = FALSE another one has begun at once; after BEGIN none has.
      journal.rolledBack(perhapsCommitted && autoCommit);
      transactionEnded();
    } else {
      committed();
    }
  }

  /** Never the text itself, which may hold values. */
  private static String firstWord(String sql) {
    var text = sql.strip();
    int end = 0;
    while (end < text.length() && end < 20 && Character.isLetter(text.charAt(end))) {
      end++;
    }
    return end == 0 ? "statement" : text.substring(0, end);
  }
}
