package io.selfheal.jdbc.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A directory of this process, and the names of the files in it. Everything is registered for
 * removal when the JVM exits by {@code File.deleteOnExit}, which keeps nothing but the names: a
 * shutdown hook of ours would keep our class loader. As it never forgets a name, names are used
 * again: files are numbered, and a directory that was removed may be made again.
 */
final class SpoolHome {

  /** A process that holds this file's lock lives, in whatever container it runs. */
  static final String LOCK = "lock";

  /** Names to use again, by parent. */
  private static final Map<Path, Queue<SpoolHome>> FREE = new ConcurrentHashMap<>();

  private final Path parent;
  private final Path directory;
  private int registered;
  private @Nullable FileChannel alive;

  private SpoolHome(Path parent) {
    this.parent = parent;
    directory = parent.resolve(OwnerName.fresh());
  }

  /** Makes a directory nobody else uses. */
  static SpoolHome open(Path parent) throws IOException {
    var free = FREE.computeIfAbsent(parent, p -> new ConcurrentLinkedQueue<>()).poll();
    if (free != null) {
      try {
        return free.make();
      } catch (FileAlreadyExistsException e) {
        // Made by somebody else meanwhile: a name of our own choice, then.
        return new SpoolHome(parent).make();
      }
    }
    return new SpoolHome(parent).make();
  }

  private SpoolHome make() throws IOException {
    PrivateFiles.directory(directory);
    var lock = directory.resolve(LOCK);
    if (registered == 0) {
      directory.toFile().deleteOnExit();
      lock.toFile().deleteOnExit();
    }
    PrivateFiles.file(lock);
    var channel = FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    alive = channel;
    try {
      channel.tryLock();
    } catch (IOException e) {
      // A file system without locks: then the process number alone speaks for us.
      return this;
    }
    return this;
  }

  Path directory() {
    return directory;
  }

  /** The name of a numbered file; numbers from 1. */
  Path file(int number) {
    var path = directory.resolve(Integer.toString(number));
    if (number > registered) {
      path.toFile().deleteOnExit();
      registered = number;
    }
    return path;
  }

  /** Removes the directory and all in it; its names may then be used again. */
  void remove() throws IOException {
    var channel = alive;
    if (channel != null) {
      channel.close();
    }
    Removal.tree(directory);
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      FREE.computeIfAbsent(parent, p -> new ConcurrentLinkedQueue<>()).add(this);
    }
  }
}
