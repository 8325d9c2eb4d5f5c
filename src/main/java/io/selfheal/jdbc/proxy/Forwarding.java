package io.selfheal.jdbc.proxy;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an abstract class as the hand-written half of a proxy: the build writes its other half, a
 * final subclass named {@code <class>Forwards} that passes on to {@code delegate()} every method of
 * the JDBC interface that no class in the hierarchy implements, default methods too.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Forwarding {

  /**
   * The JDBC interface of which every method is to be implemented, and which {@code delegate()}
   * returns.
   */
  Class<?> value();

  /**
   * Whether each call runs on {@code delegate(session())}, and one that fails with an {@code
   * SQLException} is handed to {@code recover(session, SQLException)}, which throws it or gives the
   * session on which the call is repeated, once; so is an error of {@code settle(session)}, which
   * is called after each that succeeded; a {@code ResultSet} then goes through {@code
   * results(ResultSet)}.
   */
  boolean guarded() default false;
}
