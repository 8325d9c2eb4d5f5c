package io.selfheal.jdbc.driver;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where classes of the user's may be: the thread's context loader, then the one that has this
 * driver.
 */
final class ClassLoaders {

  private ClassLoaders() {}

  static List<ClassLoader> all() {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    var context = Thread.currentThread().getContextClassLoader();
    if (context != null) {
      loaders.add(context);
    }
    loaders.add(ClassLoaders.class.getClassLoader());
    return List.copyOf(loaders);
  }

  static Class<?> load(String name) throws ClassNotFoundException {
    for (var loader : all()) {
      try {
        return Class.forName(name, true, loader);
      } catch (ClassNotFoundException notHere) {
        // the next loader may have it
      }
    }
    throw new ClassNotFoundException(name);
  }
}
