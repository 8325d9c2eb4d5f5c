/** From a URL to a physical connection: settings, the physical driver, logins. Internal. */
@NullMarked
package io.selfheal.jdbc.driver;

import org.jspecify.annotations.NullMarked;
