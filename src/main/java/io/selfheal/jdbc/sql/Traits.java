package io.selfheal.jdbc.sql;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A set of traits in one number, as every text makes one. Immutable; the usual ones are shared. */
final class Traits extends AbstractSet<Trait> {

  private static final Trait[] ALL = Trait.values();

  private static final Traits NONE = new Traits(0);
  private static final Traits READS = new Traits(1 << Trait.READS.ordinal());

  private final int bits;

  private Traits(int bits) {
    this.bits = bits;
  }

  static Traits of(int bits) {
    if (bits == 0) {
      return NONE;
    }
    return bits == READS.bits ? READS : new Traits(bits);
  }

  @Override
  public boolean contains(@Nullable Object trait) {
    return trait instanceof Trait known && (bits >>> known.ordinal() & 1) != 0;
  }

  @Override
  public int size() {
    return Integer.bitCount(bits);
  }

  @Override
  public Iterator<Trait> iterator() {
    return Arrays.stream(ALL).filter(this::contains).iterator();
  }
}
