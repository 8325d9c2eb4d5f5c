package io.selfheal.jdbc.spool;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** The name of a spool directory, which tells the process that made it. */
record OwnerName(long pid, long startMillis) {

  static final String PREFIX = "selfheal-jdbc-";

  private static final Pattern FORM =
      Pattern.compile(Pattern.quote(PREFIX) + "(\\d{1,18})-(\\d{1,18})-[0-9a-f]{16}");

  /** Start times are computed from the wall clock, which may have been set since. */
  private static final Duration CLOCK_STEPS = Duration.ofMinutes(1);

  private static final SecureRandom RANDOM = new SecureRandom();

  static Optional<OwnerName> parse(String directory) {
    var matcher = FORM.matcher(directory);
    return matcher.matches()
        ? Optional.of(
            new OwnerName(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  static String fresh() {
    var self = ProcessHandle.current();
    var random = new byte[8];
    RANDOM.nextBytes(random);
    return PREFIX
        + self.pid()
        + "-"
        + start(self).map(Instant::toEpochMilli).orElse(0L)
        + "-"
        + HexFormat.of().formatHex(random);
  }

  /** Whether the process is gone; its number may have been given to another one since. */
  boolean isDead() {
    var process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (process.isEmpty()) {
      return true;
    }
    var start = start(process.get());
    return startMillis != 0
        && start.isPresent()
        && Duration.between(Instant.ofEpochMilli(startMillis), start.get())
                .abs()
                .compareTo(CLOCK_STEPS)
            > 0;
  }

  private static Optional<Instant> start(ProcessHandle process) {
    return process.info().startInstant();
  }
}
