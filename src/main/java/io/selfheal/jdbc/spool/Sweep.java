package io.selfheal.jdbc.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what processes of the same user left behind when they were killed. Once per parent
 * directory and JVM. Two that sweep at once do not disturb each other.
 */
final class Sweep {

  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  private static final Set<Path> SWEPT = ConcurrentHashMap.newKeySet();

  /** A process in another container, whose number says nothing here, may not have its lock yet. */
  private static final Duration STARTING = Duration.ofMinutes(1);

  private Sweep() {}

  /**
   * Sweeps unless it was done.
   *
   * @param own a directory of this process, which shows who the user is
   */
  static void once(Path parent, Path own) {
    if (!SWEPT.add(parent)) {
      return;
    }
    try {
      sweep(parent, Files.getOwner(own, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException | DirectoryIteratorException | UnsupportedOperationException e) {
      // Others' left-overs are no reason to fail for a user's upload.
      LOG.debug("Sweeping {} ended early: {}", parent, e.toString());
    }
  }

  static void sweep(Path parent, UserPrincipal user) throws IOException {
    try (var entries = Files.newDirectoryStream(parent, OwnerName.PREFIX + "*")) {
      for (var entry : entries) {
        if (isLeftOver(entry, user)) {
          remove(entries, entry);
        }
      }
    }
  }

  private static boolean isLeftOver(Path entry, UserPrincipal user) {
    var owner = OwnerName.parse(entry.getFileName().toString());
    if (owner.isEmpty() || !owner.get().isDead()) {
      return false;
    }
    try {
      var attributes =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isDirectory()
          && Files.getOwner(entry, LinkOption.NOFOLLOW_LINKS).equals(user)
          && !isUsed(entry, attributes.lastModifiedTime().toInstant());
    } catch (IOException e) {
      // Somebody else is removing it, or it is not for us to touch.
      return false;
    }
  }

  private static boolean isUsed(Path entry, Instant modified) throws IOException {
    try (var channel =
        FileChannel.open(
            entry.resolve(SpoolHome.LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      var lock = channel.tryLock();
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (NoSuchFileException e) {
      return modified.isAfter(Instant.now().minus(STARTING));
    }
  }

  private static void remove(DirectoryStream<Path> entries, Path entry) {
    try {
      Removal.tree(entries, entry);
      LOG.info("Removed {}, left behind by a process that is gone", entry);
    } catch (IOException e) {
      LOG.debug("Removing {} failed: {}", entry, e.toString());
    }
  }
}
