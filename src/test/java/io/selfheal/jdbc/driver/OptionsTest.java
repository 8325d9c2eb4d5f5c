package io.selfheal.jdbc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selfheal.jdbc.CredentialsProvider;
import io.selfheal.jdbc.HealListener;
import io.selfheal.jdbc.ReplayScope;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OptionsTest {

  /** For selfheal.credentials. */
  public static final class Provider implements CredentialsProvider {
    @Override
    public Properties credentials() {
      return new Properties();
    }
  }

  /** For selfheal.listener. */
  public static final class Listener implements HealListener {}

  /** Cannot be made. */
  static final class Hidden implements HealListener {}

  @Test
  void shouldHaveTheDocumentedDefaults() throws SQLException {
    assertThat(Options.parse(Map.of()))
        .isEqualTo(
            new Options(
                true,
                ReplayScope.TRANSACTION,
                Options.Verify.FULL,
                Options.InDoubt.RESOLVE,
                false,
                Duration.ofSeconds(120),
                30,
                1000,
                64L * 1024 * 1024,
                Path.of(System.getProperty("java.io.tmpdir")),
                1024L * 1024 * 1024,
                Set.of(),
                null,
                null));
  }

  @Test
  void shouldTakeEverySetting() throws SQLException {
    var options =
        Options.parse(
            Map.ofEntries(
                Map.entry("selfheal.enabled", "false"),
                Map.entry("selfheal.replay", "session"),
                Map.entry("selfheal.verify", "counts"),
                Map.entry("selfheal.inDoubt", "fail"),
                Map.entry("selfheal.tagWrites", "true"),
                Map.entry("selfheal.healTimeoutSeconds", "7"),
                Map.entry("selfheal.maxHealsPerMinute", "0"),
                Map.entry("selfheal.journal.maxStatements", "8"),
                Map.entry("selfheal.journal.maxBytes", "5000000000"),
                Map.entry("selfheal.spool.dir", "spool"),
                Map.entry("selfheal.spool.maxBytes", "0"),
                Map.entry("selfheal.expiryCodes", " 390200, 390300 ,"),
                Map.entry("selfheal.credentials", Provider.class.getName()),
                Map.entry("selfheal.listener", Listener.class.getName())));
    assertThat(options.enabled()).isFalse();
    assertThat(options.replay()).isEqualTo(ReplayScope.SESSION);
    assertThat(options.verify()).isEqualTo(Options.Verify.COUNTS);
    assertThat(options.inDoubt()).isEqualTo(Options.InDoubt.FAIL);
    assertThat(options.tagWrites()).isTrue();
    assertThat(options.healTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(options.maxHealsPerMinute()).isZero();
    assertThat(options.journalStatements()).isEqualTo(8);
    assertThat(options.journalBytes()).isEqualTo(5_000_000_000L);
    assertThat(options.spoolDirectory()).isEqualTo(Path.of("spool"));
    assertThat(options.spoolBytes()).isZero();
    assertThat(options.expiryCodes()).containsExactlyInAnyOrder(390200, 390300);
    assertThat(options.credentials()).isInstanceOf(Provider.class);
    assertThat(options.listener()).isInstanceOf(Listener.class);
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void shouldTakeItsOwnDefaultAndEveryChoiceInAnyCase(Setting setting) throws SQLException {
    var defaults = Options.parse(Map.of());
    for (var key : Set.of(setting.key(), setting.key().toUpperCase(Locale.ROOT))) {
      assertThat(Options.parse(Map.of(key, setting.defaultValue()))).isEqualTo(defaults);
      for (var choice : setting.choices()) {
        assertThat(Options.parse(Map.of(key, " " + choice.toUpperCase(Locale.ROOT) + " ")))
            .isEqualTo(Options.parse(Map.of(key, choice)));
      }
    }
    assertThat(setting.choices().isEmpty() || setting.choices().contains(setting.defaultValue()))
        .isTrue();
    assertThat(setting.description()).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "selfheal.enabled | maybe | one of true, false",
        "selfheal.enabled | '' | one of true, false",
        "selfheal.replay | transactions | did you mean transaction?",
        "selfheal.replay | Sesion | did you mean session?",
        "selfheal.verify | ful | did you mean full?",
        "selfheal.inDoubt | resolved | did you mean resolve?",
        "selfheal.tagWrites | yes | one of true, false",
        "selfheal.healTimeoutSeconds | 0 | a whole number from 1 to 2147483647",
        "selfheal.healTimeoutSeconds | 2m | a whole number",
        "selfheal.maxHealsPerMinute | -1 | a whole number from 0",
        "selfheal.journal.maxStatements | 99999999999 | a whole number from 0 to 2147483647",
        "selfheal.journal.maxBytes | 64M | a whole number from 0",
        "selfheal.spool.maxBytes | 1.5 | a whole number from 0",
        "selfheal.expiryCodes | 390114;390111 | separated by commas",
        "selfheal.credentials | com.example.Nowhere | io.selfheal.jdbc.CredentialsProvider",
        "selfheal.credentials | java.lang.String | io.selfheal.jdbc.CredentialsProvider",
        "selfheal.listener | io.selfheal.jdbc.driver.OptionsTest$Hidden | public no-argument constructor",
        "selfheal.listener | io.selfheal.jdbc.HealListener | public no-argument constructor"
      })
  void shouldRefuseABadValue(String key, String value, String right) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> Options.parse(Map.of(key, value)))
        .withMessageContaining(key)
        .withMessageContaining(value)
        .withMessageContaining(right)
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("01S00"));
  }

  @Test
  void shouldRefuseADirectoryThatCannotBe() {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> Options.parse(Map.of("selfheal.spool.dir", "a\0b")))
        .withMessageContaining("selfheal.spool.dir")
        .withMessageContaining("a directory");
  }

  @ParameterizedTest
  @CsvSource({
    "selfheal.reply, selfheal.replay",
    "selfheal.inDubt, selfheal.inDoubt",
    "SELFHEAL.SPOOL.DIRECTORY, selfheal.spool.dir",
    "selfheal.healTimeout, selfheal.healTimeoutSeconds",
    "selfheal.journal.maxByte, selfheal.journal.maxBytes",
    "selfheal.expiryCode, selfheal.expiryCodes"
  })
  void shouldRefuseAnUnknownKeyAndNameTheNearest(String key, String nearest) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> Options.parse(Map.of(key, "x")))
        .withMessageContaining(key)
        .withMessageContaining("Did you mean " + nearest + "?")
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("01S00"));
  }

  @Test
  void shouldHaveOneSettingForEachDocumentedKey() {
    assertThat(Arrays.stream(Setting.values()).map(Setting::key))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(
                    "enabled",
                    "replay",
                    "verify",
                    "inDoubt",
                    "tagWrites",
                    "healTimeoutSeconds",
                    "maxHealsPerMinute",
                    "journal.maxStatements",
                    "journal.maxBytes",
                    "spool.dir",
                    "spool.maxBytes",
                    "expiryCodes",
                    "credentials",
                    "listener")
                .map(name -> "selfheal." + name)
                .toList());
  }

  @Test
  void shouldPrintNoSecretOfAProvider() throws SQLException {
    var options = Options.parse(Map.of("selfheal.credentials", Provider.class.getName()));
    assertThat(options.toString()).contains("credentials=" + Provider.class.getName());
  }
}
