package io.selfheal.jdbc.sql;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What it takes to classify a text of some 100 characters that was never seen before. There are so
 * many that none is still in the cache when its turn comes again.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClassifyBenchmark {

  /** A power of two, and well beyond the places of the cache. */
  private static final int TEXTS = 1 << 14;

  /** With room for a number that makes each text another. */
  public enum Text {
    SELECT(
        "SELECT o.id, o.placed_at, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = %d"),
    SELECT_GROUP(
        "SELECT region, COUNT(*) AS n, SUM(amount) FROM sales.public.orders WHERE day > %d GROUP BY region ORDER BY 2"),
    WITH(
        "WITH latest AS (SELECT id, MAX(at) AS at FROM events GROUP BY id) SELECT * FROM latest WHERE id = %d"),
    INSERT(
        "INSERT INTO ledger (id, account, amount, note, booked_at) VALUES (%d, 'ACC-1', 12.50, 'a note', CURRENT_DATE)"),
    UPDATE(
        "UPDATE ledger SET amount = amount + 1, note = 'corrected by the nightly job', seen = TRUE WHERE id = %d"),
    DELETE(
        "DELETE FROM staging.public.events USING batches b WHERE events.batch = b.id AND b.done AND b.id < %d"),
    MERGE(
        "MERGE INTO t USING s ON t.id = s.id AND s.b = %d WHEN MATCHED THEN UPDATE SET t.v = s.v WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)"),
    CREATE_TEMP(
        "CREATE TEMPORARY TABLE staging_%d (id NUMBER(38, 0), name VARCHAR(100), amount NUMBER(18, 2), at TIMESTAMP_NTZ)"),
    CREATE_AS(
        "CREATE OR REPLACE TEMPORARY TABLE work AS SELECT id, name, amount FROM orders WHERE batch = %d AND NOT done"),
    COPY(
        "COPY INTO ledger FROM @my_stage/2024/part_%d.csv.gz FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1) ON_ERROR = ABORT_STATEMENT"),
    CALL(
        "CALL admin.public.refresh_dashboard('sales', %d, 'a longer argument that says why this is done', TRUE, NULL)"),
    /** All of these in turn, as the branch predictor meets them. */
    MIXED("");

    private final String pattern;

    Text(String pattern) {
      this.pattern = pattern;
    }
  }

  @Param public Text text;

  private final String[] texts = new String[TEXTS];
  private int next;

  @Setup
  public void write() {
    for (int i = 0; i < TEXTS; i++) {
      var each = text == Text.MIXED ? Text.values()[i % (Text.values().length - 1)] : text;
      texts[i] = String.format(each.pattern, 1_000_000 + i);
    }
  }

  @Benchmark
  public Shape unseen() {
    next = (next + 1) & (TEXTS - 1);
    return Shape.of(texts[next]);
  }
}
