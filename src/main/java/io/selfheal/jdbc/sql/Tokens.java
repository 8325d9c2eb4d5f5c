package io.selfheal.jdbc.sql;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one text, without comments and white space. Filled by the {@link Lexer}, then only
 * read. Places outside of the text hold {@link Token#NONE}, so that no reader needs a bounds check.
 */
final class Tokens {

  private static final Token[] TOKENS = Token.values();
  private static final Word[] WORDS = Word.values();
  private static final int[] NONE = {};
  private static final int PUNCTUATION =
      1 << Token.NUMBER.ordinal()
          | 1 << Token.BIND.ordinal()
          | 1 << Token.DOT.ordinal()
          | 1 << Token.COMMA.ordinal()
          | 1 << Token.EQUALS.ordinal()
          | 1 << Token.CLOSE.ordinal()
          | 1 << Token.SEMICOLON.ordinal();

  // A text has less than 2^22 places; see Classifier.LONGEST.
  private static final int TYPE_BITS = 6;
  private static final int TYPE = (1 << TYPE_BITS) - 1;
  private static final int WORD = (1 << 12) - 1;
  private static final int NO_WORD = WORD;
  private static final int START = 18;
  private static final int END = 40;
  private static final int PLACE = (1 << 22) - 1;

  final String text;

  /** Whether something is not closed, or may be read in two ways. */
  boolean doubtful;

  /** Whether a word begins with SYSTEM$. */
  boolean system;

  private Set<Hint> hints = Set.of();

  private int size;

  /** A token each: type, known word, beginning and end, as one store is quicker than four. */
  private long[] data;

  private int[] binds = NONE;
  private int bindCount;
  private int separators;

  Tokens(String text) {
    this.text = text;
    data = new long[Math.min(text.length(), 8 + text.length() / 4)];
  }

  void add(Token type, @Nullable Word word, int start, int end) {
    if (size == data.length) {
      data = Arrays.copyOf(data, size * 2 + 4);
    }
    if (type == Token.BIND) {
      bind();
    } else if (type == Token.SEMICOLON || type == Token.FLOW) {
      separators++;
    }
    long known = word == null ? NO_WORD : word.ordinal();
    data[size++] = (long) end << END | (long) start << START | known << TYPE_BITS | type.ordinal();
  }

  private void bind() {
    if (bindCount == binds.length) {
      binds = Arrays.copyOf(binds, bindCount * 2 + 4);
    }
    binds[bindCount++] = size;
  }

  void add(Hint hint) {
    Set<Hint> more = EnumSet.of(hint);
    more.addAll(hints);
    hints = Collections.unmodifiableSet(more);
  }

  Set<Hint> hints() {
    return hints;
  }

  int size() {
    return size;
  }

  Token type(int at) {
    return at >= 0 && at < size ? TOKENS[(int) data[at] & TYPE] : Token.NONE;
  }

  boolean is(int at, Token type) {
    return at >= 0 && at < size && ((int) data[at] & TYPE) == type.ordinal();
  }

  /** The known word at this place; null for every other token. */
  @Nullable Word word(int at) {
    int known = at >= 0 && at < size ? (int) data[at] >>> TYPE_BITS & WORD : NO_WORD;
    return known == NO_WORD ? null : WORDS[known];
  }

  boolean is(int at, Word word) {
    return at >= 0 && at < size && ((int) data[at] >>> TYPE_BITS & WORD) == word.ordinal();
  }

  /** Whether it can say nothing by itself: a word that nobody looks for, punctuation, a number. */
  boolean isPlain(int at) {
    int head = (int) data[at];
    int plain = system ? PUNCTUATION : PUNCTUATION | 1 << Token.WORD.ordinal();
    return (plain >>> (head & TYPE) & 1) != 0 && (head >>> TYPE_BITS & WORD) == NO_WORD;
  }

  int from(int at) {
    return (int) (data[at] >>> START) & PLACE;
  }

  int to(int at) {
    return (int) (data[at] >>> END) & PLACE;
  }

  /** Whether the token is this one character. */
  boolean isSymbol(int at, char symbol) {
    return is(at, Token.SYMBOL) && text.charAt(from(at)) == symbol;
  }

  String raw(int at) {
    return text.substring(from(at), to(at));
  }

  /** A word or quoted identifier as Snowflake folds it. */
  String name(int at) {
    return ObjectName.fold(text, from(at), to(at));
  }

  /** What a string literal stands for. */
  String string(int at) {
    String raw = text.substring(from(at) + 1, to(at) - 1);
    if (raw.indexOf('\'') < 0 && raw.indexOf('\\') < 0) {
      return raw;
    }
    StringBuilder plain = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      boolean escape = c == '\\' || c == '\'';
      if (escape && i + 1 < raw.length()) {
        i++;
        c = raw.charAt(i);
      }
      plain.append(c);
    }
    return plain.toString();
  }

  /** The number of the placeholder at this place, counted from 1. */
  int bindIndex(int at) {
    return Arrays.binarySearch(binds, 0, bindCount, at) + 1;
  }

  /** The number of semicolons and flow operators. */
  int separators() {
    return separators;
  }

  int bindCount() {
    return bindCount;
  }
}
