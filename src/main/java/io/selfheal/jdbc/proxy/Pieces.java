package io.selfheal.jdbc.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A long array in pieces, so that growing it copies nothing but the first few thousand elements and
 * leaves no half of it empty. Not thread-safe.
 *
 * @param <A> the type of the pieces, an array
 */
final class Pieces<A> {

  private static final int BITS = 12;
  private static final int SIZE = 1 << BITS;
  private static final int FIRST = 16;

  private final IntFunction<A> maker;
  private final int elementBytes;
  private final List<A> pieces = new ArrayList<>();

  /** Of the first piece, which grows up to {@link #SIZE}: most batches are small. */
  private int firstLength;

  private long elements;

  private Pieces(IntFunction<A> maker, int elementBytes) {
    this.maker = maker;
    this.elementBytes = elementBytes;
  }

  static Pieces<int[]> ofInts() {
    return new Pieces<>(int[]::new, Integer.BYTES);
  }

  static Pieces<long[]> ofLongs() {
    return new Pieces<>(long[]::new, Long.BYTES);
  }

  /** References take four bytes on usual heaps; on giant ones more than these will be large. */
  static Pieces<Object[]> ofReferences() {
    return new Pieces<>(Object[]::new, Integer.BYTES);
  }

  /** The piece that has an element, at {@link #offset}; never asked for one without room. */
  A get(int index) {
    return pieces.get(index >>> BITS);
  }

  /** The same, made if it is not there yet. */
  A room(int index) {
    int piece = index >>> BITS;
    if (piece == 0) {
      growFirst(index);
    } else {
      growFirst(SIZE - 1);
      while (pieces.size() <= piece) {
        pieces.add(maker.apply(SIZE));
        elements += SIZE;
      }
    }
    return pieces.get(piece);
  }

  /** Whether an element has room already. */
  boolean has(int index) {
    return index >>> BITS == 0 ? index < firstLength : index >>> BITS < pieces.size();
  }

  private void growFirst(int index) {
    if (index < firstLength) {
      return;
    }
    int length = Math.max(FIRST, Integer.highestOneBit(index) * 2);
    var grown = maker.apply(length);
    if (pieces.isEmpty()) {
      pieces.add(grown);
    } else {
      System.arraycopy(pieces.get(0), 0, grown, 0, firstLength);
      pieces.set(0, grown);
    }
    elements += length - firstLength;
    firstLength = length;
  }

  static int offset(int index) {
    return index & (SIZE - 1);
  }

  long bytes() {
    return elements * elementBytes;
  }
}
