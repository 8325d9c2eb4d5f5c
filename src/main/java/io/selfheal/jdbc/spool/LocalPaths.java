package io.selfheal.jdbc.spool;

import java.io.File;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/** Which files a PUT means, as the physical driver finds them [S]. Stateless. */
public final class LocalPaths {

  private LocalPaths() {}

  /**
   * The files of a local path as the server hands it to the driver: without {@code file://}, and
   * without the quotes and escapes of a string. Nothing else is decoded; {@code ~} at the front is
   * the home directory, {@code *} and {@code ?} in the last part match any text and any one
   * character, a name with square brackets is looked up among its neighbours but matches only
   * itself. What does not exist may be among them.
   */
  public static List<Path> expand(String localPath) throws IOException {
    var path =
        localPath.startsWith("~")
            ? System.getProperty("user.home") + localPath.substring(1)
            : localPath;
    if (!new File(path).isAbsolute()) {
      path = System.getProperty("user.dir") + File.separator + path;
    }
    try {
      return hasWildcards(path) ? listed(path) : List.of(new File(path).toPath());
    } catch (InvalidPathException e) {
      throw new IOException("Not a path on this system: " + localPath, e);
    }
  }

  private static boolean hasWildcards(String path) {
    return path.contains("*") || path.contains("?") || (path.contains("[") && path.contains("]"));
  }

  private static List<Path> listed(String path) throws IOException {
    int slash = path.lastIndexOf(File.separatorChar);
    if (slash < 0) {
      slash = path.lastIndexOf('/');
    }
    var pattern = path.substring(slash + 1);
    var matching =
        new File(path.substring(0, slash + 1)).listFiles((dir, name) -> matches(pattern, name));
    var found = new TreeSet<Path>();
    if (matching != null) {
      for (var file : matching) {
        // Canonical, as the driver takes it: a link to a file is uploaded under the file's name.
        found.add(file.getCanonicalFile().toPath());
      }
    }
    return List.copyOf(found);
  }

  /**
   * Case-sensitive. A star right before a question mark means nothing, an oddity of the library
   * that the driver uses.
   */
  static boolean matches(String pattern, String name) {
    var glob = pattern.replaceAll("\\*+\\?", "?");
    int at = 0;
    int star = -1;
    int resume = 0;
    int i = 0;
    while (i < name.length()) {
      char wanted = at < glob.length() ? glob.charAt(at) : 0;
      if (wanted == '*') {
        star = at++;
        resume = i;
      } else if (at < glob.length() && (wanted == '?' || wanted == name.charAt(i))) {
        at++;
        i++;
      } else if (star >= 0) {
        // Let the last star take one more.
        at = star + 1;
        i = ++resume;
      } else {
        return false;
      }
    }
    while (at < glob.length() && glob.charAt(at) == '*') {
      at++;
    }
    return at == glob.length();
  }
}
