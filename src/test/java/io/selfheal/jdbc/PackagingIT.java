package io.selfheal.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfheal.jdbc.proxy.Forwarding;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.List;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is in the jar that the build made, and that it stands alone. */
class PackagingIT {

  private static final String DRIVER = "io.selfheal.jdbc.SelfHealingDriver";

  private final Path path = Path.of(System.getProperty("selfheal.jar"));
  private JarFile jar;
  private List<String> entries;

  @BeforeEach
  void openTheJar() throws IOException {
    jar = new JarFile(path.toFile());
    entries =
        jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).sorted().toList();
  }

  @AfterEach
  void closeTheJar() throws IOException {
    jar.close();
  }

  @Test
  void shouldHoldOurOwnClassesOnly() {
    assertThat(classes()).isNotEmpty().allMatch(name -> name.startsWith("io.selfheal.jdbc."));
    assertThat(entries)
        .allMatch(name -> name.matches("(META-INF|io/selfheal/jdbc)/.*|module-info\\.class"))
        .noneMatch(name -> name.startsWith("io/selfheal/jdbc/build/"))
        .noneMatch(name -> name.contains("testkit"));
  }

  @Test
  void shouldHoldJava17ByteCode() throws IOException {
    for (String name : classes()) {
      int version =
          new ClassReader(content(name.replace('.', '/') + ".class")).readUnsignedShort(6);
      assertThat(version).as(name).isEqualTo(61);
    }
  }

  @Test
  void shouldHoldTheGeneratedHalfOfEveryProxy() throws IOException {
    List<String> classes = classes();
    TypePool types =
        TypePool.Default.of(
            new ClassFileLocator.Compound(
                new ClassFileLocator.ForJarFile(jar),
                ClassFileLocator.ForClassLoader.ofPlatformLoader()));
    List<String> halves =
        classes.stream()
            .filter(
                name ->
                    types
                        .describe(name)
                        .resolve()
                        .getDeclaredAnnotations()
                        .isAnnotationPresent(Forwarding.class))
            .map(name -> name + "Forwards")
            .toList();
    List<String> generated =
        classes.stream().filter(name -> name.matches(".*\\.\\w+Forwards")).toList();

    assertThat(generated).containsExactlyInAnyOrderElementsOf(halves);
  }

  @Test
  void shouldLoadWithNothingButSlf4j() throws Exception {
    try (URLClassLoader alone = alone()) {
      for (String name : classes()) {
        Class<?> loaded = Class.forName(name, false, alone);
        // resolves every type that a signature names
        assertThat(loaded.getDeclaredMethods()).as(name).isNotNull();
        assertThat(loaded.getDeclaredConstructors()).as(name).isNotNull();
        assertThat(loaded.getDeclaredFields()).as(name).isNotNull();
      }
    }
  }

  @Test
  void shouldRegisterTheDriver() throws IOException {
    boolean driver = classes().contains(DRIVER);
    List<String> registered = driver ? List.of(DRIVER) : List.of();
    if (driver) {
      assertThat(new String(content("META-INF/services/java.sql.Driver"), UTF_8).strip())
          .isEqualTo(DRIVER);
    }
    try (URLClassLoader alone = alone()) {
      assertThat(
              ServiceLoader.load(Driver.class, alone).stream()
                  .map(provider -> provider.type().getName())
                  .filter(name -> name.startsWith("io.selfheal.")))
          .isEqualTo(registered);
    }
  }

  @Test
  void shouldBeAModule() {
    ModuleDescriptor module = ModuleFinder.of(path).findAll().iterator().next().descriptor();
    assertThat(module.name()).isEqualTo("io.selfheal.jdbc");
    assertThat(module.packages()).doesNotContain("io.selfheal.jdbc.build");
    if (!module.isAutomatic()) {
      assertThat(module.exports())
          .extracting(ModuleDescriptor.Exports::source)
          .containsExactly("io.selfheal.jdbc");
    }
  }

  @Test
  void shouldHoldAFlatPom() throws IOException {
    String pom = new String(content("META-INF/maven/io.selfheal/selfheal-jdbc/pom.xml"), UTF_8);
    assertThat(pom)
        .contains("<artifactId>slf4j-api</artifactId>", "Apache-2.0")
        .doesNotContain("${", "<scope>test</scope>", "<build>", "<profile>");
  }

  @Test
  void shouldPublishTheTestkitOnly() throws IOException {
    String tests = path.getFileName().toString().replace(".jar", "-tests.jar");
    try (JarFile testkit = new JarFile(path.resolveSibling(tests).toFile())) {
      assertThat(testkit.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName))
          .isNotEmpty()
          .allMatch(name -> name.matches("(META-INF|io/selfheal/jdbc/testkit)/.*"));
    }
  }

  private List<String> classes() {
    return entries.stream()
        .filter(name -> name.endsWith(".class") && !name.equals("module-info.class"))
        .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
        .toList();
  }

  private byte[] content(String name) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      return in.readAllBytes();
    }
  }

  private URLClassLoader alone() throws IOException {
    URL slf4j = LoggerFactory.class.getProtectionDomain().getCodeSource().getLocation();
    return new URLClassLoader(
        new URL[] {path.toUri().toURL(), slf4j}, ClassLoader.getPlatformClassLoader());
  }
}
