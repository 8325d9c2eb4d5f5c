package io.selfheal.jdbc.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KnownQueriesTest {

  /**
   * One that was answered later would hide the row in doubt, which then seems never to have run.
   */
  @Test
  void shouldNotCountLaterOnesAmongTheFirst() throws Exception {
    for (int round = 0; round < 300; round++) {
      var known = new KnownQueries();
      for (int i = 0; i < 300; i++) {
        known.add("early");
      }
      var adding =
          new Thread(
              () -> {
                for (int i = 0; i < 200; i++) {
                  known.add("late");
                }
              });
      adding.start();
      while (adding.isAlive()) {
        assertThat(known.first(300).contains("late")).isFalse();
      }
      adding.join();
    }
  }
}
