package io.selfheal.jdbc;

/**
 * One heal, as a {@link HealListener} is told of it. Holds no statement text and no secret. Times
 * are milliseconds, rounded down; a stage that was not reached took 0.
 *
 * @param generation the session that died; after a heal, the one that took its place
 * @param reasonCode the vendor code that told of the end, or 0 when nothing but {@code isValid} or
 *     a comparison of session ids did
 * @param loginMillis the login, or both where a rebuild failed and was given up
 * @param contextMillis settings, database, schema, role, warehouse, variables
 * @param transactionMillis finding out what became of the open transaction
 * @param rebuildMillis proving and running again what the journal holds, the transaction's
 *     statements included
 * @param totalMillis everything; 0 before the heal
 * @param rebuilt statements and uploads that were run again to rebuild the session
 */
public record HealEvent(
    long generation,
    int reasonCode,
    long loginMillis,
    long contextMillis,
    long transactionMillis,
    long rebuildMillis,
    long totalMillis,
    int rebuilt) {}
