package io.selfheal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples compile and do what they say. */
class ExamplesTest extends HealingFixture {

  @ParameterizedTest
  @CsvSource({"PlainJdbc, true, session \\d+", "WrapYourOwn, false, 'session \\d+, generation 0'"})
  void shouldRun(String name, boolean healingUrl, String expected, @TempDir Path classes)
      throws Exception {
    int errors =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-Werror",
                "-d",
                classes.toString(),
                "examples/" + name + ".java");
    assertThat(errors).isZero();
    var out = new ByteArrayOutputStream();
    var console = System.out;
    try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      String[] arguments = {healingUrl ? emulator.healingUrl() : emulator.url()};
      loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
    } finally {
      System.setOut(console);
    }
    assertThat(out.toString(StandardCharsets.UTF_8).strip()).matches(expected);
  }
}
