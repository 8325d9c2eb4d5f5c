package io.selfheal.jdbc.sql;

import io.selfheal.jdbc.sql.Detail.ObjectType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds what a text reads and what leaves its outcome open, in one pass over the tokens. It follows
 * the parentheses and keeps for each whether a source may stand next; it does not parse. In doubt a
 * name is a source, and an outcome is open. Not thread-safe; one for each text.
 */
final class SourceScan {

  private final Tokens tokens;
  private final int size;
  private final OpenOutcome open;
  private final Frames frames = new Frames();
  private final Set<Target> reads = new LinkedHashSet<>();
  private final Set<Target> formats = new LinkedHashSet<>();

  private int at;
  private Word lead = Word.SELECT;

  /** Whether this is the part of a CREATE before its AS. */
  private boolean defining;

  private SourceScan(Tokens tokens) {
    this.tokens = tokens;
    this.size = tokens.size();
    this.open = new OpenOutcome(tokens);
  }

  static Sources.Found of(Tokens tokens) {
    SourceScan scan = new SourceScan(tokens);
    scan.statement();
    while (scan.at < scan.size) {
      scan.step();
    }
    return new Sources.Found(
        List.copyOf(scan.reads), List.copyOf(scan.formats), tokens.doubtful || scan.open.found());
  }

  /** Begins a statement, or the next link of a chain; passes those that read no rows. */
  private void statement() {
    defining = false;
    frames.clear();
    int first = at;
    while (tokens.is(first, Token.OPEN)) {
      first++;
    }
    Word word = tokens.word(first);
    lead = word == null ? Word.CALL : word;
    switch (lead) {
      case SELECT, WITH, VALUES, INSERT, UPDATE, MERGE, COPY, SET -> {}
      case DELETE -> {
        // What FROM names here is written.
        at = first + 1;
        if (tokens.is(at, Word.FROM)) {
          passTarget(at + 1);
        }
      }
      case CREATE -> definition(first);
      case ALTER -> {
        if (tokens.is(first + 1, Word.SESSION)) {
          skip();
        }
      }
      case DROP, COMMENT, USE, UNSET, START, COMMIT, ROLLBACK, TRUNCATE, PUT, REMOVE, RM -> skip();
      case GRANT, REVOKE -> skip();
      case BEGIN -> {
        open.because(Blocks.opensBody(tokens, first));
        skip();
      }
      case SHOW, DESC, DESCRIBE, LIST, LS, GET -> {
        open.because(true);
        skip();
      }
      default -> open.because(at < size && !tokens.is(at, Token.SEMICOLON));
    }
  }

  private void definition(int first) {
    Cursor cursor = new Cursor(tokens, first + 1, size);
    cursor.take(Word.OR, Word.REPLACE);
    Definitions.modifiers(cursor);
    ObjectType type = Definitions.type(cursor);
    if (type == ObjectType.OTHER) {
      open.because(true);
      skip();
    } else if (type == ObjectType.FUNCTION || type == ObjectType.PROCEDURE) {
      // The body is only kept. Looked for once, so that many definitions take linear time.
      if (first == 0 && Blocks.isDefinitionWithBody(tokens, 0, lastStatementEnd())) {
        at = size;
      } else {
        skip();
      }
    } else {
      if (cursor.take(Word.IF, Word.NOT)) {
        cursor.take(Word.EXISTS);
      }
      passTarget(cursor.at);
      defining = true;
    }
  }

  private int lastStatementEnd() {
    int end = size;
    while (tokens.is(end - 1, Token.SEMICOLON)) {
      end--;
    }
    return end;
  }

  private void skip() {
    while (at < size && !tokens.is(at, Token.SEMICOLON) && !tokens.is(at, Token.FLOW)) {
      at++;
    }
  }

  /** Passes a name that is written or defined; a parenthesis behind it lists columns. */
  private void passTarget(int from) {
    Cursor cursor = new Cursor(tokens, from, size);
    cursor.target();
    at = cursor.at;
    open.columnsAt(at);
  }

  private void step() {
    switch (tokens.type(at)) {
      case SEMICOLON, FLOW -> {
        at++;
        statement();
      }
      case OPEN -> parenthesis();
      case CLOSE -> close();
      case COMMA -> {
        if (frames.has(Frames.IN_FROM)
            && !(frames.has(Frames.ROWS) && tokens.is(at + 1, Token.OPEN))) {
          frames.clear(Frames.ROWS);
          frames.set(Frames.EXPECT);
        }
        at++;
      }
      case WORD, QUOTED -> name();
      default -> {
        if (frames.has(Frames.EXPECT)) {
          literalSource();
        }
        open.look(at++);
      }
    }
  }

  private void parenthesis() {
    int inner = 0;
    if (frames.has(Frames.EXPECT)) {
      frames.clear(Frames.EXPECT);
      inner = Frames.EXPECT | Frames.IN_FROM;
    } else {
      open.call(at);
      inner = open.takesFrom(at - 1) ? Frames.ARGUMENTS : 0;
    }
    frames.push(inner);
    at++;
  }

  private void close() {
    at++;
    int ended = frames.pop();
    if ((ended & Frames.BODY) != 0 && tokens.is(at, Token.COMMA)) {
      commonTable(at + 1, ended & Frames.RECURSIVE);
    }
  }

  private void name() {
    if (tokens.is(at - 1, Token.DOT)) {
      open.look(at++);
    } else if (frames.has(Frames.EXPECT)) {
      source();
    } else {
      frames.clear(Frames.ROWS);
      open.look(at);
      Word word = tokens.word(at++);
      if (word != null) {
        keyword(word);
      }
    }
  }

