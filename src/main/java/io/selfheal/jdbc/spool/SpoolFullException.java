package io.selfheal.jdbc.spool;

/** The spool has no room for more. Says which setting gives it more. */
public final class SpoolFullException extends NotSpooledException {

  private static final long serialVersionUID = 1;

  SpoolFullException(long maxBytes) {
    super(
        "The files kept for uploading again would exceed selfheal.spool.maxBytes ("
            + maxBytes
            + "): raise it, or call checkpoint() when the uploads are no longer needed.");
  }
}
