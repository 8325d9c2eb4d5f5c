package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.HealStatistics;
import java.sql.ClientInfoStatus;
import java.sql.SQLClientInfoException;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code Connection.getClientInfo} tells of a healing connection, for tools that speak nothing
 * but JDBC.
 */
final class ClientInfo {

  private static final String PREFIX = "selfheal.";

  private ClientInfo() {}

  static boolean owns(String name) {
    return name.startsWith(PREFIX);
  }

  /** All of it. */
  static Map<String, String> of(long generation, HealStatistics statistics) {
    return Map.ofEntries(
        entry("generation", generation),
        entry("protectedCalls", statistics.protectedCalls()),
        entry("heals", statistics.heals()),
        entry("failedHeals", statistics.failedHeals()),
        entry("lastHealMillis", statistics.lastHealMillis()),
        entry("repeated", statistics.repeated()),
        entry("rebuilt", statistics.rebuilt()),
        entry("transactions", statistics.transactions()),
        entry("adopted", statistics.adopted()),
        entry("refused", statistics.refused()),
        entry("diverged", statistics.diverged()));
  }

  private static Map.Entry<String, String> entry(String name, long value) {
    return Map.entry(PREFIX + name, Long.toString(value));
  }

  /** Refuses to set what can only be read. */
  static void refuseOwn(Collection<String> names) throws SQLClientInfoException {
    var own = names.stream().filter(ClientInfo::owns).sorted().toList();
    if (!own.isEmpty()) {
      throw new SQLClientInfoException(
          "Client info "
              + String.join(", ", own)
              + " cannot be set: names that begin with selfheal. tell what the driver has done. Its settings are"
              + " given at connect.",
          "22023",
          own.stream()
              .collect(
                  Collectors.toMap(
                      name -> name, name -> ClientInfoStatus.REASON_UNKNOWN_PROPERTY)));
    }
  }
}
