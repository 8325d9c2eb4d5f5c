package io.selfheal.jdbc.journal;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * One of three sets of versions that are packed into one array, whose first two elements tell where
 * the first and the second end. An entry keeps the array alone; this is for who looks into it.
 * Immutable.
 */
final class Versions extends AbstractSet<Integer> {

  private static final int HEAD = 2;

  private final int[] packed;
  private final int from;
  private final int to;

  private Versions(int[] packed, int from, int to) {
    this.packed = packed;
    this.from = from;
    this.to = to;
  }

  static int[] pack(Set<Integer> first, Set<Integer> second, Set<Integer> third) {
    int[] packed = new int[HEAD + first.size() + second.size() + third.size()];
    packed[0] = fill(packed, HEAD, first);
    packed[1] = fill(packed, packed[0], second);
    fill(packed, packed[1], third);
    return packed;
  }

  private static int fill(int[] packed, int from, Set<Integer> versions) {
    int at = from;
    for (int version : versions) {
      packed[at++] = version;
    }
    return at;
  }

  static Versions first(int[] packed) {
    return new Versions(packed, HEAD, packed[0]);
  }

  static Versions second(int[] packed) {
    return new Versions(packed, packed[0], packed[1]);
  }

  static Versions third(int[] packed) {
    return new Versions(packed, packed[1], packed.length);
  }

  @Override
  public int size() {
    return to - from;
  }

  @Override
  public Iterator<Integer> iterator() {
    return new Iterator<>() {
      private int at = from;

      @Override
      public boolean hasNext() {
        return at < to;
      }

      @Override
      public Integer next() {
        if (at >= to) {
          throw new NoSuchElementException();
        }
        return packed[at++];
      }
    };
  }
}
