/**
 * What the living session is made of, and how it is made again on another one: context, temp
 * objects and what was written into them, the open transaction. Internal.
 */
@NullMarked
package io.selfheal.jdbc.journal;

import org.jspecify.annotations.NullMarked;
