package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Heals in run-time images without Flight Recorder and JMX. */
class BareImageTest {

  private static String run(List<String> options) throws Exception {
    var path =
        String.join(
            File.pathSeparator,
            Path.of(IsolatedLoader.location(BareMain.class).toURI()).toString(),
            Path.of(IsolatedLoader.location(SelfHealing.class).toURI()).toString(),
            Path.of(IsolatedLoader.location(LoggerFactory.class).toURI()).toString());
    var command = new java.util.ArrayList<>(options);
    command.add(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", path, BareMain.class.getName()));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out.strip();
  }

  @Test
  void shouldHealWithAll() throws Exception {
    assertThat(run(List.of())).isEqualTo("7 on generation 1, jdk.jfr, java.management");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",jdk.jfr", ",java.management"})
  void shouldHealWithout(String more) throws Exception {
    assertThat(run(List.of("--limit-modules", "java.sql" + more)))
        .isEqualTo("7 on generation 1" + more.replace(",", ", "));
  }
}
