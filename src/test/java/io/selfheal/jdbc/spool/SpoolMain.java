package io.selfheal.jdbc.spool;

import java.nio.file.Path;

/** A process that leaves spool files: ends at once, or when it is killed. */
final class SpoolMain {

  private SpoolMain() {}

  public static void main(String[] args) throws Exception {
    var spool = new SpoolDirectory(Path.of(args[0]), 1000);
    for (int i = 0; i < 3; i++) {
      try (var out = spool.create().append()) {
        out.write(i);
      }
    }
    spool.create().delete();
    System.out.println("ready");
    System.out.flush();
    if (args[1].equals("wait")) {
      System.in.read();
    }
  }
}
