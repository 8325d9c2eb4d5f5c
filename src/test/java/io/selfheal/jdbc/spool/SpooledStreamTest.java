package io.selfheal.jdbc.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpooledStreamTest {

  private static final byte[] CONTENT = new byte[100_000];

  static {
    new Random(1).nextBytes(CONTENT);
  }

  @TempDir Path parent;
  private SpoolDirectory spool;
  private final Source source = new Source();

  @BeforeEach
  void make() {
    spool = new SpoolDirectory(parent, 1_000_000);
  }

  @AfterEach
  void close() {
    spool.close();
  }

  /** Counts what is taken from it, gives little at a time, and may fail. */
  private static final class Source extends FilterInputStream {

    private int taken;
    private int most = Integer.MAX_VALUE;
    private int failAt = Integer.MAX_VALUE;
    private int ends;
    private int closed;

    Source() {
      super(new ByteArrayInputStream(CONTENT));
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (taken >= failAt) {
        failAt = Integer.MAX_VALUE;
        throw new IOException("line noise");
      }
      int count = super.read(into, offset, Math.min(most, length));
      if (count < 0) {
        ends++;
      } else {
        taken += count;
      }
      return count;
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private static byte[] read(SpoolFile file) throws IOException {
    try (var in = file.open()) {
      return in.readAllBytes();
    }
  }

  @Test
  void shouldKeepWhatIsRead() throws IOException {
    try (var stream = new SpooledStream(source, spool)) {
      assertThat(stream.open().readAllBytes()).isEqualTo(CONTENT);
      var file = stream.complete();
      stream.close();
      assertThat(read(file)).isEqualTo(CONTENT);
      assertThat(file.size()).isEqualTo(CONTENT.length);
      assertThat(source.closed).isZero();
      file.delete();
    }
    assertThat(spool.used()).isZero();
  }

  @Test
  void shouldGiveEverythingAgainAndReadTheSourceOnce() throws IOException {
    source.most = 777;
    try (var stream = new SpooledStream(source, spool)) {
      assertThat(stream.open().readNBytes(30_000)).isEqualTo(Arrays.copyOf(CONTENT, 30_000));
      var second = stream.again();
      assertThat(second.readNBytes(50_001)).isEqualTo(Arrays.copyOf(CONTENT, 50_001));
      assertThat(stream.again().readAllBytes()).isEqualTo(CONTENT);
      assertThat(stream.again().readAllBytes()).isEqualTo(CONTENT);
      assertThat(read(stream.complete())).isEqualTo(CONTENT);
    }
    assertThat(source.taken).isEqualTo(CONTENT.length);
    assertThat(source.ends).isEqualTo(1);
  }

  @Test
  void shouldReadByteByByteSkipAndTransfer() throws IOException {
    source.most = 1;
    try (var stream = new SpooledStream(source, spool)) {
      var in = stream.open();
      assertThat(in.read()).isEqualTo(CONTENT[0] & 0xFF);
      assertThat(in.skip(10)).isEqualTo(10);
      assertThat(in.read()).isEqualTo(CONTENT[11] & 0xFF);
      assertThat(in.read(new byte[0])).isZero();
      assertThat(in.markSupported()).isFalse();
      assertThat(in.available()).isPositive();
      var rest = new ByteArrayOutputStream();
      in.transferTo(rest);
      assertThat(rest.size()).isEqualTo(CONTENT.length - 12);
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.available()).isZero();
      assertThat(read(stream.complete())).isEqualTo(CONTENT);
    }
  }

  @Test
  void shouldKeepAnEmptyStream() throws IOException {
    try (var stream = new SpooledStream(InputStream.nullInputStream(), spool)) {
      assertThat(stream.open().readAllBytes()).isEmpty();
      assertThat(stream.again().readAllBytes()).isEmpty();
      assertThat(read(stream.complete())).isEmpty();
    }
  }

  @Test
  void shouldGiveAStreamThatWasNotBegun() throws IOException {
    try (var stream = new SpooledStream(source, spool)) {
      stream.open().close();
      assertThat(source.closed).isZero();
      assertThat(stream.again().readAllBytes()).isEqualTo(CONTENT);
    }
    assertThat(source.closed).isEqualTo(1);
  }

  @Test
  void shouldPassFailuresOnAndNotRepeatAfterThem() throws IOException {
    source.failAt = 500;
    source.most = 100;
    try (var stream = new SpooledStream(source, spool)) {
      var in = stream.open();
      assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class).hasMessage("line noise");
      assertThatThrownBy(stream::again)
          .isInstanceOf(NotSpooledException.class)
          .hasMessageNotContaining("noise");
      in.readAllBytes();
      assertThatThrownBy(stream::complete).isInstanceOf(NotSpooledException.class);
    }
    assertThat(spool.used()).isZero();
  }

  @Test
  void shouldGoOnWithoutSpoolWhenItIsFull() throws IOException {
    try (var small = new SpoolDirectory(parent, 50_000);
        var stream = new SpooledStream(source, small)) {
      var in = stream.open();
      assertThat(in.readAllBytes()).isEqualTo(CONTENT);
      assertThat(small.used()).isZero();
      assertThatThrownBy(stream::again)
          .isInstanceOf(NotSpooledException.class)
          .hasMessageContaining("selfheal.spool.maxBytes");
      assertThatThrownBy(stream::complete)
          .isInstanceOf(NotSpooledException.class)
          .hasMessageContaining("selfheal.spool.maxBytes");
      in.close();
      assertThat(source.closed).isEqualTo(1);
    }
    assertThat(source.closed).isEqualTo(1);
  }

  @Test
  void shouldGoOnWithoutSpoolWhenThereIsNone() throws IOException {
    var nowhere = new SpoolDirectory(parent.resolve("missing"), 50_000);
    try (var stream = new SpooledStream(source, nowhere)) {
      assertThat(stream.open().readAllBytes()).isEqualTo(CONTENT);
      assertThatThrownBy(stream::complete)
          .isInstanceOf(NotSpooledException.class)
          .hasMessageContaining("selfheal.spool.dir");
    }
  }

  @Test
  void shouldCloseTheSourceOnlyWhenNoRepeatNeedsIt() throws IOException {
    try (var stream = new SpooledStream(source, spool)) {
      var first = stream.open();
      first.readNBytes(1000);
      first.close();
      assertThat(source.closed).isZero();
      assertThatThrownBy(first::read).isInstanceOf(IOException.class);
      var second = stream.again();
      assertThat(second.readAllBytes()).isEqualTo(CONTENT);
      second.close();
      second.close();
      assertThat(source.closed).isEqualTo(1);
      assertThat(stream.again().readAllBytes()).isEqualTo(CONTENT);
    }
    assertThat(source.closed).isEqualTo(1);
  }

  @Test
  void shouldNotCompleteWhatWasNotReadToItsEnd() throws IOException {
    try (var stream = new SpooledStream(source, spool)) {
      stream.open().readNBytes(CONTENT.length);
      assertThatThrownBy(stream::complete)
          .isInstanceOf(NotSpooledException.class)
          .hasMessageContaining("end");
    }
    assertThat(spool.used()).isZero();
  }

  @Test
  void shouldTakeBackWhatAnUploadInVainGave() throws IOException {
    try (var stream = new SpooledStream(source, spool)) {
      stream.open().readAllBytes();
      stream.complete();
      stream.reclaim();
      assertThat(stream.again().readAllBytes()).isEqualTo(CONTENT);
      assertThat(read(stream.complete())).isEqualTo(CONTENT);
      stream.reclaim();
    }
    assertThat(spool.used()).isZero();
  }

  @Test
  void shouldEndEarlierPasses() throws IOException {
    try (var stream = new SpooledStream(source, spool)) {
      var first = stream.open();
      first.readNBytes(10);
      var second = stream.again();
      assertThatThrownBy(first::read).isInstanceOf(IOException.class);
      first.close();
      assertThat(second.readAllBytes()).isEqualTo(CONTENT);
      stream.close();
      assertThatThrownBy(second::read).isInstanceOf(IOException.class);
      assertThatThrownBy(stream::again).isInstanceOf(NotSpooledException.class);
    }
  }

  @Test
  void shouldNotWaitForAReaderThatHangs() throws Exception {
    var pipe = new PipedOutputStream();
    var slow = new PipedInputStream(pipe);
    var stream = new SpooledStream(slow, spool);
    var in = stream.open();
    pipe.write(1);
    assertThat(in.read()).isEqualTo(1);
    var started = new CompletableFuture<Void>();
    var hanging =
        CompletableFuture.supplyAsync(
            () -> {
              started.complete(null);
              try {
                return in.read();
              } catch (IOException e) {
                return -2;
              }
            });
    started.join();
    await().until(stream::isBusy);
    assertThatThrownBy(stream::again)
        .isInstanceOf(NotSpooledException.class)
        .hasMessageContaining("still");
    stream.close();
    assertThat(spool.used()).isEqualTo(1);
    pipe.write(2);
    pipe.flush();
    assertThat(hanging.get()).isEqualTo(2);
    assertThat(spool.used()).isZero();
  }
}
