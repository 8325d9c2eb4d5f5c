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
  private static final short NO_WORD = -1;

  final String text;

  /** Whether something is not closed, or may be read in two ways. */
  boolean doubtful;

  private Set<Hint> hints = Set.of();

  private int size;
  // Ordinals, because storing a reference costs a garbage collector's barrier each time.
  private byte[] types;
  private short[] words;
  private int[] from;
  private int[] to;
  private int[] binds = new int[4];
  private int bindCount;
  private int separators;

  Tokens(String text) {
    this.text = text;
    int capacity = Math.min(text.length(), 16 + text.length() / 4);
    types = new byte[capacity];
    words = new short[capacity];
    from = new int[capacity];
    to = new int[capacity];
  }

  void add(Token type, @Nullable Word word, int start, int end) {
    if (size == types.length) {
      int capacity = size * 2 + 4;
      types = Arrays.copyOf(types, capacity);
      words = Arrays.copyOf(words, capacity);
      from = Arrays.copyOf(from, capacity);
      to = Arrays.copyOf(to, capacity);
    }
    if (type == Token.BIND) {
      if (bindCount == binds.length) {
        binds = Arrays.copyOf(binds, bindCount * 2);
      }
      binds[bindCount++] = size;
    }
    if (type == Token.SEMICOLON || type == Token.FLOW) {
      separators++;
    }
    types[size] = (byte) type.ordinal();
    words[size] = (short) (word == null ? NO_WORD : word.ordinal());
    from[size] = start;
    to[size] = end;
    size++;
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
    return at >= 0 && at < size ? TOKENS[types[at]] : Token.NONE;
  }

  boolean is(int at, Token type) {
    return at >= 0 && at < size && types[at] == type.ordinal();
  }

  /** The known word at this place; null for every other token. */
  @Nullable Word word(int at) {
    return at >= 0 && at < size && words[at] != NO_WORD ? WORDS[words[at]] : null;
  }

  boolean is(int at, Word word) {
    return at >= 0 && at < size && words[at] == word.ordinal();
  }

  int from(int at) {
    return from[at];
  }

  int to(int at) {
    return to[at];
  }

  /** Whether the token is this one character. */
  boolean isSymbol(int at, char symbol) {
    return type(at) == Token.SYMBOL && text.charAt(from[at]) == symbol;
  }

  String raw(int at) {
    return text.substring(from[at], to[at]);
  }

  /** A word or quoted identifier as Snowflake folds it. */
  String name(int at) {
    return ObjectName.fold(text, from[at], to[at]);
  }

  /** What a string literal stands for. */
  String string(int at) {
    String raw = text.substring(from[at] + 1, to[at] - 1);
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
