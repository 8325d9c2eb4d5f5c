/** The JDBC objects that applications hold. Internal. */
@NullMarked
package io.selfheal.jdbc.proxy;

import org.jspecify.annotations.NullMarked;
