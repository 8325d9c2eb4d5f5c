package io.selfheal.jdbc.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an entry packs comes out of it as it went in. */
class EntryTest {

  private static final Mould MOULD =
      new Mould("INSERT", Entry.Role.TEMP, context(), List.of(), List.of(), null);

  private static Context context() {
    return Context.of(Place.UNKNOWN, new SessionState(true, options()));
  }

  private static io.selfheal.jdbc.driver.Options options() {
    try {
      return io.selfheal.jdbc.driver.Options.parse(java.util.Map.of());
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Entry entry(String id, Set<Integer> a, Set<Integer> b, Set<Integer> c) {
    return new Entry(MOULD, new Text("SELECT 1"), 7, id, a, b, c, true);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "01b2c3d4-0000-1111-2222-333344445555",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "80000000-0000-0000-8000-000000000001",
        "00000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-00000000000a",
        "00000000-0000-0001-0000-000000000000",
        "01B2C3D4-0000-1111-2222-333344445555",
        "01b2c3d4-0000-1111-2222-33334444555",
        "01b2c3d4-0000-1111-2222-33334444555g",
        "01b2c3d4+0000-1111-2222-333344445555",
        "-1b2c3d4-0000-1111-2222-333344445555",
        "01b2c3d400000111102222033334444555566",
        "",
        "another"
      })
  void shouldKeepTheQueryId(String id) {
    var entry = entry(id, Set.of(), Set.of(), Set.of());
    assertThat(entry.queryId()).isEqualTo(id);
    assertThat(entry.settled().queryId()).isEqualTo(id);
    assertThat(entry.sharing(entry).queryId()).isEqualTo(id);
    assertThat(entry.again("other").queryId()).isEqualTo("other");
  }

  @Test
  void shouldKeepTheVersions() {
    var entry = entry(null, Set.of(1, 300_000), Set.of(3), Set.of());
    assertThat(entry.defines()).containsExactlyInAnyOrder(1, 300_000).hasSize(2);
    assertThat(entry.uses()).containsExactly(3);
    assertThat(entry.follows()).isEmpty();
    entry = entry(null, Set.of(), Set.of(), Set.of(4, 5, 6)).settled();
    assertThat(entry.defines()).isEmpty();
    assertThat(entry.uses()).isEmpty();
    assertThat(entry.follows()).containsExactlyInAnyOrder(4, 5, 6);
    assertThat(entry.pending()).isFalse();
    assertThat(entry.count()).isEqualTo(7);
  }
}
