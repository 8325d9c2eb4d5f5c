package io.selfheal.jdbc.testkit;

import java.util.concurrent.atomic.AtomicLong;

/** Query ids shaped like Snowflake's, growing with time. Thread-safe. */
final class QueryIds {
  private final AtomicLong last = new AtomicLong(); // thread-safe itself

  String next() {
    var n = last.incrementAndGet();
    return "01c0%04x-%04x-%04x-0000-%012x"
        .formatted(n >> 32 & 0xffff, n >> 16 & 0xffff, n & 0xffff, n);
  }
}
