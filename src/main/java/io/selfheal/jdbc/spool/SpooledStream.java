package io.selfheal.jdbc.spool;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A caller's stream that can be sent more than once, though it is read once: what is read through
 * {@link #open()} is kept in a spool file on the way. Each further {@link #again()} gives what was
 * kept and then the rest of the caller's stream. When the spool is full or fails, the stream goes
 * on as if there were none; only a repeat is not possible then.
 *
 * <p>The physical driver closes the stream it was given in some ways of uploading, in others not
 * [S]. The caller's stream is closed exactly then, but not before its end as long as a repeat may
 * need the rest.
 *
 * <p>Thread-safe: the physical driver reads on threads of its own, which may still be at it when
 * the call has failed; those get an error as soon as another pass has begun.
 */
public final class SpooledStream implements AutoCloseable {

  private final InputStream source;
  private final SpoolDirectory directory;

  /** Held while the caller's stream is read, so that no two passes take turns at it. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable SpoolFile file;
  private @Nullable OutputStream tee;
  private @Nullable NotSpooledException lost;
  private @Nullable Pass current;
  private boolean begun;
  private boolean ended;
  private boolean handedOver;
  private boolean closeAsked;
  private boolean sourceClosed;
  private volatile boolean over;

  /** Round a stream that nobody else reads meanwhile. */
  public SpooledStream(InputStream source, SpoolDirectory directory) {
    this.source = Objects.requireNonNull(source);
    this.directory = directory;
  }

  /** The first pass. */
  public InputStream open() {
    lock.lock();
    try {
      if (current != null) {
        throw new IllegalStateException("The stream was opened before.");
      }
      current = new Pass(null, 0);
      return current;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Everything from the front once more; earlier passes end here.
   *
   * @throws NotSpooledException when that is not possible, with the reason for people
   */
  public InputStream again() throws NotSpooledException {
    if (!lock.tryLock()) {
      throw new NotSpooledException("The stream is still being read for the failed upload.");
    }
    try {
      check();
      var kept = file;
      try {
        current = kept == null ? new Pass(null, 0) : new Pass(kept.open(), kept.size());
        return current;
      } catch (IOException e) {
        throw lose(e);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The whole content, after an upload that succeeded. It belongs to whoever asked.
   *
   * @throws NotSpooledException when the spool does not have it, with the reason for people
   */
  public SpoolFile complete() throws NotSpooledException {
    lock.lock();
    try {
      check();
      var kept = file;
      var out = tee;
      if (!ended || kept == null || out == null) {
        throw new NotSpooledException("The stream was not read to its end.");
      }
      try {
        out.close();
      } catch (IOException e) {
        throw lose(e);
      }
      handedOver = true;
      return kept;
    } finally {
      lock.unlock();
    }
  }

  /** Takes back what {@link #complete()} gave away: that upload came to nothing. */
  public void reclaim() {
    lock.lock();
    try {
      handedOver = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * No more passes: the caller's stream is closed now if a pass was, the spool file removed. Never
   * waits: if a thread of the physical driver is still reading, it cleans up when it comes back.
   */
  @Override
  public void close() throws IOException {
    over = true;
    cleanUp();
  }

  private void cleanUp() throws IOException {
    if (!lock.tryLock()) {
      return;
    }
    try {
      current = null;
      if (file != null && !handedOver) {
        file.delete();
      }
      if (lost == null) {
        lost = new NotSpooledException("The upload is over.");
      }
      closeSource();
    } finally {
      lock.unlock();
    }
  }

  private void unlock() throws IOException {
    lock.unlock();
    if (over) {
      cleanUp();
    }
  }

  /** Whether somebody is reading at this moment. */
  boolean isBusy() {
    return lock.isLocked();
  }

  private void check() throws NotSpooledException {
    if (lost != null) {
      throw new NotSpooledException(String.valueOf(lost.getMessage()), lost);
    }
  }

  private NotSpooledException lose(IOException e) {
    lost =
        e instanceof NotSpooledException typed
            ? typed
            : new NotSpooledException(
                "The stream failed while it was read: " + e.getClass().getName(), e);
    if (file != null) {
      file.delete();
    }
    return lost;
  }

  private void closeSource() throws IOException {
    if (closeAsked && !sourceClosed) {
      sourceClosed = true;
      source.close();
    }
  }

  private int readSource(byte[] into, int offset, int length) throws IOException {
    if (ended) {
      return -1;
    }
    begin();
    int count;
    try {
      count = source.read(into, offset, length);
    } catch (IOException | RuntimeException e) {
      // Where it would go on is not known, so what was kept is not the front of anything.
      lose(e instanceof IOException io ? io : new IOException(e));
      throw e;
    }
    if (count < 0) {
      ended = true;
    } else if (count > 0) {
      keep(into, offset, count);
    }
    return count;
  }

  private void begin() {
    if (begun) {
      return;
    }
    begun = true;
    try {
      file = directory.create();
      tee = file.append();
    } catch (IOException e) {
      lose(e);
    }
  }

  private void keep(byte[] from, int offset, int length) {
    if (lost != null || tee == null) {
      return;
    }
    try {
      tee.write(from, offset, length);
    } catch (IOException e) {
      lose(e);
    }
  }

  /** One reading from the front; skipping and transferring go through {@link #read}. */
  private final class Pass extends InputStream {

    private @Nullable InputStream past;
    private long left;
    private boolean closed;

    Pass(@Nullable InputStream past, long left) {
      this.past = past;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      int count;
      do {
        count = read(one, 0, 1);
      } while (count == 0);
      return count < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, into.length);
      lock.lock();
      try {
        checkCurrent();
        if (length == 0) {
          return 0;
        }
        return left > 0 ? readPast(into, offset, length) : readSource(into, offset, length);
      } finally {
        unlock();
      }
    }

    private int readPast(byte[] into, int offset, int length) throws IOException {
      int count = past == null ? -1 : past.read(into, offset, (int) Math.min(left, length));
      if (count < 0) {
        throw new IOException("The spool file is shorter than what was written to it.");
      }
      left -= count;
      if (left == 0) {
        closePast();
      }
      return count;
    }

    @Override
    public int available() throws IOException {
      lock.lock();
      try {
        checkCurrent();
        if (left > 0) {
          return (int) Math.min(left, Integer.MAX_VALUE);
        }
        return ended ? 0 : source.available();
      } finally {
        unlock();
      }
    }

    @Override
    public void close() throws IOException {
      lock.lock();
      try {
        if (closed) {
          return;
        }
        closed = true;
        closePast();
        if (current != this) {
          return;
        }
        closeAsked = true;
        if (ended || lost != null) {
          closeSource();
        }
      } finally {
        unlock();
      }
    }

    private void closePast() throws IOException {
      if (past != null) {
        past.close();
        past = null;
      }
    }

    private void checkCurrent() throws IOException {
      if (closed) {
        throw new IOException("The stream is closed.");
      }
      if (current != this) {
        throw new IOException("The upload that read this stream is over.");
      }
    }
  }
}
