/** All that is vendor-specific: error codes, vendor methods, query history. Internal. */
@NullMarked
package io.selfheal.jdbc.snowflake;

import org.jspecify.annotations.NullMarked;
