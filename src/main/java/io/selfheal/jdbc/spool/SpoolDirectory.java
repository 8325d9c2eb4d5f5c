package io.selfheal.jdbc.spool;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The spool files of one logical connection. Makes nothing on disk before the first file; readable
 * by the owner alone; removed by {@link #close()}, when the JVM exits, or by the next process that
 * uses the same parent. Thread-safe.
 */
public final class SpoolDirectory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SpoolDirectory.class);

  private final Path parent;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();

  /** The numbers of the live files; null before the first. */
  private @Nullable BitSet numbers;

  private long used;
  private int stages;
  private @Nullable SpoolHome home;
  private boolean closed;

  /**
   * Of a connection.
   *
   * @param parent where to make it, {@code selfheal.spool.dir}
   * @param maxBytes what all live files may hold together, {@code selfheal.spool.maxBytes}
   */
  public SpoolDirectory(Path parent, long maxBytes) {
    this.parent = parent.toAbsolutePath().normalize();
    this.maxBytes = maxBytes;
  }

  /** An empty file to write to. */
  public SpoolFile create() throws IOException {
    lock.lock();
    try {
      var in = home();
      var taken = numbers == null ? new BitSet() : numbers;
      int number = taken.nextClearBit(1);
      var path = in.file(number);
      PrivateFiles.file(path);
      taken.set(number);
      numbers = taken;
      return new SpoolFile(this, number, path);
    } catch (IOException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /** An empty directory for files that need names of their own; {@link Removal} ends it. */
  Path stage() throws IOException {
    lock.lock();
    try {
      // Not registered for removal at exit, as their files have names that we do not choose: one
      // that is in use at that moment is swept by the next process.
      var path = home().directory().resolve("stage-" + ++stages);
      PrivateFiles.directory(path);
      return path;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /** Bytes in live files. */
  public long used() {
    lock.lock();
    try {
      return used;
    } finally {
      lock.unlock();
    }
  }

  long used(SpoolFile file) {
    lock.lock();
    try {
      return file.bytes;
    } finally {
      lock.unlock();
    }
  }

  private SpoolHome home() throws IOException {
    if (closed) {
      throw new IOException("the connection is closed");
    }
    var made = home;
    if (made == null) {
      if (!Files.isDirectory(parent)) {
        throw new IOException(parent + " is not a directory");
      }
      made = SpoolHome.open(parent);
      home = made;
      Sweep.once(parent, made.directory());
    }
    return made;
  }

  /** Accounts for bytes that a live file is about to get. */
  void take(SpoolFile file, long bytes) throws IOException {
    lock.lock();
    try {
      if (!file.live || closed) {
        throw new IOException("the file was removed");
      }
      if (bytes > maxBytes - used) {
        throw new SpoolFullException(maxBytes);
      }
      used += bytes;
      file.bytes += bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses what there is no room for, without taking it: for files that live for a moment. */
  void checkRoom(long bytes) throws SpoolFullException {
    if (bytes > maxBytes - used()) {
      throw new SpoolFullException(maxBytes);
    }
  }

  void delete(SpoolFile file) {
    lock.lock();
    try {
      if (!file.live) {
        return;
      }
      file.live = false;
      if (closed) {
        // Its name may belong to another connection by now.
        return;
      }
      used -= file.bytes;
      Files.deleteIfExists(file.path);
      // A name whose file is still there stays taken.
      if (numbers != null) {
        numbers.clear(file.number);
      }
    } catch (IOException e) {
      LOG.debug("Removing a spool file failed: {}", e.toString());
    } finally {
      lock.unlock();
    }
  }

  boolean isLive(SpoolFile file) {
    lock.lock();
    try {
      return file.live && !closed;
    } finally {
      lock.unlock();
    }
  }

  static IOException failed(IOException e) {
    return new NotSpooledException(
        e instanceof FileAlreadyExistsException
            ? "A file in the spool directory was made by somebody else (selfheal.spool.dir): "
                + e.getMessage()
            : "The spool directory (selfheal.spool.dir) cannot be used: " + e.getMessage(),
        e);
  }

  /** Removes all files. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      used = 0;
      var made = home;
      home = null;
      if (made != null) {
        made.remove();
      }
    } catch (IOException e) {
      LOG.warn(
          "Spool files could not be removed and are left to the next process: {}", e.toString());
    } finally {
      lock.unlock();
    }
  }
}
