package io.selfheal.jdbc.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Says what a text is: looks whether it is one statement, a chain or several, and hands the one
 * statement to the family of its leading word. Stateless; its time is linear in the text.
 */
final class Classifier {

  /**
   * Longer texts are not looked at. Snowflake refuses a statement of more than 1 MB [D], and the
   * tokens of a text take some sixteen bytes each.
   */
  static final int LONGEST = 1 << 21;

  private Classifier() {}

  static Shape classify(String sql) {
    if (sql.length() > LONGEST) {
      return Shape.opaque(sql);
    }
    Tokens tokens = Lexer.scan(sql);
    Draft draft = new Draft();
    Survey survey = Survey.of(tokens, draft);
    int end = tokens.size();
    while (tokens.is(end - 1, Token.SEMICOLON)) {
      end--;
    }
    int start = 0;
    while (start < end && tokens.is(start, Token.SEMICOLON)) {
      start++;
    }
    if (tokens.separators() == tokens.size() - (end - start)) {
      one(new Cursor(tokens, start, end), draft, survey);
    } else {
      parted(tokens, start, end, draft, survey);
    }
    if (tokens.doubtful) {
      draft.opaque();
    }
    return draft.shape(tokens, survey);
  }

  /** The texts between semicolons; the text alone where they need not part statements. */
  static List<String> statements(String sql) {
    if (sql.length() > LONGEST) {
      return List.of(sql);
    }
    Tokens tokens = Lexer.scan(sql);
    if (tokens.doubtful || tokens.separators() == 0 || Blocks.isIn(tokens)) {
      return List.of(sql);
    }
    List<String> statements = new ArrayList<>();
    int from = 0;
    boolean empty = true;
    for (int at = 0; at <= tokens.size(); at++) {
      if (at < tokens.size() && !tokens.is(at, Token.SEMICOLON)) {
        empty = false;
        continue;
      }
      int to = at < tokens.size() ? tokens.from(at) : sql.length();
      if (!empty) {
        statements.add(sql.substring(from, to));
      }
      from = at < tokens.size() ? tokens.to(at) : to;
      empty = true;
    }
    return statements.isEmpty() ? List.of(sql) : List.copyOf(statements);
  }

  private static void parted(Tokens tokens, int start, int end, Draft draft, Survey survey) {
    int semicolon = find(tokens, Token.SEMICOLON, start, end);
    if (semicolon >= 0 && !Blocks.isDefinitionWithBody(tokens, start, end)) {
      draft.add(Trait.SEVERAL_STATEMENTS);
      links(tokens, Token.SEMICOLON, start, end, draft, survey);
      draft.opaque();
      return;
    }
    if (find(tokens, Token.FLOW, start, end) < 0) {
      one(new Cursor(tokens, start, end), draft, survey);
      return;
    }
    draft.add(Trait.CHAIN);
    boolean reads = links(tokens, Token.FLOW, start, end, draft, survey);
    draft.kind = reads ? Kind.QUERY : Kind.OPAQUE;
  }

  /** Classifies each part between separators, collecting their names; true if all only read. */
  private static boolean links(
      Tokens tokens, Token separator, int start, int end, Draft draft, Survey survey) {
    boolean reads = true;
    int from = start;
    while (from <= end) {
      int to = find(tokens, separator, from, end);
      to = to < 0 ? end : to;
      one(new Cursor(tokens, from, to), draft, survey);
      reads &= draft.kind == Kind.QUERY;
      from = to + 1;
    }
    draft.detail = Detail.None.INSTANCE;
    return reads;
  }

  private static int find(Tokens tokens, Token type, int start, int end) {
    for (int at = start; at < end; at++) {
      if (tokens.is(at, type)) {
        return at;
      }
    }
    return -1;
  }

  private static void one(Cursor cursor, Draft draft, Survey survey) {
    draft.kind = Kind.OPAQUE;
    boolean parenthesis = false;
    while (cursor.take(Token.OPEN)) {
      parenthesis = true;
    }
    Word word = cursor.word();
    if (word == null || !dispatch(word, cursor, draft, survey)) {
      draft.opaque();
    }
    // Only a query can stand in parentheses.
    if (parenthesis && draft.kind != Kind.QUERY) {
      draft.opaque();
    }
  }

  private static boolean dispatch(Word word, Cursor cursor, Draft draft, Survey survey) {
    return switch (word) {
      case SELECT, WITH, VALUES -> Queries.select(cursor, draft, survey);
      case SHOW -> Queries.show(cursor, draft);
      case DESC, DESCRIBE -> Queries.describe(cursor, draft);
      case EXPLAIN -> Queries.explain(cursor, draft, survey);
      case LIST, LS -> Queries.list(draft);
      case INSERT -> Writes.insert(cursor, draft, survey);
      case UPDATE -> Writes.update(cursor, draft, survey);
      case DELETE -> Writes.delete(cursor, draft, survey);
      case MERGE -> Writes.merge(cursor, draft, survey);
      case TRUNCATE -> Writes.truncate(cursor, draft);
      case COPY -> Transfers.copy(cursor, draft, survey);
      case PUT -> Transfers.put(cursor, draft);
      case GET -> Transfers.get(cursor, draft);
      case REMOVE, RM -> Transfers.remove(cursor, draft);
      case CREATE -> Definitions.create(cursor, draft, survey);
      case ALTER -> Definitions.alter(cursor, draft);
      case DROP -> Definitions.drop(cursor, draft);
      case COMMENT -> Definitions.comment(cursor, draft);
      case GRANT, REVOKE -> Definitions.permission(draft);
      case SET -> Sessions.set(cursor, draft, survey);
      case UNSET -> Sessions.unset(cursor, draft);
      case USE -> Sessions.use(cursor, draft);
      case BEGIN, START, COMMIT, ROLLBACK -> Sessions.transaction(cursor, draft);
      default -> false;
    };
  }
}
