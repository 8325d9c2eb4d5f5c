package io.selfheal.jdbc.driver;

import io.selfheal.jdbc.CredentialsProvider;
import io.selfheal.jdbc.HealListener;
import io.selfheal.jdbc.ReplayScope;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one connection, checked. Immutable; see {@link Setting} for what each means.
 *
 * @param healTimeout login and rebuild together
 * @param maxHealsPerMinute 0 for no limit
 * @param expiryCodes vendor codes besides the built-in ones
 */
public record Options(
    boolean enabled,
    ReplayScope replay,
    Verify verify,
    InDoubt inDoubt,
    boolean tagWrites,
    Duration healTimeout,
    int maxHealsPerMinute,
    int journalStatements,
    long journalBytes,
    Path spoolDirectory,
    long spoolBytes,
    Set<Integer> expiryCodes,
    @Nullable CredentialsProvider credentials,
    @Nullable HealListener listener) {

  /** How a rebuilt session is compared with the one that died. */
  public enum Verify {
    OFF,
    COUNTS,
    FULL
  }

  /** What happens to a write that may have run. */
  public enum InDoubt {
    RESOLVE,
    FAIL
  }

  /** SQLState "invalid connection string attribute", for everything that is refused at connect. */
  private static final String BAD_ATTRIBUTE = "01S00";

  /**
   * Checks the given settings and fills in the rest.
   *
   * @throws SQLException naming the key, the value and what would be right
   */
  public static Options parse(Map<String, String> given) throws SQLException {
    var values = new EnumMap<Setting, String>(Setting.class);
    for (var setting : Setting.values()) {
      values.put(setting, setting.defaultValue());
    }
    for (var entry : given.entrySet()) {
      values.put(known(entry.getKey()), entry.getValue().trim());
    }
    return new Options(
        Boolean.parseBoolean(choice(values, Setting.ENABLED)),
        ReplayScope.valueOf(choice(values, Setting.REPLAY).toUpperCase(Locale.ROOT)),
        Verify.valueOf(choice(values, Setting.VERIFY).toUpperCase(Locale.ROOT)),
        InDoubt.valueOf(choice(values, Setting.IN_DOUBT).toUpperCase(Locale.ROOT)),
        Boolean.parseBoolean(choice(values, Setting.TAG_WRITES)),
        Duration.ofSeconds(number(values, Setting.HEAL_TIMEOUT, 1, Integer.MAX_VALUE)),
        (int) number(values, Setting.MAX_HEALS, 0, Integer.MAX_VALUE),
        (int) number(values, Setting.JOURNAL_STATEMENTS, 0, Integer.MAX_VALUE),
        number(values, Setting.JOURNAL_BYTES, 0, Long.MAX_VALUE),
        directory(values),
        number(values, Setting.SPOOL_BYTES, 0, Long.MAX_VALUE),
        codes(values),
        instance(values, Setting.CREDENTIALS, CredentialsProvider.class),
        instance(values, Setting.LISTENER, HealListener.class));
  }

  private static Setting known(String key) throws SQLException {
    var setting = Setting.of(key);
    if (setting.isPresent()) {
      return setting.get();
    }
    throw new SQLException(
        "Unknown property " + key + ". Did you mean " + Setting.nearest(key).key() + "?",
        BAD_ATTRIBUTE);
  }

  private static String text(Map<Setting, String> values, Setting setting) {
    return values.getOrDefault(setting, setting.defaultValue());
  }

  private static String choice(Map<Setting, String> values, Setting setting) throws SQLException {
    var value = text(values, setting).toLowerCase(Locale.ROOT);
    var choices = setting.choices();
    if (choices.contains(value)) {
      return value;
    }
    var nearest =
        choices.stream()
            .min((a, b) -> Distance.between(value, a) - Distance.between(value, b))
            .orElseThrow();
    throw bad(
        setting,
        text(values, setting),
        "one of " + String.join(", ", choices) + "; did you mean " + nearest + "?");
  }

  private static long number(Map<Setting, String> values, Setting setting, long min, long max)
      throws SQLException {
    var value = text(values, setting);
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // falls through to the same refusal as a number out of range
    }
    throw bad(setting, value, "a whole number from " + min + " to " + max);
  }

  private static Path directory(Map<Setting, String> values) throws SQLException {
    var value = text(values, Setting.SPOOL_DIR);
    try {
      return Path.of(value.isEmpty() ? System.getProperty("java.io.tmpdir") : value);
    } catch (InvalidPathException notAPath) {
      throw bad(Setting.SPOOL_DIR, value, "a directory");
    }
  }

  private static Set<Integer> codes(Map<Setting, String> values) throws SQLException {
    var value = text(values, Setting.EXPIRY_CODES);
    try {
      // No stream, nor lambda: it would be the first, and each connection passes here.
      Set<Integer> codes = new HashSet<>();
      for (var code : value.split(",", -1)) {
        if (!code.isBlank()) {
          codes.add(Integer.valueOf(code.trim()));
        }
      }
      return Set.copyOf(codes);
    } catch (NumberFormatException notANumber) {
      throw bad(
          Setting.EXPIRY_CODES, value, "vendor codes separated by commas, such as 390114,390111");
    }
  }

  private static <T> @Nullable T instance(
      Map<Setting, String> values, Setting setting, Class<T> type) throws SQLException {
    var name = text(values, setting);
    if (name.isEmpty()) {
      return null;
    }
    try {
      return ClassLoaders.load(name).asSubclass(type).getConstructor().newInstance();
    } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
      throw new SQLException(
          setting.key()
              + ": cannot use class "
              + name
              + ". It must be on the class path, implement "
              + type.getName()
              + " and have a public no-argument constructor.",
          BAD_ATTRIBUTE,
          e);
    }
  }

  private static SQLException bad(Setting setting, String value, String wanted) {
    return new SQLException(
        "Property " + setting.key() + " has the value '" + value + "'; it takes " + wanted,
        BAD_ATTRIBUTE);
  }
}
