package io.selfheal.jdbc.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A place in a range of {@link Tokens} that moves forward. Not thread-safe. */
final class Cursor {

  private static final String PUBLIC = "PUBLIC";

  final Tokens tokens;
  final int end;
  int at;

  Cursor(Tokens tokens, int from, int end) {
    this.tokens = tokens;
    this.at = from;
    this.end = end;
  }

  boolean atEnd() {
    return at >= end;
  }

  Token type() {
    return at < end ? tokens.type(at) : Token.NONE;
  }

  boolean is(Token type) {
    return type() == type;
  }

  @Nullable Word word() {
    return at < end ? tokens.word(at) : null;
  }

  boolean is(Word word) {
    return word() == word;
  }

  /** Whether the token after this one is that word. */
  boolean nextIs(Word word) {
    return at + 1 < end && tokens.is(at + 1, word);
  }

  boolean nextIs(Token type) {
    return at + 1 < end && tokens.is(at + 1, type);
  }

  /** Passes the word if it stands here. */
  boolean take(Word word) {
    boolean here = is(word);
    if (here) {
      at++;
    }
    return here;
  }

  boolean take(Token type) {
    boolean here = is(type);
    if (here) {
      at++;
    }
    return here;
  }

  /** Passes both words, or neither. */
  boolean take(Word first, Word second) {
    boolean here = is(first) && nextIs(second);
    if (here) {
      at += 2;
    }
    return here;
  }

  boolean isName() {
    return is(Token.WORD) || is(Token.QUOTED);
  }

  /**
   * Passes a group in parentheses that opens here, to behind its end or to the end of the range.
   */
  void skipGroup() {
    int depth = 0;
    do {
      switch (type()) {
        case OPEN -> depth++;
        case CLOSE -> depth--;
        default -> {}
      }
      at++;
    } while (depth > 0 && at < end);
  }

  /**
   * Reads the name of an object, written out or by IDENTIFIER(…); null, unmoved, if none is here.
   */
  @Nullable Target target() {
    if (is(Word.IDENTIFIER) && nextIs(Token.OPEN)) {
      return identifier();
    }
    if (is(Token.STRING)) {
      // 'a.b' stands for a name in a few old places, as in DROP TABLE 'x'.
      Target named = ObjectName.parse(tokens.string(at));
      at++;
      return named == null ? Target.Unknown.INSTANCE : named;
    }
    return path();
  }

  private Target identifier() {
    int open = at + 1;
    skipGroup();
    at = open;
    Target target = Target.Unknown.INSTANCE;
    if (tokens.is(open + 2, Token.CLOSE)) {
      target = argument(open + 1);
    }
    skipGroup();
    // What hangs on behind makes it a part of a longer name that the text does not tell.
    return is(Token.DOT) ? Target.Unknown.INSTANCE : target;
  }

  /** The name that this one token stands for in a place where a name must be. */
  Target argument(int place) {
    return switch (tokens.type(place)) {
      case BIND -> new Target.Bound(tokens.bindIndex(place));
      case VARIABLE -> new Target.Variable(variable(place));
      case WORD, QUOTED -> new ObjectName(List.of(tokens.name(place)));
      case STRING -> {
        ObjectName name = ObjectName.parse(tokens.string(place));
        yield name == null ? Target.Unknown.INSTANCE : name;
      }
      default -> Target.Unknown.INSTANCE;
    };
  }

  /** The name of {@code $v}, folded. */
  private String variable(int place) {
    return ObjectName.fold(tokens.text, tokens.from(place) + 1, tokens.to(place));
  }

  private @Nullable Target path() {
    if (!isName()) {
      return null;
    }
    String first = tokens.name(at++);
    if (!is(Token.DOT)) {
      return new ObjectName(List.of(first));
    }
    List<String> parts = new ArrayList<>(3);
    parts.add(first);
    while (take(Token.DOT)) {
      if (is(Word.IDENTIFIER) && nextIs(Token.OPEN)) {
        at++;
        skipGroup();
        return Target.Unknown.INSTANCE;
      } else if (isName()) {
        parts.add(tokens.name(at++));
      } else if (is(Token.DOT) && parts.size() == 1) {
        parts.add(PUBLIC);
      } else {
        return Target.Unknown.INSTANCE;
      }
    }
    return new ObjectName(parts);
  }
}
