/**
 * The logical session: which physical one is current, what it holds, and how a dead one is
 * replaced. Internal.
 */
@NullMarked
package io.selfheal.jdbc.session;

import org.jspecify.annotations.NullMarked;
