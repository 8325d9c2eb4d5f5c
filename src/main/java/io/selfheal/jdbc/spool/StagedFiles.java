package io.selfheal.jdbc.spool;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory with files under their own names, for a PUT names the staged file after the local
 * one. Links as far as the file system has them. Lives for one upload.
 */
public final class StagedFiles implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StagedFiles.class);

  private final SpoolDirectory spool;
  private final Path directory;

  StagedFiles(SpoolDirectory spool) throws IOException {
    this.spool = spool;
    directory = spool.stage();
  }

  /** Where they are. */
  public Path directory() {
    return directory;
  }

  /** The local path, without {@code file://}, with which a PUT uploads all of them. */
  public String localPath() {
    return directory + File.separator + "*";
  }

  void add(SpoolFile copy, Path name) throws IOException {
    if (!spool.isLive(copy)) {
      throw new NotSpooledException("The copy of " + name.getFileName() + " was removed.");
    }
    place(copy.path, directory.resolve(name), copy.size());
  }

  /**
   * The file itself, under the name by which it was uploaded, which may be that of a link to it.
   */
  void add(Path original) throws IOException {
    var real = original.toRealPath();
    place(real, directory.resolve(original.getFileName()), Files.size(real));
  }

  private void place(Path from, Path to, long size) throws IOException {
    if (!isLinked(from, to)) {
      spool.checkRoom(size);
      Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static boolean isLinked(Path from, Path to) {
    try {
      Files.createLink(to, from);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      // Another file system, or somebody else's file.
      return isSymbolicallyLinked(from, to);
    }
  }

  private static boolean isSymbolicallyLinked(Path from, Path to) {
    if (!from.getFileName().equals(to.getFileName())) {
      // The physical driver follows symbolic links that it lists, and would take the other name.
      return false;
    }
    try {
      Files.createSymbolicLink(to, from);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Removes the directory; the files themselves stay where they are. */
  @Override
  public void close() {
    try {
      Removal.tree(directory);
    } catch (IOException e) {
      LOG.debug("Removing staged files failed: {}", e.toString());
    }
  }
}
