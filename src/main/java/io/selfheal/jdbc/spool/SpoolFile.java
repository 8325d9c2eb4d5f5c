package io.selfheal.jdbc.spool;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One content on disk, written once from front to end and read any number of times. Whoever writes
 * it does so alone; reading and removing are thread-safe.
 */
public final class SpoolFile {

  private static final int BUFFER = 16 * 1024;

  private final SpoolDirectory directory;
  final int number;
  final Path path;

  /** Guarded by the directory's lock, like {@link #live}. */
  long bytes;

  boolean live = true;
  private @Nullable OutputStream writing;

  SpoolFile(SpoolDirectory directory, int number, Path path) {
    this.directory = directory;
    this.number = number;
    this.path = path;
  }

  /**
   * Where to write. When there is no room ({@link SpoolFullException}) or the disk fails, the file
   * is removed and its room given back.
   */
  public OutputStream append() throws IOException {
    // Channels would be closed by an interrupt of the writing thread; these streams are not.
    var out =
        new BufferedOutputStream(
            Files.newOutputStream(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            BUFFER);
    writing = out;
    return new Appender(out);
  }

  /** All that was written so far, from the front. */
  public InputStream open() throws IOException {
    if (!directory.isLive(this)) {
      throw new NotSpooledException("The spool file was removed.");
    }
    var out = writing;
    if (out != null) {
      out.flush();
    }
    return Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Bytes written so far. */
  public long size() {
    return directory.used(this);
  }

  /** Removes it and gives its room back. Does nothing the second time. */
  public void delete() {
    var out = writing;
    writing = null;
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        // What could not be written is not needed any more.
        directory.delete(this);
        return;
      }
    }
    directory.delete(this);
  }

  private final class Appender extends OutputStream {

    private final OutputStream out;

    Appender(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      try {
        directory.take(SpoolFile.this, length);
        out.write(from, offset, length);
      } catch (SpoolFullException e) {
        delete();
        throw e;
      } catch (IOException e) {
        delete();
        throw SpoolDirectory.failed(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        delete();
        throw SpoolDirectory.failed(e);
      }
    }

    @Override
    public void close() throws IOException {
      if (writing == null) {
        return;
      }
      try {
        out.close();
        writing = null;
      } catch (IOException e) {
        delete();
        throw SpoolDirectory.failed(e);
      }
    }
  }
}
