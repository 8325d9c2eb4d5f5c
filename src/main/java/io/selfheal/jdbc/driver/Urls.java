package io.selfheal.jdbc.driver;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Takes our URL and properties apart into what is ours and what the physical driver gets. */
final class Urls {

  static final String PREFIX = "jdbc:selfheal:snowflake:";
  private static final String PHYSICAL_PREFIX = "jdbc:snowflake:";

  private Urls() {}

  /**
   * A connect call taken apart. {@code properties} is the caller's copied, not-text values too (a
   * private key is an object), so that a later change of theirs does not reach our logins.
   */
  record Target(String url, Properties properties, Map<String, String> settings) {}

  static boolean ours(@Nullable String url) {
    return url != null && url.startsWith(PREFIX);
  }

  static Target parse(String url, Properties info) {
    Map<String, String> settings = new LinkedHashMap<>();
    var physical = PHYSICAL_PREFIX + strip(url.substring(PREFIX.length()), settings);
    var properties = new Properties();
    // As with the physical driver, Properties win over the URL.
    for (var one : copy(info).entrySet()) {
      put(one.getKey(), one.getValue(), properties, settings);
    }
    return new Target(physical, properties, settings);
  }

  /** A copy with the defaults that {@link Properties#putAll} leaves behind. */
  static Properties copy(Properties info) {
    var copy = new Properties();
    for (var name : info.stringPropertyNames()) {
      copy.setProperty(name, info.getProperty(name));
    }
    copy.putAll(info);
    return copy;
  }

  /** Only the {@code selfheal.*} entries, as text. */
  static Map<String, String> settings(Properties info) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (var one : copy(info).entrySet()) {
      put(one.getKey(), one.getValue(), new Properties(), settings);
    }
    return settings;
  }

  /** A parameter of the query, in any case. */
  static Optional<String> parameter(String url, String name) {
    return Arrays.stream(url.substring(url.indexOf('?') + 1).split("&", -1))
        .filter(pair -> pair.regionMatches(true, 0, name + "=", 0, name.length() + 1))
        .map(pair -> decode(pair.substring(name.length() + 1)))
        .findFirst();
  }

  static String withoutQuery(String url) {
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query);
  }

  private static void put(Object key, Object value, Properties rest, Map<String, String> settings) {
    if (key instanceof String name && Setting.owns(name)) {
      settings.keySet().removeIf(name::equalsIgnoreCase);
      settings.put(name, String.valueOf(value));
    } else {
      rest.put(key, value);
    }
  }

  private static String strip(String rest, Map<String, String> settings) {
    int query = rest.indexOf('?');
    if (query < 0) {
      return rest;
    }
    List<String> kept = new ArrayList<>();
    for (var pair : rest.substring(query + 1).split("&", -1)) {
      int equals = pair.indexOf('=');
      var key = decode(equals < 0 ? pair : pair.substring(0, equals));
      if (Setting.owns(key)) {
        settings.put(key, equals < 0 ? "" : decode(pair.substring(equals + 1)));
      } else {
        kept.add(pair);
      }
    }
    var left = String.join("&", kept);
    return rest.substring(0, query) + (left.isEmpty() ? "" : "?" + left);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return text;
    }
  }
}
