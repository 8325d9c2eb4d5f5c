package io.selfheal.jdbc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What snowflake-jdbc does not ask for, so that it cannot be tested through it. */
class EmulatorWireTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private SnowflakeEmulator emulator;
  private String token;

  @BeforeEach
  void start() throws Exception {
    emulator = SnowflakeEmulator.start(0, StubEngine::new);
    token = post("/session/v1/login-request", "{\"data\":{}}").path("data").path("token").asText();
  }

  @AfterEach
  void stop() {
    emulator.close();
  }

  @Test
  void shouldAnswerUnknownRequestsWithAnError() throws Exception {
    var answer = post("/session/unheard-of", "{}");
    assertThat(answer.path("success").asBoolean()).isFalse();
    assertThat(answer.path("code").asText()).isEqualTo("000002");
    assertThat(answer.path("message").asText()).contains("POST /session/unheard-of");
  }

  @Test
  void shouldAnswerUnknownTokensWithSessionGone() throws Exception {
    token = "whatever";
    assertThat(post("/session/heartbeat", "{}").path("code").asText()).isEqualTo("390111");
    var query = post("/queries/v1/query-request?requestId=1", "{\"sqlText\":\"SELECT 1\"}");
    assertThat(query.path("code").asText()).isEqualTo("390111");
  }

  @Test
  void shouldAnswerTokensOfAClosedSessionWithSessionGone() throws Exception {
    assertThat(post("/session?delete=true", "").path("success").asBoolean()).isTrue();
    assertThat(post("/session/heartbeat", "{}").path("code").asText()).isEqualTo("390111");
  }

  @Test
  void shouldAnswerTheSameRequestIdWithTheFirstResult() throws Exception {
    var body = "{\"sqlText\":\"INSERT INTO t VALUES (1)\"}";
    var first = post("/queries/v1/query-request?requestId=1", body);
    var second = post("/queries/v1/query-request?requestId=1", body);
    assertThat(first.path("success").asBoolean()).isTrue();
    assertThat(second.path("data").path("queryId")).isEqualTo(first.path("data").path("queryId"));
    assertThat(emulator.table("T")).hasSize(1);
  }

  @Test
  void shouldNotTakeARequestIdOfOneSessionForAnothers() throws Exception {
    var body = "{\"sqlText\":\"INSERT INTO t VALUES (1)\"}";
    post("/queries/v1/query-request?requestId=1", body);
    token = post("/session/v1/login-request", "{\"data\":{}}").path("data").path("token").asText();
    post("/queries/v1/query-request?requestId=1", body);
    assertThat(emulator.table("T")).hasSize(2);
  }

  private JsonNode post(String path, String body) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + emulator.port() + path))
            .header("Authorization", "Snowflake Token=\"" + token + "\"")
            .POST(BodyPublishers.ofString(body))
            .build();
    return json.readTree(client.send(request, BodyHandlers.ofString()).body());
  }
}
