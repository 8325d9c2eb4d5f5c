package io.selfheal.jdbc.events;

import io.selfheal.jdbc.events.HealReport.Stage;
import java.util.function.ToLongFunction;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * A heal, or an attempt at one, for Java Flight Recorder; its duration is the whole heal's. Only
 * {@link HealReport} may touch this class, as the run-time image may lack its superclass.
 */
@Name("io.selfheal.Heal")
@Label("Session Heal")
@Category({"Database", "selfheal-jdbc"})
@Description("An expired database session was replaced, or was tried to be")
@StackTrace(false)
final class HealFlight extends Event {

  @Label("Generation")
  @Description("The number of the session that died; 0 is the connection's first")
  long generation;

  @Label("Reason Code")
  @Description("The vendor code that told of the session's end; 0 for none")
  int reasonCode;

  @Label("Outcome")
  @Description(
      "healed, followed (the physical driver had replaced the session by itself), or failed and why")
  String outcome = "";

  @Label("Login")
  @Timespan(Timespan.NANOSECONDS)
  long login;

  @Label("Context")
  @Timespan(Timespan.NANOSECONDS)
  long context;

  @Label("Transaction")
  @Description("Finding out what became of the open transaction")
  @Timespan(Timespan.NANOSECONDS)
  long transaction;

  @Label("Rebuild")
  @Timespan(Timespan.NANOSECONDS)
  long rebuild;

  @Label("Rebuilt")
  @Description("Statements and uploads that were run again to rebuild the session")
  int rebuilt;

  @Label("Lost")
  @Description("Temporary objects that could not be rebuilt")
  int lost;

  private HealFlight() {}

  static HealFlight begun() {
    var flight = new HealFlight();
    flight.begin();
    return flight;
  }

  void end(long died, int code, String how, int again, int gone, ToLongFunction<Stage> stages) {
    end();
    if (shouldCommit()) {
      generation = died;
      reasonCode = code;
      outcome = how;
      login = stages.applyAsLong(Stage.LOGIN);
      context = stages.applyAsLong(Stage.CONTEXT);
      transaction = stages.applyAsLong(Stage.TRANSACTION);
      rebuild = stages.applyAsLong(Stage.REBUILD);
      rebuilt = again;
      lost = gone;
      commit();
    }
  }
}
