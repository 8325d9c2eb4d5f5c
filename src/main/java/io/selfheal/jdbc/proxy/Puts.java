package io.selfheal.jdbc.proxy;

import io.selfheal.jdbc.journal.Context.Attribute;
import io.selfheal.jdbc.journal.Replay;
import io.selfheal.jdbc.spool.LocalFiles;
import io.selfheal.jdbc.spool.SpoolDirectory;
import io.selfheal.jdbc.sql.Detail.FileVerb;
import io.selfheal.jdbc.sql.LocalPath;
import io.selfheal.jdbc.sql.Shape;
import java.io.IOException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one PUT to a temp stage: looked at before they are uploaded, because afterwards they
 * may be others. For one execution, not thread-safe.
 */
final class Puts {

  private final @Nullable LocalFiles files;
  private final @Nullable String doubt;

  private Puts(@Nullable LocalFiles files, @Nullable String doubt) {
    this.files = files;
    this.doubt = doubt;
  }

  static boolean is(Shape shape) {
    var transfer = shape.transfer();
    return transfer != null && transfer.verb() == FileVerb.PUT;
  }

  /** Null where the text does not tell the files. */
  static @Nullable Puts of(Shape shape, String sql, SpoolDirectory spool) {
    var path = LocalPath.of(shape, sql);
    if (path == null) {
      return null;
    }
    try {
      return new Puts(LocalFiles.of(path, spool), null);
    } catch (IOException e) {
      // Should it be a file that is not there, the physical driver says so.
      return new Puts(null, String.valueOf(e.getMessage()));
    }
  }

  /** To be asked right after the upload. */
  @Nullable Replay replay(String sql, List<Attribute<Statement>> settings) {
    if (files == null) {
      return doubt == null ? null : new Unrepeatable(doubt);
    }
    if (!files.untouched()) {
      files.close();
      return new Unrepeatable("a file of it was changed while it was uploaded");
    }
    return new PutReplay(sql, settings, files);
  }

  /** For an upload that came to nothing. */
  void close() {
    if (files != null) {
      files.close();
    }
  }
}
