package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.StatementRecord.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Everything that was asked of the emulator, in the order in which it ended. Thread-safe. */
final class StatementLog {
  private final List<StatementRecord> records = new ArrayList<>(); // guarded by itself

  void add(StatementRecord record) {
    synchronized (records) {
      records.add(record);
    }
  }

  void clear() {
    synchronized (records) {
      records.clear();
    }
  }

  List<StatementRecord> all() {
    synchronized (records) {
      return List.copyOf(records);
    }
  }

  int runs(String text) {
    var wanted = text.toUpperCase(Locale.ROOT);
    return (int)
        all().stream()
            .filter(one -> one.outcome() == Outcome.RAN)
            .filter(one -> one.sql().toUpperCase(Locale.ROOT).contains(wanted))
            .count();
  }
}
