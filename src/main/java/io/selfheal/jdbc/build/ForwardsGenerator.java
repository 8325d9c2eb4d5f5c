package io.selfheal.jdbc.build;

import io.selfheal.jdbc.proxy.Forwarding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.pool.TypePool;

/**
 * Writes the subclass of each {@link Forwarding} class. It runs in the build, after the compiler;
 * the jar has its output and not itself.
 */
public final class ForwardsGenerator {

  private ForwardsGenerator() {}

  /** Writes, next to each annotated class under the directory given, its subclass. */
  public static void main(String... arguments) throws IOException {
    Path classes = Path.of(arguments[0]);
    try (ClassFileLocator own = new ClassFileLocator.ForFolder(classes.toFile());
        ClassFileLocator others =
            ClassFileLocator.ForClassLoader.of(ForwardsGenerator.class.getClassLoader())) {
      TypePool types = TypePool.Default.of(new ClassFileLocator.Compound(own, others));
      List<TypeDescription> bases = new ArrayList<>();
      for (Path file : classFiles(classes)) {
        ClassReader type = new ClassReader(Files.readAllBytes(file));
        if (type.getClassName().equals(type.getSuperName() + ForwardsWriter.SUFFIX)) {
          // of an earlier run: its base may be gone
          Files.delete(file);
        } else if ((type.getAccess() & Opcodes.ACC_ABSTRACT) != 0) {
          TypeDescription base = types.describe(type.getClassName().replace('/', '.')).resolve();
          if (base.getDeclaredAnnotations().isAnnotationPresent(Forwarding.class)) {
            bases.add(base);
          }
        }
      }
      for (TypeDescription base : bases) {
        Files.write(
            classes.resolve(base.getInternalName() + ForwardsWriter.SUFFIX + ".class"),
            generate(base));
      }
    }
  }

  private static List<Path> classFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".class")).toList();
    }
  }

  /**
   * Returns the class file for {@code base}, which the caller defines: for where the build step did
   * not run.
   */
  public static byte[] generate(Class<?> base) {
    // from the class file: a loaded class no longer knows its annotation
    return generate(TypePool.Default.of(base.getClassLoader()).describe(base.getName()).resolve());
  }

  private static byte[] generate(TypeDescription base) {
    return new ForwardsWriter(base).write();
  }
}
