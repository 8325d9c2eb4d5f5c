/**
 * What a SQL text is, as far as a lost session is concerned: a hand-written lexer and a classifier
 * for Snowflake's dialect. Internal to the driver, not an API.
 *
 * <p>The classifier never parses a whole statement. It looks at the leading words, at the names in
 * the places where names must stand, and at the words that betray an effect. Whatever it does not
 * know is {@link io.selfheal.jdbc.sql.Kind#OPAQUE}, because healing less is a nuisance and healing
 * wrongly is data loss. The marks [D], [S], [R] and [I] in comments say where a fact comes from:
 * Snowflake's documentation, a vendor driver's source, a run against a local wire server,
 * inference.
 */
@NullMarked
package io.selfheal.jdbc.sql;

import org.jspecify.annotations.NullMarked;
