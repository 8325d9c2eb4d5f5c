package io.selfheal.jdbc.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the proxies to the interception map, and the map to the JDK that runs. */
class InterceptionMapTest {

  private static final String MAP = "src/main/java/io/selfheal/jdbc/proxy/INTERCEPTION.md";

  private static final Set<String> GENERATED = Set.of("forward", "guarded");
  private static final Set<String> BY_HAND =
      Set.of("ask", "execute", "record", "wrap", "state", "end");

  private static final Pattern TOKEN = Pattern.compile("`([^`]+)`");
  private static final Pattern SINCE = Pattern.compile("since (\\d+)");

  /** One method with the treatment that the map gives it. */
  private record Entry(String treatment, boolean ofNewerJdk) {}

  private static List<Class<?>> interfaces() {
    return List.of(
        Wrapper.class,
        Connection.class,
        Statement.class,
        PreparedStatement.class,
        CallableStatement.class,
        DatabaseMetaData.class,
        ResultSet.class);
  }

  private static Stream<Class<?>> proxied() {
    return interfaces().stream().filter(type -> type != Wrapper.class);
  }

  @ParameterizedTest
  @MethodSource("interfaces")
  void shouldListEveryMethodOfTheRunningJdk(Class<?> type) {
    var listed = map(type);
    assertThat(declared(type))
        .as(
            "methods of %s that %s does not have. Decide what becomes of each: add it to a row with"
                + " the treatment 'guarded' or 'forward' to leave it to the generated class, or override it in the"
                + " Healing class and say how; with 'since <release>' in the last column if only newer JDKs have it",
            type.getName(), MAP)
        .isSubsetOf(listed.keySet());
  }

  @ParameterizedTest
  @MethodSource("interfaces")
  void shouldListNoMethodThatDoesNotExist(Class<?> type) {
    assertThat(map(type).keySet())
        .as("methods that %s has for %s and the running JDK has not", MAP, type.getName())
        .isSubsetOf(signatures(Arrays.stream(type.getMethods())));
  }

