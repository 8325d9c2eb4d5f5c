/**
 * The public API of selfheal-jdbc: the driver, the data source, {@link
 * io.selfheal.jdbc.SelfHealing#wrap} and the typed refusals. All other packages of this jar are
 * internal.
 */
@NullMarked
package io.selfheal.jdbc;

import org.jspecify.annotations.NullMarked;
