package io.selfheal.jdbc.testkit;

/**
 * Runs an emulator by itself: {@code EmulatorMain [port]}, 8090 unless told otherwise, until the
 * process is ended.
 */
public final class EmulatorMain {
  private static final int DEFAULT_PORT = 8090;

  private EmulatorMain() {}

  public static void main(String[] args) throws InterruptedException {
    var port = args.length > 0 ? Integer.parseInt(args[0]) : DEFAULT_PORT;
    try (var emulator = SnowflakeEmulator.start(port)) {
      System.out.println("Snowflake emulator, accepting any user and password:");
      System.out.println("  " + emulator.url());
      System.out.println("  " + emulator.healingUrl());
      Thread.currentThread().join();
    }
  }
}