  @ParameterizedTest
  @MethodSource("proxied")
  void shouldForwardExactlyWhatTheMapSays(Class<?> type) throws ClassNotFoundException {
    var base = base(type);
    var generated =
        signatures(Arrays.stream(Class.forName(base.getName() + "Forwards").getDeclaredMethods()));
    var expected = new TreeSet<String>();
    for (var above : lineage(type)) {
      map(above)
          .forEach(
              (method, entry) -> {
                if (GENERATED.contains(entry.treatment()) && !entry.ofNewerJdk()) {
                  expected.add(method);
                }
              });
    }
    generated.removeAll(ofNewerJdk(type));
    assertThat(generated).as("methods in %sForwards", base.getSimpleName()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("proxied")
  void shouldOverrideExactlyWhatTheMapSays(Class<?> type) {
    var base = base(type);
    var jdbc = signatures(Arrays.stream(type.getMethods()));
    var byHand = signatures(writtenFor(base).filter(m -> !m.isBridge()));
    byHand.retainAll(jdbc);
    var expected = handWritten(type);
    if (base.getSuperclass() == Object.class) {
      expected.addAll(handWritten(Wrapper.class));
    }
    assertThat(byHand).as("JDBC methods in %s", base.getSimpleName()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("proxied")
  void shouldGuardWhereTheMapSaysSo(Class<?> type) {
    var guarded = type == Connection.class || type == DatabaseMetaData.class;
    assertThat(
            map(type).values().stream()
                .map(Entry::treatment)
                .filter(GENERATED::contains)
                .distinct())
        .as("the generated treatment of %s", type.getSimpleName())
        .isSubsetOf(guarded ? "guarded" : "forward");
    // What makes the build guard a class.
    assertThat(
            Arrays.stream(base(type).getDeclaredMethods())
                .anyMatch(method -> method.getName().equals("recover")))
        .isEqualTo(guarded);
  }

  @Test
  void shouldExplainEveryTreatment() throws IOException {
    var explained =
        lines("What becomes of each JDBC method").stream()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| Treatment"))
            .map(line -> cells(line).get(0) + ", " + cells(line).get(1))
            .collect(Collectors.toSet());
    var known =
        Stream.concat(
                GENERATED.stream().map(name -> name + ", generated"),
                BY_HAND.stream().map(name -> name + ", hand"))
            .collect(Collectors.toSet());
    assertThat(explained).isEqualTo(known);
  }

  /** What the class declares, with the part of it that stands in a superclass of its own. */
  private static Stream<Method> writtenFor(Class<?> base) {
    var parent = base.getSuperclass();
    var own = Arrays.stream(base.getDeclaredMethods());
    return parent == ValueStatement.class
        ? Stream.concat(own, Arrays.stream(parent.getDeclaredMethods()))
        : own;
  }

  private static Set<String> handWritten(Class<?> type) {
    return map(type).entrySet().stream()
        .filter(entry -> BY_HAND.contains(entry.getValue().treatment()))
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> ofNewerJdk(Class<?> type) {
    return map(type).entrySet().stream()
        .filter(entry -> entry.getValue().ofNewerJdk())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /**
   * The rows of one interface, by signature; those of a JDK newer than the running one left out.
   */
  private static Map<String, Entry> map(Class<?> type) {
    Map<String, Entry> map = new TreeMap<>();
    for (var line : lines(type.getSimpleName())) {
      if (!line.startsWith("| ") || line.startsWith("| Treatment")) {
        continue;
      }
      var cells = cells(line);
      var treatment = cells.get(0);
      assertThat(GENERATED.contains(treatment) || BY_HAND.contains(treatment))
          .as("'%s' is a treatment", treatment)
          .isTrue();
      var since = SINCE.matcher(cells.size() > 2 ? cells.get(2) : "");
      var newer = since.find();
      if (newer && Integer.parseInt(since.group(1)) > Runtime.version().feature()) {
        continue;
      }
      var token = TOKEN.matcher(cells.get(1));
      while (token.find()) {
        for (var signature : named(token.group(1), type)) {
          assertThat(map.put(signature, new Entry(treatment, newer)))
              .as("%s.%s is there once", type.getSimpleName(), signature)
              .isNull();
        }
      }
    }
    assertThat(map).as("rows of %s", type.getSimpleName()).isNotEmpty();
    return map;
  }

  /** The methods that one name in the map stands for. */
  private static Set<String> named(String token, Class<?> type) {
    var text = token.replaceFirst("^[A-Z][A-Za-z]*\\.", "");
    if (text.contains("(")) {
      return Set.of(text);
    }
    var parts = text.split(" ×");
    int count = parts.length == 1 ? 1 : Integer.parseInt(parts[1]);
    var found =
        signatures(
            Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(parts[0])));
    assertThat(found)
        .as(
            "overloads of %s.%s: the map counts %s. Decide what becomes of a new one, then correct the number",
            type.getSimpleName(), parts[0], count)
        .hasSize(count);
    return found;
  }

  private static Class<?> base(Class<?> type) {
    try {
      return Class.forName("io.selfheal.jdbc.proxy.Healing" + type.getSimpleName());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** A statement's interface and those above it. */
  private static List<Class<?>> lineage(Class<?> type) {
    return Stream.<Class<?>>of(Statement.class, PreparedStatement.class, CallableStatement.class)
            .anyMatch(type::equals)
        ? interfaces().stream()
            .filter(
                above -> Statement.class.isAssignableFrom(above) && above.isAssignableFrom(type))
            .toList()
        : List.of(type);
  }

  private static Set<String> declared(Class<?> type) {
    return signatures(Arrays.stream(type.getDeclaredMethods()));
  }

  private static Set<String> signatures(Stream<Method> methods) {
    Predicate<Method> inherited =
        method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic();
    return methods
        .filter(inherited)
        .map(
            method ->
                Arrays.stream(method.getParameterTypes())
                    .map(Class::getSimpleName)
                    .collect(Collectors.joining(", ", method.getName() + "(", ")")))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> cells(String row) {
    return Arrays.stream(row.substring(1).split("\\|")).map(String::trim).toList();
  }

  private static List<String> lines(String heading) {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    List<String> section = new ArrayList<>();
    try {
      for (var line : Files.readAllLines(Path.of(System.getProperty("basedir", ""), MAP))) {
        if (line.startsWith("#")) {
          section = new ArrayList<>();
          sections.put(line.replaceFirst("^#+ ", ""), section);
        } else {
          section.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(sections).as("sections of %s", MAP).containsKey(heading);
    return sections.get(heading);
  }
}
