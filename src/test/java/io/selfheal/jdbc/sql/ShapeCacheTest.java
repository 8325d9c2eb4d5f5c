package io.selfheal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ShapeCacheTest {

  @Test
  void shouldRememberTextsByContent() {
    ShapeCache cache = new ShapeCache(16);
    Shape first = cache.get("SELECT 1");
    assertThat(cache.get(new String("SELECT 1"))).isSameAs(first);
  }

  @Test
  void shouldNotKeepLongTexts() {
    ShapeCache cache = new ShapeCache(16);
    String text = "SELECT " + "1".repeat(ShapeCache.LONGEST);
    assertThat(cache.get(text)).isNotSameAs(cache.get(text)).isEqualTo(cache.get(text));
  }

  @Test
  void shouldStayRightWhenFull() {
    ShapeCache cache = new ShapeCache(4);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 100; i++) {
        assertThat(cache.get("INSERT INTO t" + i + " VALUES (1)").writes())
            .containsExactly(new ObjectName(List.of("T" + i)));
      }
    }
  }

  @Test
  void shouldGiveEachThreadTheShapeOfItsText() throws Exception {
    ShapeCache cache = new ShapeCache(8);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int own = thread;
        tasks.add(() -> readMany(cache, own));
      }
      for (Future<Boolean> done : threads.invokeAll(tasks)) {
        assertThat(done.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean readMany(ShapeCache cache, int own) {
    for (int i = 0; i < 20_000; i++) {
      String name = "T" + (i * 7 + own) % 50;
      Target expected = new ObjectName(List.of(name));
      if (!cache.get("DELETE FROM " + name).writes().get(0).equals(expected)) {
        return false;
      }
    }
    return true;
  }
}
