package io.selfheal.jdbc.driver;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Every {@code selfheal.*} property: its key, default and meaning. The only list of them; feeds
 * checks, defaults and getPropertyInfo.
 */
public enum Setting {
  ENABLED(
      "selfheal.enabled",
      "true",
      "False: the physical connection is handed out as it is.",
      "true",
      "false"),
  REPLAY(
      "selfheal.replay",
      "transaction",
      "How much a heal may run again.",
      "none",
      "statement",
      "session",
      "transaction"),
  VERIFY("selfheal.verify", "full", "How a rebuilt session is checked.", "off", "counts", "full"),
  IN_DOUBT(
      "selfheal.inDoubt",
      "resolve",
      "A write that may have run on the dead session: look it up in the query history, or fail at once.",
      "resolve",
      "fail"),
  TAG_WRITES(
      "selfheal.tagWrites",
      "false",
      "Mark each write with a unique QUERY_TAG suffix.",
      "true",
      "false"),
  HEAL_TIMEOUT(
      "selfheal.healTimeoutSeconds", "120", "Seconds that login and rebuild may take together."),
  MAX_HEALS(
      "selfheal.maxHealsPerMinute",
      "30",
      "More than that many heals a minute are refused; 0 means no limit."),
  JOURNAL_STATEMENTS(
      "selfheal.journal.maxStatements", "1000", "Statements kept for rebuilding a session."),
  JOURNAL_BYTES(
      "selfheal.journal.maxBytes",
      "67108864",
      "Bytes of statements and bound values kept for rebuilding a session."),
  SPOOL_DIR("selfheal.spool.dir", "", "Directory for spooled uploads; empty means java.io.tmpdir."),
  SPOOL_BYTES("selfheal.spool.maxBytes", "1073741824", "Bytes of uploads kept in spool files."),
  EXPIRY_CODES(
      "selfheal.expiryCodes", "", "More vendor codes, comma-separated, that mean a dead session."),
  CREDENTIALS(
      "selfheal.credentials",
      "",
      "Class name of a CredentialsProvider: fresh properties for each login."),
  LISTENER("selfheal.listener", "", "Class name of a HealListener.");

  /** What every key of ours begins with, in any case. */
  static final String PREFIX = "selfheal.";

  private final String key;
  private final String defaultValue;
  private final String description;
  private final String choices;

  Setting(String key, String defaultValue, String description, String... choices) {
    this.key = key;
    this.defaultValue = defaultValue;
    this.description = description;
    this.choices = String.join(" ", choices);
  }

  /** The property's name. */
  public String key() {
    return key;
  }

  /** The value when the property is not given. */
  public String defaultValue() {
    return defaultValue;
  }

  /** One sentence for people. */
  public String description() {
    return description;
  }

  /** The allowed values, empty when any text of the right type is. */
  public List<String> choices() {
    return choices.isEmpty() ? List.of() : List.of(choices.split(" ", -1));
  }

  /** True for a key that is ours to understand or refuse, and never to pass on. */
  static boolean owns(String key) {
    return key.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
  }

  /**
   * The setting of that name; case does not matter, as with the physical driver's own properties.
   */
  static Optional<Setting> of(String key) {
    return Arrays.stream(values()).filter(s -> s.key.equalsIgnoreCase(key)).findFirst();
  }

  /** The key that was most likely meant. */
  static Setting nearest(String key) {
    var lower = key.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .min(Comparator.comparingInt(s -> Distance.between(lower, s.key.toLowerCase(Locale.ROOT))))
        .orElseThrow();
  }
}
