package io.selfheal.jdbc.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is shared without a lock, by real threads and many times over. */
class RacesTest {

  private static final int ROUNDS = Boolean.getBoolean("selfheal.thorough") ? 20_000 : 1000;
  private static final Duration LONG = Duration.ofSeconds(30);

  /** What other tests of this process have left. */
  private final Set<Thread> earlier = Thread.getAllStackTraces().keySet();

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private interface Racer {
    void run() throws Exception;
  }

  /** All at once. */
  private void race(Racer... racers) throws Exception {
    var start = new CyclicBarrier(racers.length);
    List<Future<?>> ends = new ArrayList<>();
    for (var racer : racers) {
      ends.add(
          threads.submit(
              () -> {
                start.await();
                racer.run();
                return null;
              }));
    }
    for (var end : ends) {
      end.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Whatever is counted as answered when a call begins is known as answered once it is over. */
  @Test
  void shouldNotLoseAnAnsweredQuery() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      var known = new KnownQueries();
      var name = "q" + round;
      race(() -> known.add(name + "a"), () -> known.add(name + "b", true, false));
      assertThat(known.count()).isEqualTo(2);
      assertThat(known.ids()).containsExactlyInAnyOrder(name + "a", name + "b");
      assertThat(known.first(2)).hasSize(2);
    }
  }

  @Test
  void shouldShowTheSameQueriesToAll() throws Exception {
    var known = new KnownQueries();
    var done = new AtomicBoolean();
    Racer writer =
        () -> {
          for (int i = 0; i < 100_000; i++) {
            known.add("q" + i);
          }
          done.set(true);
        };
    Racer reader =
        () -> {
          while (!done.get()) {
            long before = known.count();
            var ids = known.ids();
            // It may have gone on meanwhile, but never shows one twice or one too many.
            assertThat(ids.size()).isLessThanOrEqualTo(256);
            if (known.count() == before && before > 256) {
              assertThat(ids).hasSizeGreaterThanOrEqualTo(255);
            }
          }
        };
    race(writer, reader, reader);
    assertThat(known.ids()).hasSize(256).contains("q99999");
  }

  /** A user that comes and goes is neither lost nor kept. */
  @Test
  void shouldSeeEveryUserThatIsThere() throws Exception {
    var users = new Users();
    Racer racer =
        () -> {
          var session = new PhysicalSession(connection(new AtomicInteger()), 0, new KnownQueries());
          var mine = new ArrayDeque<Map.Entry<Integer, User>>();
          for (int i = 0; i < ROUNDS; i++) {
            // More at a time than the first slots hold.
            if (i / 50 % 2 == 0) {
              var user = new User(session);
              mine.add(Map.entry(users.add(user), user));
            } else {
              var oldest = mine.remove();
              users.remove(oldest.getKey(), oldest.getValue());
            }
            assertThat(users.use(session)).isEqualTo(!mine.isEmpty());
          }
          mine.forEach(user -> users.remove(user.getKey(), user.getValue()));
          assertThat(users.use(session)).isFalse();
        };
    race(racer, racer, racer);
  }

  private record User(PhysicalSession session) implements SessionUser {
    @Override
    public boolean isGone() {
      return false;
    }

    @Override
    public boolean uses(PhysicalSession one) {
      return one == session;
    }

    @Override
    public Iterable<Call> calls() {
      return List.of();
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** A connection that comes when nobody wants it any more is closed, whoever was quicker. */
  @Test
  void shouldGiveALoginToItsCallerOrCloseIt() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      var closes = new AtomicInteger();
      var go = new CountDownLatch(1);
      var taken = new AtomicBoolean();
      var pending =
          PendingLogin.start(
              () -> {
                try {
                  go.await();
                } catch (InterruptedException abandoned) {
                  // As a driver that does not look: its connection comes all the same.
                }
                return ready(connection(closes));
              });
      race(
          () -> {
            try {
              pending.await(LONG);
              taken.set(true);
            } catch (CancellationException abandoned) {
              // then it must be closed
            }
          },
          go::countDown,
          pending::abandon);
      if (taken.get()) {
        assertThat(closes).hasValue(0);
      } else {
        soon().until(() -> closes.get() == 1);
      }
    }
  }

  @Test
  void shouldLogOutThoughItsThreadWasInterrupted() {
    var closes = new AtomicInteger();
    var pending =
        PendingLogin.start(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              return ready(connection(closes));
            });
    pending.abandon();
    soon().until(() -> closes.get() == 1);
  }

  @Test
  void shouldCloseALoginThatComesAsItsCallerGivesUp() throws Exception {
    for (int round = 0; round < 100; round++) {
      var closes = new AtomicInteger();
      var opened = new AtomicInteger();
      var pending =
          PendingLogin.start(
              () -> {
                Thread.sleep(2);
                opened.incrementAndGet();
                return ready(connection(closes));
              });
      try {
        pending.await(Duration.ofMillis(2));
        assertThat(closes).hasValue(0);
        pending.release();
      } catch (TimeoutException e) {
        // Interrupted, and so not there at all, or there and closed.
        soon().until(() -> !threads().contains("selfheal-login"));
        assertThat(closes).hasValue(opened.get());
      }
    }
  }

  @Test
  void shouldGiveALoginsFailureToItsCaller() {
    var refused = new SQLException("no", "08001", 390100);
    var pending =
        PendingLogin.start(
            () -> {
              throw refused;
            });
    assertThatThrownBy(() -> pending.await(LONG))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isSameAs(refused);
  }

  /** It waits for whoever needs the session, and for nobody else. */
  @Test
  void shouldLogOutWhenTheLastUserHasGone() throws Exception {
    var closes = new AtomicInteger();
    var used = new AtomicBoolean(true);
    var called = new AtomicBoolean(true);
    var pending = PendingLogin.start(() -> ready(connection(new AtomicInteger())));
    pending.await(LONG);
    var dead = new PhysicalSession(connection(closes), 0, new KnownQueries());
    pending.then(() -> Retirement.await(dead, used::get, called::get));
    pending.release();
    used.set(false);
    Awaitility.await().during(Duration.ofMillis(300)).until(() -> closes.get() == 0);
    called.set(false);
    Awaitility.await().until(() -> closes.get() == 1);
    Awaitility.await().untilAsserted(() -> assertThat(threads()).doesNotContain("selfheal-retire"));
  }

  /** There are many rounds. */
  private static ConditionFactory soon() {
    return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  private List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !earlier.contains(thread))
        .map(Thread::getName)
        .toList();
  }

  private static PendingLogin.Ready ready(Connection connection) {
    return new PendingLogin.Ready(connection, null, null, List.of());
  }

  private static Connection connection(AtomicInteger closes) {
    InvocationHandler answers =
        (proxy, method, arguments) -> {
          // An interrupted thread's logout is not sent by the physical driver.
          if (method.getName().equals("close") && !Thread.currentThread().isInterrupted()) {
            closes.incrementAndGet();
          }
          return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "isWrapperFor", "isClosed" -> false;
            default -> null;
          };
        };
    return (Connection)
        Proxy.newProxyInstance(
            RacesTest.class.getClassLoader(), new Class<?>[] {Connection.class}, answers);
  }
}
