package io.selfheal.jdbc;

import static io.selfheal.jdbc.EveryPoint.Due.HEALED;

import io.selfheal.jdbc.EveryPoint.Due;
import io.selfheal.jdbc.testkit.ExpiryPoint;
import java.util.List;

/** Work of which not everything can be healed, and where exactly it has to be refused. */
final class RefusedJobs {

  private static final String CALL = "CALL twice()";

  private RefusedJobs() {}

  static List<EveryPoint> all() {
    return List.of(
        new EveryPoint(
            Job.of("a procedure", RefusedJobs::procedure)
                .with(
                    "CREATE OR REPLACE PROCEDURE twice() RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN"
                        + " INSERT INTO target VALUES (7, 7); INSERT INTO target VALUES (8, 8); RETURN 'done'; END $$"),
            RefusedJobs::afterACall),
        new EveryPoint(
            Job.of("what cannot be proved", RefusedJobs::unproved).shadowed(),
            RefusedJobs::whileUnproved),
        new EveryPoint(
            Job.of("COPY from a permanent stage in a transaction", RefusedJobs::permanentStage)
                .with("CREATE OR REPLACE STAGE store", "COPY INTO @store/out FROM (SELECT 3, 30)"),
            RefusedJobs::afterThatCopy),
        new EveryPoint(
            Job.of("row-by-row batch", RefusedJobs::rowByRow), RefusedJobs::inARowByRowBatch),
        new EveryPoint(
            Job.of("row-by-row batch in a transaction", RefusedJobs::rowByRowInATransaction),
            RefusedJobs::inARowByRowBatch));
  }

  private static void procedure(Tape tape) throws Exception {
    tape.update("INSERT INTO target VALUES (3, 30)");
    tape.query(CALL);
    tape.query("SELECT COUNT(*) FROM target");
    tape.update("INSERT INTO target VALUES (4, 40)");
    // A write in doubt that ran is answered, so that it is the next that is told.
    tape.query("SELECT SUM(n) FROM target");
  }

  /** Nobody knows what it left in the session: the call that comes next is told. */
  private static Due afterACall(Trouble trouble, int n, JobRuns.Truth truth) {
    int call = truth.number(CALL);
    boolean ran = n > call || n == call && trouble.point() != ExpiryPoint.BEFORE;
    return ran ? Due.refused(ReplayRefusedException.class) : HEALED;
  }

  private static final String UNPROVED =
      "CREATE TEMPORARY TABLE staging AS SELECT id, n, UUID_STRING() AS key FROM target";

  private static final String DROP = "DROP TABLE staging";

  private static void unproved(Tape tape) throws Exception {
    tape.update(UNPROVED);
    tape.query("SELECT COUNT(*) FROM staging");
    tape.update("INSERT INTO target VALUES (3, 30)");
    tape.update("INSERT INTO target SELECT COUNT(*), MAX(n) FROM staging");
    tape.update(DROP);
    tape.query("SELECT COUNT(*) FROM target");
  }

  /** From the death of what nobody can make again to its drop, which could meet another. */
  private static Due whileUnproved(Trouble trouble, int n, JobRuns.Truth truth) {
    int metBy = trouble.after() ? n + 1 : n;
    boolean lost = metBy > truth.number(UNPROVED) && metBy <= truth.number(DROP);
    return lost ? Due.refused(ReplayRefusedException.class) : HEALED;
  }

  private static final String COPY = "COPY INTO target FROM @store/out";

  private static void permanentStage(Tape tape) throws Exception {
    tape.update("BEGIN", "INSERT INTO target VALUES (4, 40)", COPY);
    tape.query("SELECT COUNT(*) FROM target");
    tape.update("COMMIT");
    tape.query("SELECT SUM(n) FROM target");
  }

  /** Its files may be others by now, so that what it did cannot be done again. */
  private static Due afterThatCopy(Trouble trouble, int n, JobRuns.Truth truth) {
    int metBy = trouble.after() ? n + 1 : n;
    int commit = truth.number("COMMIT");
    if (n == commit && trouble.point() == ExpiryPoint.WHILE_RUNNING) {
      // It is a race which comes first, its end or the end that the heal makes of the transaction.
      return Due.eitherWay(TransactionLostException.class);
    }
    boolean committed = metBy > commit || n == commit && trouble.point() != ExpiryPoint.BEFORE;
    return metBy <= truth.number(COPY) || committed
        ? HEALED
        : Due.refused(TransactionLostException.class);
  }

  private static void rowByRow(Tape tape) throws Exception {
    tape.update("INSERT INTO target VALUES (3, 30)");
    try (var update =
        tape.connection.prepareStatement("UPDATE target SET n = n + ? WHERE id = ?")) {
      tape.batch(update, new Object[] {1, 1}, new Object[] {2, 2}, new Object[] {1, 1});
    }
    tape.query("SELECT id, n FROM target ORDER BY 1");
  }

  private static void rowByRowInATransaction(Tape tape) throws Exception {
    tape.autoCommit(false);
    rowByRow(tape);
    tape.commit();
    tape.query("SELECT id, n FROM target ORDER BY 1");
    tape.commit();
  }

  /** Whether a row of such a batch has run cannot always be told. */
  private static Due inARowByRowBatch(Trouble trouble, int n, JobRuns.Truth truth) {
    boolean inBatch = truth.texts().get(n - 1).startsWith("UPDATE");
    return inBatch
        ? Due.eitherWay(OutcomeUnknownException.class, TransactionLostException.class)
        : HEALED;
  }
}
