package io.selfheal.jdbc;

/**
 * One heal, as a {@link HealListener} is told of it. Holds no statement text and no secret.
 *
 * @param generation the session that died
 * @param reasonCode the vendor code that told of it, or 0 when {@code isValid} noticed
 * @param loginMillis the login, 0 before it
 * @param totalMillis everything, 0 before the heal
 */
public record HealEvent(long generation, int reasonCode, long loginMillis, long totalMillis) {}
