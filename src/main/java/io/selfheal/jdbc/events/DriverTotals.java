package io.selfheal.jdbc.events;

import io.selfheal.jdbc.HealStatistics;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All healing connections that this copy of the driver has opened, and the bean that shows them.
 * Keeps none of them alive. Thread-safe.
 */
public final class DriverTotals {

  /** Of this class loader. */
  public static final DriverTotals ALL = new DriverTotals();

  private static final Logger LOG = LoggerFactory.getLogger(DriverTotals.class);

  private final Counters counters = new Counters(null);

  /**
   * Guards all below. Held while the bean comes and goes, so that it does so in order; no
   * connection has to wait for it but at its open and close.
   */
  private final ReentrantLock lock = new ReentrantLock();

  private final Set<Opened> open = new HashSet<>();
  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
  private long callsOfClosed;
  private boolean driverRegistered;

  /** The bean's name; null while it is not registered. */
  private @Nullable Object bean;

  /** Whether beans can be had at all. */
  private boolean manageable = true;

  /** Whether a thread of its own is just making it. */
  private boolean registering;

  /** Whether that thread is to take it away again. */
  private boolean unwanted;

  private DriverTotals() {}

  /** One open connection, for as long as it is not closed or collected. */
  public static final class Opened extends WeakReference<Object> {
    private final LongSupplier calls;

    private Opened(Object connection, LongSupplier calls, ReferenceQueue<Object> collected) {
      super(connection, collected);
      this.calls = calls;
    }
  }

  Counters counters() {
    return counters;
  }

  /**
   * A connection was opened.
   *
   * @param calls how many calls it has had; must not refer to the connection
   */
  public Opened opened(Object connection, LongSupplier calls) {
    lock.lock();
    try {
      var one = new Opened(connection, calls, collected);
      open.add(one);
      register();
      return one;
    } finally {
      lock.unlock();
    }
  }

  /** It was closed, perhaps not for the first time. */
  public void closed(Opened one) {
    lock.lock();
    try {
      leave(one);
      expunge();
      if (open.isEmpty() && !driverRegistered) {
        unregister();
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@code DriverManager} has the driver, and will say when it has it no more. */
  public void driverRegistered() {
    lock.lock();
    try {
      driverRegistered = true;
    } finally {
      lock.unlock();
    }
  }

  /** As an application's end may be all that is told of it, connections left open do not count. */
  public void driverDeregistered() {
    lock.lock();
    try {
      driverRegistered = false;
      unregister();
    } finally {
      lock.unlock();
    }
  }

  int openConnections() {
    lock.lock();
    try {
      expunge();
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  HealStatistics statistics() {
    lock.lock();
    try {
      expunge();
      long calls = callsOfClosed;
      for (var one : open) {
        calls += one.calls.getAsLong();
      }
      return counters.snapshot(calls);
    } finally {
      lock.unlock();
    }
  }

  private void expunge() {
    for (Reference<?> one = collected.poll(); one != null; one = collected.poll()) {
      leave((Opened) one);
    }
  }

  private void leave(Opened one) {
    if (open.remove(one)) {
      callsOfClosed += one.calls.getAsLong();
    }
  }

  /**
   * The server's hold on the bean is one on the class loader: it comes with a connection that is
   * opened, never with one that is closed.
   */
  private void register() {
    unwanted = false;
    if (bean == null && manageable && !registering) {
      try {
        if (DriverBean.isSomebodyLooking()) {
          registered(DriverBean.register(this));
        } else {
          registering = true;
          DriverBean.registerLater(this);
        }
      } catch (LinkageError absent) {
        LOG.debug("no JMX in this run-time image");
        registered(null);
      }
    }
  }

  private void registered(@Nullable Object name) {
    registering = false;
    bean = name;
    manageable = name != null;
  }

  /** By the thread that {@link #register} began. */
  void registeredLater(@Nullable Object name) {
    lock.lock();
    try {
      registered(name);
      if (unwanted) {
        unregister();
      }
    } finally {
      lock.unlock();
    }
  }

  private void unregister() {
    unwanted = registering;
    if (bean != null) {
      DriverBean.unregister(bean);
      bean = null;
    }
  }
}