  private void source() {
    Word word = tokens.word(at);
    boolean opens = tokens.is(at + 1, Token.OPEN);
    if (word == Word.SELECT || word == Word.WITH) {
      frames.clear(Frames.EXPECT);
      at++;
      keyword(word);
    } else if (word == Word.VALUES && opens) {
      frames.clear(Frames.EXPECT);
      frames.set(Frames.ROWS);
      at++;
    } else if (word == Word.LATERAL || word == Word.TABLE && opens) {
      at++;
    } else {
      named();
    }
  }

  private void named() {
    frames.clear(Frames.EXPECT);
    int first = at;
    Cursor cursor = new Cursor(tokens, at, size);
    Target target = cursor.target();
    at = cursor.at;
    boolean simple = at == first + 1;
    if (tokens.is(at, Token.OPEN)) {
      open.table(first, simple);
      open.columnsAt(at);
    } else if (target != null && !(simple && frames.isCommon(tokens.name(first)))) {
      reads.add(target);
    }
  }

  /** What stands for a source without being a name: a literal, a placeholder, a variable. */
  private void literalSource() {
    frames.clear(Frames.EXPECT);
    switch (tokens.type(at)) {
      case STAGE -> {}
      case STRING -> {
        String text = tokens.string(at);
        if (text.startsWith("@") || text.contains("://")) {
          open.because(!tokens.is(at - 1, Word.FROM) || !text.startsWith("@"));
          return;
        }
        reads.add(new Cursor(tokens, at, size).argument(at));
      }
      case BIND, VARIABLE -> reads.add(new Cursor(tokens, at, size).argument(at));
      default -> open.because(true);
    }
  }

  /** Acts on a word that stands just before the current place. */
  private void keyword(Word word) {
    boolean alias = tokens.is(at - 2, Word.AS);
    switch (word) {
      case SELECT -> frames.clear(Frames.IN_FROM | Frames.ARGUMENTS);
      case WITH -> with();
      case FROM -> from();
      case JOIN -> {
        boolean policy = tokens.is(at - 2, Word.WITH) && tokens.is(at, Word.POLICY);
        if (!policy && !tokens.is(at - 2, Word.ALLOWED)) {
          frames.set(Frames.EXPECT | Frames.IN_FROM);
        }
      }
      case USING -> {
        if (frames.isOutermost() && (lead == Word.MERGE || lead == Word.DELETE)) {
          frames.set(lead == Word.MERGE ? Frames.EXPECT : Frames.EXPECT | Frames.IN_FROM);
        }
      }
      case LIKE, CLONE -> {
        if (defining && frames.isOutermost()) {
          frames.set(Frames.EXPECT);
        }
      }
      case AS -> defining &= !frames.isOutermost();
      case INTO, REFERENCES -> passTarget(tokens.is(at, Word.TABLE) ? at + 1 : at);
      case FORMAT_NAME, FILE_FORMAT -> format();
      case UNION, WHERE, HAVING, QUALIFY, ORDER, INTERSECT, MINUS, CONNECT -> {
        if (!alias) {
          frames.clear(Frames.IN_FROM);
        }
        if (word == Word.UNION) {
          frames.united();
        }
      }
      case GROUP -> {
        if (!alias && !tokens.is(at - 2, Word.WITHIN)) {
          frames.clear(Frames.IN_FROM);
        }
      }
      default -> {}
    }
  }

  private void from() {
    int before = at - 2;
    boolean comparison =
        tokens.is(before, Word.DISTINCT)
            && (tokens.is(before - 1, Word.IS) || tokens.is(before - 1, Word.NOT));
    if (comparison || frames.has(Frames.ARGUMENTS)) {
      return;
    }
    // CREATE … FROM a backup or a share names no table. UPDATE … FROM takes whichever of several
    // rows that match [D].
    open.because(frames.isOutermost() && (defining || lead == Word.UPDATE));
    frames.set(Frames.EXPECT | Frames.IN_FROM);
  }

  private void with() {
    frames.clear(Frames.IN_FROM | Frames.ARGUMENTS);
    boolean other = defining || tokens.is(at - 2, Word.START) || lead == Word.ALTER;
    if (!other) {
      boolean word =
          tokens.is(at, Word.RECURSIVE)
              && !tokens.is(at + 1, Word.AS)
              && !tokens.is(at + 1, Token.OPEN);
      commonTable(word ? at + 1 : at, word ? Frames.RECURSIVE : 0);
    }
  }

  /** Passes {@code name [(columns)] AS (}, where the body begins. */
  private void commonTable(int name, int recursive) {
    int behind = name + 1;
    if (tokens.is(behind, Token.OPEN)) {
      behind = open.namesEnd(behind);
    }
    if (open.isName(name) && tokens.is(behind, Word.AS) && tokens.is(behind + 1, Token.OPEN)) {
      frames.body(tokens.name(name), recursive);
      at = behind + 2;
    } else {
      open.because(true);
    }
  }

  private void format() {
    if (!tokens.is(at, Token.EQUALS)) {
      return;
    }
    int place = tokens.isSymbol(at + 1, '>') ? at + 2 : at + 1;
    if (tokens.is(place, Token.BIND) || tokens.is(place, Token.VARIABLE)) {
      formats.add(new Cursor(tokens, place, size).argument(place));
      return;
    }
    Cursor cursor = new Cursor(tokens, place, size);
    Target target = cursor.target();
    if (target != null) {
      formats.add(target);
      at = cursor.at;
    }
  }
}
