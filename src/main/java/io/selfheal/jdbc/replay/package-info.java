/**
 * What to do with the call that met the dead session: repeat it, adopt its result, or refuse.
 * Internal.
 */
@NullMarked
package io.selfheal.jdbc.replay;

import org.jspecify.annotations.NullMarked;
