package io.selfheal.jdbc.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What a heal costs, over the emulator, beside what applications do today. No JMH loop: each call
 * needs a session that has just died and must not be prepared within the time, its times are wanted
 * by percentile, and those who are compared have to take turns, so that all meet the same noise.
 */
public final class HealBench {

  private static final int WARM_UP = 300;
  private static final int CALLS = 1000;

  private HealBench() {}

  public static void main(String[] arguments) throws Exception {
    int calls = arguments.length > 0 ? Integer.parseInt(arguments[0]) : CALLS;
    run(calls, Math.min(WARM_UP, calls));
  }

  static void run() throws Exception {
    run(CALLS, WARM_UP);
  }

  private static void run(int calls, int warmUp) throws Exception {
    // A line for each heal is what one would see, but not a thousand of them.
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    var folder = Files.createDirectories(Path.of("target", "bench"));
    // Whatever is still being logged out when all is measured.
    Logger.getLogger("net.snowflake").setLevel(Level.OFF);
    var table = new HealTable();
    try (var emulator = SnowflakeEmulator.start()) {
      try (var admin = DriverManager.getConnection(emulator.url())) {
        HealKind.run(admin, HealKind.TABLES);
      }
      for (var kind : HealKind.values()) {
        measure(emulator, kind, table, calls, warmUp);
      }
    }
    var replays = ReplayBench.run(calls / 5);
    var text =
        Machine.describe()
            + ", "
            + calls
            + " calls each\n\n"
            + table.markdown()
            + "\n\n"
            + ReplayBench.markdown(replays)
            + "\n";
    Files.writeString(folder.resolve("heal.md"), text);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("machine", Machine.describe());
    json.put("unit", "ms");
    json.put("kinds", table.values());
    json.put("replays", replays);
    new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("heal.json").toFile(), json);
    System.out.println(text);
  }

  private static void measure(
      SnowflakeEmulator emulator, HealKind kind, HealTable table, int calls, int warmUp)
      throws SQLException {
    var byHand = new HealPeer.ByHand(emulator, kind);
    List<HealPeer> peers =
        List.of(
            byHand,
            new HealPeer.SelfHeal(emulator, kind),
            new HealPeer.Hikari(emulator, kind),
            new HealPeer.Retry(emulator, kind));
    var nanos = new long[peers.size()][calls];
    var parts = new long[byHand.parts.length][calls];
    var right = new boolean[peers.size()];
    for (int call = -warmUp; call < calls; call++) {
      for (int i = 0; i < peers.size(); i++) {
        long time = time(peers.get(i), kind, right, i);
        if (call >= 0) {
          nanos[i][call] = time;
        }
      }
      for (int part = 0; part < parts.length; part++) {
        parts[part][Math.max(0, call)] = byHand.parts[part];
      }
      emulator.forgetOld();
    }
    List<HealTable.Times> all = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      all.add(new HealTable.Times(peers.get(i).title, right[i], nanos[i]));
      peers.get(i).close();
    }
    var names = List.of("refused", "login", "statements", "call");
    List<HealTable.Times> itsParts = new ArrayList<>();
    for (int part = 0; part < parts.length; part++) {
      itsParts.add(new HealTable.Times(names.get(part), true, parts[part]));
    }
    table.add(kind, sum(parts), itsParts, all.subList(1, all.size()));
  }

  private static HealTable.Times sum(long[][] parts) {
    var sum = new long[parts[0].length];
    for (var part : parts) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += part[i];
      }
    }
    return new HealTable.Times("by hand", true, sum);
  }

  private static long time(HealPeer peer, HealKind kind, boolean[] right, int index)
      throws SQLException {
    peer.prepare();
    peer.expire();
    long start = System.nanoTime();
    var answer = peer.call();
    long time = System.nanoTime() - start;
    right[index] = answer.equals(kind.answer);
    return time;
  }
}
