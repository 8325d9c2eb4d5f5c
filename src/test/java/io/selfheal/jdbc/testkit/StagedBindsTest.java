package io.selfheal.jdbc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StagedBindsTest {

  @Test
  void shouldTellNullFromEmptyText() {
    assertThat(StagedBinds.parse("1,,\"\"\n")).containsExactly(Arrays.asList("1", null, ""));
  }

  @Test
  void shouldReadQuotedFields() {
    assertThat(StagedBinds.parse("\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",x\n"))
        .containsExactly(List.of("a,b", "say \"hi\""), List.of("two\nlines", "x"));
  }
}
