package io.selfheal.jdbc.events;

import io.selfheal.jdbc.SelfHealingDriverMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The totals, for JMX. Only {@link DriverTotals} may touch this class, as the run-time image may
 * lack JMX.
 */
final class DriverBean implements SelfHealingDriverMXBean {

  private static final Logger LOG = LoggerFactory.getLogger(DriverBean.class);
  private static final String NAME = "io.selfheal.jdbc:type=SelfHealingDriver,id=";

  private final DriverTotals totals;

  private DriverBean(DriverTotals totals) {
    this.totals = totals;
  }

  /** Whether there is a server already: to make one takes longer than all else at a first open. */
  static boolean isSomebodyLooking() {
    try {
      return !MBeanServerFactory.findMBeanServer(null).isEmpty();
    } catch (SecurityException notTold) {
      return true;
    }
  }

  /** Registers on a thread of its own, soon: whoever looks at beans looks again and again. */
  static void registerLater(DriverTotals totals) {
    var thread = new Thread(() -> totals.registeredLater(register(totals)), "selfheal-jmx");
    thread.setDaemon(true);
    // It must not keep a web application's class loader alive.
    thread.setContextClassLoader(null);
    thread.start();
  }

  /**
   * Registers under the first number that no other copy of the driver has.
   *
   * @return its name; null where that is not allowed
   */
  static @Nullable Object register(DriverTotals totals) {
    try {
      var server = ManagementFactory.getPlatformMBeanServer();
      for (int id = 1; ; id++) {
        try {
          return server
              .registerMBean(new DriverBean(totals), new ObjectName(NAME + id))
              .getObjectName();
        } catch (InstanceAlreadyExistsException anotherCopy) {
          // the next number may be free
        }
      }
    } catch (JMException | RuntimeException e) {
      LOG.debug("not shown by JMX: {}", e.getClass().getName());
      return null;
    }
  }

  static void unregister(Object name) {
    try {
      ManagementFactory.getPlatformMBeanServer().unregisterMBean((ObjectName) name);
    } catch (JMException | RuntimeException e) {
      LOG.debug("shown by JMX no more: {}", e.getClass().getName());
    }
  }

  @Override
  public int getOpenConnections() {
    return totals.openConnections();
  }

  @Override
  public long getProtectedCalls() {
    return totals.statistics().protectedCalls();
  }

  @Override
  public long getHeals() {
    return totals.statistics().heals();
  }

  @Override
  public long getFailedHeals() {
    return totals.statistics().failedHeals();
  }

  @Override
  public long getRepeated() {
    return totals.statistics().repeated();
  }

  @Override
  public long getRebuilt() {
    return totals.statistics().rebuilt();
  }

  @Override
  public long getTransactions() {
    return totals.statistics().transactions();
  }

  @Override
  public long getAdopted() {
    return totals.statistics().adopted();
  }

  @Override
  public long getRefused() {
    return totals.statistics().refused();
  }

  @Override
  public Map<String, Long> getRefusedBy() {
    Map<String, Long> by = new HashMap<>();
    totals.statistics().refusedBy().forEach((type, count) -> by.put(type.getSimpleName(), count));
    return by;
  }

  @Override
  public long getDiverged() {
    return totals.statistics().diverged();
  }

  @Override
  public long getLastHealMillis() {
    return totals.statistics().lastHealMillis();
  }

  @Override
  public long getHealMillis50() {
    return totals.statistics().healMillis(50);
  }

  @Override
  public long getHealMillis99() {
    return totals.statistics().healMillis(99);
  }
}
