package io.selfheal.jdbc.session;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what nobody waits for. */
public final class Quietly {

  private static final Logger LOG = LoggerFactory.getLogger(Quietly.class);

  private Quietly() {}

  /**
   * The logout of a dead session may fail like any other call on it [R]; there is nobody to tell.
   * An interrupt waits: the physical driver would not send the logout.
   */
  public static void close(AutoCloseable resource) {
    boolean interrupted = Thread.interrupted();
    try {
      resource.close();
    } catch (SQLException | RuntimeException e) {
      LOG.debug("closing a physical object failed: {}", e.getClass().getName());
    } catch (Exception e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
