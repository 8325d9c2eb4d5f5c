package io.selfheal.jdbc.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks and prints what they came to; the tables, JSON and pictures are left in
 * {@code target/bench}. Arguments are JMH's, for the first of them.
 */
public final class Bench {

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    var folder = Files.createDirectories(Path.of("target", "bench"));
    var options =
        new OptionsBuilder()
            .parent(new CommandLineOptions(arguments))
            .jvmArgsAppend(
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=dontinline,io.selfheal.jdbc.bench.Stub$Stub*::*",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .addProfiler(GCProfiler.class)
            .resultFormat(ResultFormatType.JSON)
            .result(folder.resolve("calls.json").toString());
    var results = new Runner(options.build()).run();
    var table = Table.of(folder.resolve("calls.json"));
    var text =
        Machine.describe()
            + "; "
            + Machine.peers()
            + "\n\n"
            + table.markdown()
            + "\n\n"
            + Unseen.markdown(results)
            + "\n";
    Files.writeString(folder.resolve("calls.md"), text);
    Files.writeString(folder.resolve("calls.svg"), Chart.of(table));
    System.out.println(text);
    HealBench.run();
    Growth.fork();
    FirstConnection.main(new String[0]);
  }
}
