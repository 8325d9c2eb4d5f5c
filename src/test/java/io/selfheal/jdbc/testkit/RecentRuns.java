package io.selfheal.jdbc.testkit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last runs by query id. Older ones, once ended, are to be had from the engine's history only.
 * Thread-safe.
 */
final class RecentRuns {
  private static final int KEPT = 500;

  // guarded by itself
  private final Map<String, QueryRun> runs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, QueryRun> eldest) {
          return size() > KEPT && eldest.getValue().hasEnded();
        }
      };

  void add(QueryRun run) {
    synchronized (runs) {
      runs.put(run.queryId(), run);
    }
  }

  boolean allEnded() {
    synchronized (runs) {
      return runs.values().stream().allMatch(QueryRun::hasEnded);
    }
  }

  QueryRun get(String queryId) {
    synchronized (runs) {
      return runs.get(queryId);
    }
  }
}
