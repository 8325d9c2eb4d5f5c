/** Files that keep what an upload sent, to send it again on another session. Internal. */
@NullMarked
package io.selfheal.jdbc.spool;

import org.jspecify.annotations.NullMarked;
