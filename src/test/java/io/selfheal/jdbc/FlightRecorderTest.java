package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java Flight Recorder is told of heals. */
class FlightRecorderTest extends RebuildFixture {

  private interface Work {
    void run() throws SQLException;
  }

  @TempDir Path directory;

  private List<RecordedEvent> record(Work work) throws IOException, SQLException {
    var file = directory.resolve("heals.jfr");
    try (var recording = new Recording()) {
      recording.enable("io.selfheal.Heal");
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  @Test
  void shouldRecordAHealWithItsStages() throws Exception {
    update("CREATE TEMPORARY TABLE staging (id INT, n INT)");
    update("INSERT INTO staging VALUES (1, 10)");
    update("SET place = 'here'");
    connection.setAutoCommit(false);
    update("INSERT INTO target VALUES (1, 1)");
    expire();
    emulator.faults().slowLogins(1, Duration.ofMillis(40));

    var events = record(this::staging);

    assertThat(events).hasSize(1);
    var heal = events.get(0);
    assertThat(heal.getEventType().getName()).isEqualTo("io.selfheal.Heal");
    assertThat(heal.getLong("generation")).isZero();
    assertThat(heal.getInt("reasonCode")).isEqualTo(390114);
    assertThat(heal.getString("outcome")).isEqualTo("healed");
    assertThat(heal.getInt("rebuilt")).isEqualTo(3);
    assertThat(heal.getInt("lost")).isZero();
    assertThat(heal.getDuration("login")).isGreaterThanOrEqualTo(Duration.ofMillis(40));
    var stages = heal.getDuration("login");
    for (var stage : List.of("context", "transaction", "rebuild")) {
      assertThat(heal.getDuration(stage)).as(stage).isPositive();
      stages = stages.plus(heal.getDuration(stage));
    }
    assertThat(heal.getDuration()).isGreaterThanOrEqualTo(stages);
    assertThat(heal.getStackTrace()).isNull();
    connection.rollback();
  }

  @Test
  void shouldRecordWhatWasLost() throws Exception {
    update("CREATE TEMPORARY TABLE staging (id INT, n INT)");
    connection.unwrap(SelfHealingConnection.class).checkpoint();
    expire();
    var heal = record(() -> query("SELECT 1")).get(0);
    assertThat(heal.getString("outcome")).isEqualTo("healed");
    assertThat(heal.getInt("lost")).isEqualTo(1);
  }

  @Test
  void shouldRecordAFailure() throws Exception {
    expire();
    emulator.faults().refuseLogins(1);
    var events =
        record(
            () ->
                assertThatThrownBy(() -> query("SELECT 1"))
                    .isInstanceOf(ReconnectFailedException.class));
    assertThat(events).hasSize(1);
    assertThat(events.get(0).getString("outcome")).isEqualTo("failed: the login failed");
    assertThat(events.get(0).getDuration("login")).isPositive();
  }
}
