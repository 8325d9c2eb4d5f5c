package io.selfheal.jdbc.spool;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A content is not in the spool, so it cannot be sent again. The message says why, for people. */
public class NotSpooledException extends IOException {

  private static final long serialVersionUID = 1;

  NotSpooledException(String reason) {
    this(reason, null);
  }

  NotSpooledException(String reason, @Nullable Throwable cause) {
    super(reason, cause);
  }
}
