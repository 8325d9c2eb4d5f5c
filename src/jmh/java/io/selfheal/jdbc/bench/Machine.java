package io.selfheal.jdbc.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Where it was measured. */
final class Machine {

  private static final List<String> PEERS =
      List.of(
          "HikariCP-",
          "tomcat-jdbc-",
          "p6spy-",
          "datasource-proxy-",
          "opentelemetry-jdbc-",
          "aws-advanced-jdbc-wrapper-",
          "snowflake-jdbc-");

  private Machine() {}

  static String describe() throws IOException {
    var cpu = Path.of("/proc/cpuinfo");
    var model =
        Files.exists(cpu)
            ? Files.readAllLines(cpu).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("")
            : "";
    return "%s, %d processors, %s %s, JDK %s"
        .formatted(
            model,
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.version())
        .strip();
  }

  /** The versions of the peers, as the names of their jars tell them. */
  static String peers() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(jar -> Path.of(jar).getFileName().toString().replaceFirst("\\.jar$", ""))
        .filter(name -> PEERS.stream().anyMatch(name::startsWith))
        .collect(Collectors.joining(", "));
  }
}
