package io.selfheal.jdbc.spool;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;

/**
 * Removes directories with all in them, and never leaves them: symbolic links are removed, not
 * followed, and where the system allows it every step is taken from an open directory, so that
 * exchanging a name under way leads nowhere. What has vanished meanwhile was to go anyway.
 */
final class Removal {

  private Removal() {}

  static void tree(Path directory) throws IOException {
    var parent = directory.getParent();
    if (parent == null) {
      throw new IOException("Not a directory to remove: " + directory);
    }
    try (var stream = Files.newDirectoryStream(parent)) {
      tree(stream, directory);
    }
  }

  /** Removes an entry of an open directory. */
  static void tree(DirectoryStream<Path> parent, Path entry) throws IOException {
    try {
      if (parent instanceof SecureDirectoryStream<Path> secure) {
        secure(secure, entry.getFileName());
      } else {
        plain(entry);
      }
    } catch (NoSuchFileException e) {
      // Somebody else was faster.
      return;
    }
  }

  private static void secure(SecureDirectoryStream<Path> parent, Path name) throws IOException {
    if (!isDirectory(parent, name)) {
      parent.deleteFile(name);
      return;
    }
    try (var inside = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      for (var entry : inside) {
        tree(inside, entry);
      }
    }
    parent.deleteDirectory(name);
  }

  static boolean isDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
    return parent
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes()
        .isDirectory();
  }

  private static void plain(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (var inside = Files.newDirectoryStream(path)) {
        for (var entry : inside) {
          tree(inside, entry);
        }
      }
    }
    Files.deleteIfExists(path);
  }
}
