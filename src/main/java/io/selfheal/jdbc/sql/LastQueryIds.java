package io.selfheal.jdbc.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The calls of LAST_QUERY_ID in a text. In a text that is repeated, or that comes after statements
 * of our own, they mean queries of another history: each has to be replaced by the id it stood for.
 * Stateless.
 */
public final class LastQueryIds {

  private static final String NAME = "LAST_QUERY_ID";

  private LastQueryIds() {}

  /**
   * The arguments of the calls in their order, -1 where there is none: negative ones count back
   * from the latest query, positive ones on from the session's first [D]. Null where one of them
   * cannot be told, or where the text may mean a query that it runs itself.
   */
  public static @Nullable List<Integer> asked(String sql) {
    List<Call> calls = calls(sql);
    return calls == null ? null : calls.stream().map(Call::argument).toList();
  }

  /**
   * The text with a literal in the place of each call.
   *
   * @param id gives the query id for an argument; it is put between quotes as it is
   * @throws IllegalArgumentException where {@link #asked} gives null
   */
  public static String replace(String sql, IntFunction<String> id) {
    List<Call> calls = calls(sql);
    if (calls == null) {
      throw new IllegalArgumentException("a call of LAST_QUERY_ID cannot be told");
    }
    StringBuilder replaced = new StringBuilder(sql.length() + 32 * calls.size());
    int copied = 0;
    for (Call call : calls) {
      replaced.append(sql, copied, call.from());
      // Two literals that touch would be one.
      separate(sql, call.from() - 1, replaced);
      replaced.append('\'').append(id.apply(call.argument())).append('\'');
      separate(sql, call.to(), replaced);
      copied = call.to();
    }
    return replaced.append(sql, copied, sql.length()).toString();
  }

  private static void separate(String sql, int at, StringBuilder replaced) {
    if (at >= 0 && at < sql.length() && sql.charAt(at) == '\'') {
      replaced.append(' ');
    }
  }

  private record Call(int argument, int from, int to) {}

  private static @Nullable List<Call> calls(String sql) {
    if (sql.length() > Classifier.LONGEST) {
      return null;
    }
    Tokens tokens = Lexer.scan(sql);
    if (tokens.doubtful) {
      return null;
    }
    List<Call> calls = new ArrayList<>();
    boolean first = true;
    for (int at = 0; at < tokens.size(); at++) {
      first &= !tokens.is(at, Token.SEMICOLON) && !tokens.is(at, Token.FLOW);
      if (tokens.is(at + 1, Token.OPEN) && isNamed(tokens, at)) {
        Call call = first ? call(tokens, at) : null;
        if (call == null) {
          return null;
        }
        calls.add(call);
      }
    }
    return calls;
  }

  private static boolean isNamed(Tokens tokens, int at) {
    return tokens.is(at, Word.LAST_QUERY_ID)
        || tokens.is(at, Token.QUOTED) && tokens.name(at).equals(NAME);
  }

  private static @Nullable Call call(Tokens tokens, int at) {
    if (tokens.is(at, Token.QUOTED) || tokens.is(at - 1, Token.DOT)) {
      return null;
    }
    int from = tokens.from(at);
    int argument = at + 2;
    if (tokens.is(argument, Token.CLOSE)) {
      return new Call(-1, from, tokens.to(argument));
    }
    boolean negative = tokens.isSymbol(argument, '-');
    int number = negative ? argument + 1 : argument;
    boolean literal = tokens.is(number, Token.NUMBER) && tokens.is(number + 1, Token.CLOSE);
    int value = literal ? number(tokens.raw(number)) : 0;
    // What 0 means is not documented.
    return value == 0 ? null : new Call(negative ? -value : value, from, tokens.to(number + 1));
  }

  /** The value of some digits; 0 where it is larger than any history. */
  private static int number(String digits) {
    return digits.length() > 9 ? 0 : Integer.parseInt(digits);
  }
}
