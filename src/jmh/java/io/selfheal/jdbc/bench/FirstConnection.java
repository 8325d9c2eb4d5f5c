package io.selfheal.jdbc.bench;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.named;

import io.selfheal.jdbc.SelfHealing;
import io.selfheal.jdbc.testkit.SnowflakeEmulator;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.implementation.StubMethod;
import org.slf4j.LoggerFactory;

/**
 * What the first connection of a JVM costs: a JVM is started for each measurement, as classes are
 * loaded once, which is why this is no JMH benchmark. Argument: how many of each kind.
 */
public final class FirstConnection {

  private static final String STUB = "io.selfheal.jdbc.bench.ColdConnection";

  private FirstConnection() {}

  /** What is measured; all but the last two add what they measure to a connection that is there. */
  enum Kind {
    STUB("wrap, a stub, nothing loaded before"),
    STUB_LOGGING("wrap, a stub, in an application that has logged before"),
    WRAP("wrap, just after a login by snowflake-jdbc"),
    PLAIN("login by snowflake-jdbc"),
    HEALING("login by selfheal-jdbc over snowflake-jdbc");

    private final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 3) {
      System.out.println(measure(Kind.valueOf(arguments[0]), arguments[1], arguments[2]));
      System.exit(0); // threads of the physical driver's
    }
    var folder = Files.createDirectories(Path.of("target", "bench"));
    int rounds = arguments.length == 0 ? 15 : Integer.parseInt(arguments[0]);
    write(folder, run(rounds));
  }

  /** In a JVM of its own. */
  private static long measure(Kind kind, String plainUrl, String healingUrl) throws Exception {
    var physical =
        switch (kind) {
          case STUB, STUB_LOGGING ->
              (Connection) Class.forName(STUB).getConstructor().newInstance();
          case WRAP -> DriverManager.getConnection(plainUrl);
          case PLAIN, HEALING -> null;
        };
    if (kind == Kind.STUB_LOGGING) {
      LoggerFactory.getLogger(FirstConnection.class).debug("{}", kind);
    }
    long start = System.nanoTime();
    var connection =
        switch (kind) {
          case STUB, STUB_LOGGING, WRAP -> SelfHealing.wrap(physical, new Never());
          case PLAIN -> DriverManager.getConnection(plainUrl);
          case HEALING -> DriverManager.getConnection(healingUrl);
        };
    long end = System.nanoTime();
    connection.getAutoCommit();
    return end - start;
  }

  /** A class and no lambda, which would be the JVM's first. */
  private static final class Never implements io.selfheal.jdbc.ConnectionFactory {
    @Override
    public Connection open() {
      throw new IllegalStateException("no heal was asked for");
    }
  }

  private static Map<Kind, List<Double>> run(int rounds) throws Exception {
    var classes = Files.createTempDirectory("cold");
    stub().saveIn(classes.toFile());
    Map<Kind, List<Double>> millis = new EnumMap<>(Kind.class);
    try (var emulator = SnowflakeEmulator.start()) {
      for (int round = 0; round < rounds; round++) {
        for (var kind : Kind.values()) {
          millis
              .computeIfAbsent(kind, first -> new ArrayList<>())
              .add(fork(kind, classes, emulator) / 1e6);
        }
      }
    }
    millis.values().forEach(list -> list.sort(null));
    return millis;
  }

  /** As a class file: to make it in the JVM that measures would load what is to be measured. */
  private static net.bytebuddy.dynamic.DynamicType.Unloaded<Connection> stub() {
    return new ByteBuddy()
        .subclass(Connection.class)
        .name(STUB)
        .modifiers(Modifier.PUBLIC)
        .method(isAbstract())
        .intercept(StubMethod.INSTANCE)
        .method(named("getAutoCommit"))
        .intercept(FixedValue.value(true))
        .defineMethod("getSessionID", String.class, Modifier.PUBLIC)
        .intercept(FixedValue.value("4711"))
        .make();
  }

  private static long fork(Kind kind, Path classes, SnowflakeEmulator emulator)
      throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + classes,
                FirstConnection.class.getName(),
                kind.name(),
                emulator.url(),
                emulator.healingUrl())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(kind + " ended with " + process.exitValue() + ": " + out);
    }
    return Long.parseLong(out.substring(out.lastIndexOf('\n') + 1));
  }

  private static double at(List<Double> sorted, double share) {
    return sorted.get((int) Math.min(sorted.size() - 1, Math.round(share * (sorted.size() - 1))));
  }

  private static void write(Path folder, Map<Kind, List<Double>> millis) throws IOException {
    var markdown = new StringBuilder(Machine.describe()).append("\n\n");
    markdown.append(
        "| first connection of a JVM, ms | median | least | 90 % |\n|---|---|---|---|\n");
    List<String> json = new ArrayList<>();
    millis.forEach(
        (kind, all) -> {
          markdown.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %.1f | %.1f | %.1f |%n",
                  kind.title,
                  at(all, 0.5),
                  all.get(0),
                  at(all, 0.9)));
          json.add("  \"" + kind + "\": " + all);
        });
    var text = markdown.toString();
    Files.writeString(folder.resolve("first-connection.md"), text);
    Files.writeString(
        folder.resolve("first-connection.json"), "{\n" + String.join(",\n", json) + "\n}\n");
    System.out.println(text);
  }
}
