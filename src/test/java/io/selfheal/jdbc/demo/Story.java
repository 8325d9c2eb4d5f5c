package io.selfheal.jdbc.demo;

import java.io.PrintStream;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Prints the demo line by line, and remembers whether all of it came true. */
final class Story {

  private final PrintStream out;
  private int told;
  private int failed;

  Story(PrintStream out) {
    this.out = out;
  }

  /** The drivers' own log lines would only get in the way of a story. */
  static void quietLogs() {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    Logger.getLogger("").setLevel(Level.OFF);
  }

  void title(String format, Object... arguments) {
    out.println();
    out.println(String.format(format, arguments));
  }

  void line(String format, Object... arguments) {
    out.println("  " + String.format(format, arguments));
  }

  void act(String number, String title) {
    out.println();
    out.println(number + "  " + title);
  }

  void check(boolean cameTrue, String format, Object... arguments) {
    told++;
    if (!cameTrue) {
      failed++;
    }
    out.println((cameTrue ? "   ok      " : "   FAILED  ") + String.format(format, arguments));
  }

  void server(Demo.Seen seen) {
    out.printf(
        "   server  %d login%s, %d statements ran, %d refused as expired%s%n",
        seen.logins(),
        seen.logins() == 1 ? "" : "s",
        seen.ran(),
        seen.refused(),
        seen.lookUps() == 0 ? "" : ", " + seen.lookUps() + " looks into the query history");
  }

  boolean end() {
    out.println();
    out.println(
        failed == 0
            ? told + " of " + told + " came true."
            : failed + " of " + told + " DID NOT COME TRUE.");
    out.println();
    return failed == 0;
  }
}
