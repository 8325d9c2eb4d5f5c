package io.selfheal.jdbc.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP and JSON, on the loopback address only; what a request means is up to the routes. */
final class HttpFront implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern TOKEN = Pattern.compile("Snowflake Token=\"([^\"]*)\"");

  static {
    // Without it the JDK's server leaves Nagle's algorithm on, which adds about 40 ms to each
    // answer. Read once, at
    // the server's first use.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final Function<WireRequest, Reply> routes;

  HttpFront(int port, ExecutorService workers, Function<WireRequest, Reply> routes)
      throws IOException {
    this.routes = routes;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
    server.setExecutor(workers);
    server.createContext("/", this::handle);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply;
      try {
        reply = routes.apply(read(exchange));
      } catch (RuntimeException | IOException e) {
        LOG.warn(
            "The emulator failed on {} {}",
            exchange.getRequestMethod(),
            exchange.getRequestURI().getPath(),
            e);
        reply = WireAnswers.error(WireAnswers.INTERNAL_ERROR, "The emulator failed: " + e);
      }
      // For a hang-up, closing the exchange without an answer closes the connection.
      if (reply instanceof Reply.Json json) {
        write(exchange, json);
      }
    }
  }

  private static WireRequest read(HttpExchange exchange) throws IOException {
    var headers = exchange.getRequestHeaders();
    var bytes = exchange.getRequestBody().readAllBytes();
    if ("gzip".equalsIgnoreCase(headers.getFirst("Content-Encoding"))) {
      try (var unzipped = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        bytes = unzipped.readAllBytes();
      }
    }
    var uri = exchange.getRequestURI();
    var token = token(headers.getFirst("Authorization"));
    return new WireRequest(
        exchange.getRequestMethod(), uri.getPath(), parse(uri.getRawQuery()), token, json(bytes));
  }

  private static JsonNode json(byte[] bytes) throws IOException {
    var first = bytes.length == 0 ? 0 : bytes[0];
    return first == '{' || first == '[' ? JSON.readTree(bytes) : MissingNode.getInstance();
  }

  private static String token(String authorization) {
    if (authorization == null) {
      return null;
    }
    var match = TOKEN.matcher(authorization);
    return match.find() ? match.group(1) : null;
  }

  private static Map<String, String> parse(String rawQuery) {
    var values = new HashMap<String, String>();
    if (rawQuery != null) {
      for (var pair : rawQuery.split("&")) {
        var equals = pair.indexOf('=');
        var name = equals < 0 ? pair : pair.substring(0, equals);
        var value = equals < 0 ? "" : pair.substring(equals + 1);
        values.put(
            URLDecoder.decode(name, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return values;
  }

  private static void write(HttpExchange exchange, Reply.Json reply) throws IOException {
    var bytes = JSON.writeValueAsBytes(reply.body());
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(reply.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
