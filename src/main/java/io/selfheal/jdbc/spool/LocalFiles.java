package io.selfheal.jdbc.spool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files a PUT uploads, as they are now: to tell later whether they are still the same, and to
 * upload them again even if small ones are not. Immutable but for {@link #close()}.
 */
public final class LocalFiles implements AutoCloseable {

  /** Files up to this size are copied to the spool while they are digested. */
  static final long SMALL = 16L * 1024 * 1024;

  private static final int BUFFER = 64 * 1024;

  private final String localPath;
  private final SpoolDirectory spool;
  private final List<LocalFile> files = new ArrayList<>();

  private LocalFiles(String localPath, SpoolDirectory spool) {
    this.localPath = localPath;
    this.spool = spool;
  }

  /**
   * Reads the files of a PUT, each once.
   *
   * @param localPath as for {@link LocalPaths#expand}
   */
  public static LocalFiles of(String localPath, SpoolDirectory spool) throws IOException {
    var files = new LocalFiles(localPath, spool);
    try {
      for (var path : LocalPaths.expand(localPath)) {
        files.files.add(files.read(path));
      }
      return files;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /** The files, in no order that matters. */
  public List<Path> paths() {
    return files.stream().map(LocalFile::path).toList();
  }

  /** Bytes of all files together. */
  public long size() {
    return files.stream().mapToLong(file -> file.stamp().size()).sum();
  }

  /**
   * Whether nobody seems to have touched them; costs no reading. To be asked right after the
   * upload: only then are these the files that were uploaded.
   */
  public boolean untouched() {
    try {
      return samePaths() && allUntouched();
    } catch (IOException e) {
      // Vanished, or not readable any more.
      return false;
    }
  }

  private boolean allUntouched() throws IOException {
    for (var file : files) {
      if (!Stamp.of(file.path()).isSame(file.stamp())) {
        return false;
      }
    }
    return true;
  }

  /** Whether the local path still means the same files with the same contents; reads them. */
  public boolean unchanged() {
    try {
      return samePaths() && allUnchanged();
    } catch (IOException e) {
      // Vanished, or not readable any more.
      return false;
    }
  }

  private boolean allUnchanged() throws IOException {
    for (var file : files) {
      if (!isUnchanged(file)) {
        return false;
      }
    }
    return true;
  }

  private boolean samePaths() throws IOException {
    return new HashSet<>(LocalPaths.expand(localPath)).equals(new HashSet<>(paths()));
  }

  /**
   * A directory with the files as they were, under their own names; close it after the upload.
   *
   * @throws NotSpooledException when a file changed or vanished that was too large to be kept
   */
  public StagedFiles stage() throws IOException {
    var staged = new StagedFiles(spool);
    try {
      for (var file : files) {
        var copy = file.copy();
        if (copy != null) {
          staged.add(copy, file.path().getFileName());
        } else if (isStillUnchanged(file)) {
          staged.add(file.path());
        } else {
          throw new NotSpooledException(
              "The file "
                  + file.path()
                  + " changed or vanished since PUT uploaded it, and was not kept: it is larger than "
                  + SMALL
                  + " bytes, or there was no room for it (selfheal.spool.maxBytes).");
        }
      }
      return staged;
    } catch (IOException | RuntimeException e) {
      staged.close();
      throw e;
    }
  }

  private static boolean isStillUnchanged(LocalFile file) {
    try {
      return isUnchanged(file);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isUnchanged(LocalFile file) throws IOException {
    return Files.size(file.path()) == file.stamp().size()
        && digest(file.path(), new Copy(null), file.stamp().size()).equals(file.digest());
  }

  private LocalFile read(Path path) throws IOException {
    var before = Stamp.of(path);
    if (before.directory()) {
      throw new IOException(path + " is a directory.");
    }
    var copy = new Copy(before.size() <= SMALL ? spool : null);
    try {
      String digest = digest(path, copy, before.size());
      if (!Stamp.of(path).isSame(before)) {
        throw new IOException(path + " was changed while it was read.");
      }
      return new LocalFile(path, before, digest, copy.finish());
    } catch (IOException | RuntimeException e) {
      copy.drop();
      throw e;
    }
  }

  private static String digest(Path path, Copy copy, long expected) throws IOException {
    var digest = sha256();
    var buffer = new byte[BUFFER];
    long size = 0;
    try (var in = Files.newInputStream(path)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        copy.write(buffer, n);
        size += n;
        if (size > expected) {
          throw new IOException(path + " grew while it was read.");
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Gives the room of the copies back. */
  @Override
  public void close() {
    for (var file : files) {
      var copy = file.copy();
      if (copy != null) {
        copy.delete();
      }
    }
  }

  /** Size, time and identity of a file: cheap to compare. */
  private record Stamp(long size, FileTime modified, @Nullable Object key, boolean directory) {

    static Stamp of(Path path) throws IOException {
      var now = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(now.size(), now.lastModifiedTime(), now.fileKey(), now.isDirectory());
    }

    boolean isSame(Stamp other) {
      return size == other.size
          && modified.equals(other.modified)
          && Objects.equals(key, other.key)
          && directory == other.directory;
    }
  }

  private record LocalFile(Path path, Stamp stamp, String digest, @Nullable SpoolFile copy) {}

  /** A copy on its way to the spool; given up silently when the spool does not take it. */
  private static final class Copy {

    private @Nullable SpoolFile file;
    private @Nullable OutputStream out;

    Copy(@Nullable SpoolDirectory spool) {
      if (spool == null) {
        return;
      }
      try {
        var made = spool.create();
        file = made;
        out = made.append();
      } catch (IOException e) {
        // Without a copy the file can be uploaded again as long as it does not change.
        drop();
      }
    }

    void write(byte[] bytes, int count) {
      if (out != null) {
        try {
          out.write(bytes, 0, count);
        } catch (IOException e) {
          drop();
        }
      }
    }

    @Nullable SpoolFile finish() {
      if (out != null) {
        try {
          out.close();
        } catch (IOException e) {
          drop();
        }
      }
      return file;
    }

    void drop() {
      if (file != null) {
        file.delete();
      }
      file = null;
      out = null;
    }
  }
}
