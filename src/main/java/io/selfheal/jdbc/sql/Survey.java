package io.selfheal.jdbc.sql;

import java.util.List;

/**
 * What the words of a text betray wherever they stand: effects, dependence on the session, chance,
 * names by bind, stages. One pass over the tokens, before the leading words are looked at.
 */
final class Survey {

  private final Tokens tokens;
  private final Draft draft;
  List<Integer> nameBinds = List.of();
  List<StageRef> stages = List.of();

  /** Whether something may act beyond what the statement itself says: SYSTEM$…, TABLE(proc()). */
  boolean sideEffect;

  /**
   * Whether it takes values from a sequence, which makes a reading text one that changes things.
   */
  boolean takesSequence;

  /** Whether it has words that no query is known to have: INTO, CALL, a write in parentheses. */
  boolean foreignVerb;

  private Survey(Tokens tokens, Draft draft) {
    this.tokens = tokens;
    this.draft = draft;
  }

  static Survey of(Tokens tokens, Draft draft) {
    Survey survey = new Survey(tokens, draft);
    for (int at = 0; at < tokens.size(); at++) {
      if (!tokens.isPlain(at)) {
        survey.look(at);
      }
    }
    return survey;
  }

  private void look(int at) {
    switch (tokens.type(at)) {
      case WORD -> word(at);
      case QUOTED -> quoted(at);
      case VARIABLE -> draft.add(Trait.VARIABLES);
      case STAGE -> {
        stages = Draft.with(stages, StageRef.parse(tokens.raw(at)));
        draft.add(Trait.READS);
      }
      case STRING -> {
        if (tokens.text.charAt(tokens.from(at) + 1) == '@' && !isListed(at)) {
          stages = Draft.with(stages, StageRef.parse(tokens.string(at)));
          draft.add(Trait.READS);
        }
      }
      case OPEN -> foreignVerb |= opensOther(at);
      case SYMBOL -> {
        // model!METHOD() may do anything; a != b is a comparison.
        if (tokens.isSymbol(at, '!') && !tokens.is(at + 1, Token.EQUALS)) {
          sideEffect = true;
        }
      }
      default -> {}
    }
  }

  /** Whether a statement of another family begins where only a query can stand. */
  private boolean opensOther(int at) {
    Word inner = tokens.word(at + 1);
    Word outer = tokens.word(at - 1);
    if (inner == null || outer != Word.FROM && outer != Word.JOIN && outer != Word.AS) {
      return false;
    }
    return switch (inner) {
      case TRUNCATE,
          COPY,
          CREATE,
          ALTER,
          DROP,
          GRANT,
          REVOKE,
          COMMENT,
          SET,
          UNSET,
          USE,
          BEGIN,
          START,
          COMMIT,
          ROLLBACK,
          PUT,
          GET,
          REMOVE,
          RM,
          EXECUTE,
          DECLARE ->
          true;
      default -> false;
    };
  }

  /** Whether it is one of the values in a list: an address such as '@bob' there is no stage. */
  private boolean isListed(int at) {
    return tokens.is(at - 1, Token.COMMA)
        || tokens.is(at - 1, Token.OPEN)
            && (tokens.is(at - 2, Token.COMMA) || tokens.is(at - 2, Word.VALUES));
  }

  private void word(int at) {
    Word word = tokens.word(at);
    if (word == null) {
      if (tokens.system && KnownFunctions.isSystem(tokens.text, tokens.from(at))) {
        system(at);
      }
      return;
    }
    switch (word) {
      case SELECT -> draft.add(Trait.READS);
      case USING -> {
        draft.add(Trait.READS);
        function(at + 1);
      }
      case LAST_QUERY_ID,
          RESULT_SCAN,
          CURRENT_SESSION,
          CURRENT_TRANSACTION,
          LAST_TRANSACTION,
          CURRENT_STATEMENT,
          QUERY_HISTORY_BY_SESSION ->
          draft.add(Trait.HISTORY);
      case GETVARIABLE -> draft.add(Trait.VARIABLES);
      case NEXTVAL -> {
        if (tokens.is(at - 1, Token.DOT)) {
          sequence();
        }
      }
      case GETNEXTVAL -> sequence();
      case RANDOM, RANDSTR, UUID_STRING, NORMAL, UNIFORM, ZIPF, SEQ1, SEQ2, SEQ4, SEQ8 -> {
        if (tokens.is(at + 1, Token.OPEN)) {
          draft.add(Trait.VOLATILE);
        }
      }
      case SAMPLE,
          TABLESAMPLE,
          CURRENT_TIMESTAMP,
          CURRENT_TIME,
          CURRENT_DATE,
          LOCALTIME,
          LOCALTIMESTAMP,
          SYSDATE,
          SYSTIMESTAMP,
          GETDATE ->
          draft.add(Trait.VOLATILE);
      case INTO, PROCEDURE, CALL -> foreignVerb |= !tokens.is(at - 1, Token.DOT);
      case INSERT, UPDATE, DELETE, MERGE -> {
        // INSERT(…) is a string function as well, and FOR UPDATE belongs to a query.
        foreignVerb |= tokens.is(at - 1, Token.OPEN) && tokens.is(at + 1, Token.WORD);
        if (tokens.is(at - 1, Word.FOR)) {
          draft.add(Trait.LOCKS_ROWS);
        }
      }
      case AUTOINCREMENT, IDENTITY -> {
        if (isAttribute(at)) {
          draft.add(Trait.VOLATILE);
        }
      }
      case IDENTIFIER -> identifier(at);
      case TABLE -> table(at);
      case FROM -> source(at);
      case JOIN -> {
        // CREATE TABLE … ALLOWED JOIN KEYS (…) is no join.
        if (!tokens.is(at - 1, Word.ALLOWED) || !tokens.is(at + 1, Word.KEYS)) {
          function(at + 1);
        }
      }
      case LATERAL -> function(at + 1);
      default -> {}
    }
  }

  /** Whether it stands behind a column's type in a definition, not in the place of a name. */
  private boolean isAttribute(int at) {
    boolean defines = tokens.is(0, Word.CREATE) || tokens.is(0, Word.ALTER);
    return defines && (tokens.is(at - 1, Token.WORD) || tokens.is(at - 1, Token.CLOSE));
  }

  private void quoted(int at) {
    if (tokens.is(at + 1, Token.OPEN)) {
      sideEffect |= KnownFunctions.isSystem(tokens.text, tokens.from(at) + 1);
      if (KnownFunctions.isHistory(tokens.name(at))) {
        draft.add(Trait.HISTORY);
      }
    }
    if (tokens.is(at - 1, Token.DOT) && tokens.name(at).equalsIgnoreCase("NEXTVAL")) {
      sequence();
    }
  }

  private void system(int at) {
    sideEffect |= !KnownFunctions.isHarmlessSystem(tokens.name(at));
  }

  private void sequence() {
    takesSequence = true;
    draft.add(Trait.VOLATILE);
  }

  private void identifier(int at) {
    if (tokens.is(at + 1, Token.OPEN)) {
      nameArgument(at + 2);
    }
  }

  private void nameArgument(int at) {
    boolean alone = tokens.is(at + 1, Token.CLOSE);
    switch (tokens.type(at)) {
      case BIND -> {
        if (alone) {
          nameBinds = Draft.with(nameBinds, tokens.bindIndex(at));
        } else {
          draft.add(Trait.UNKNOWN_NAMES);
        }
      }
      case STRING, VARIABLE, WORD, QUOTED -> {
        if (!alone) {
          draft.add(Trait.UNKNOWN_NAMES);
        }
      }
      default -> draft.add(Trait.UNKNOWN_NAMES);
    }
  }

  /** TABLE('name'), TABLE(?) and TABLE($v) are names; TABLE(f(…)) is a call. */
  private void table(int at) {
    if (!tokens.is(at + 1, Token.OPEN)) {
      return;
    }
    switch (tokens.type(at + 2)) {
      case STRING, BIND, VARIABLE -> nameArgument(at + 2);
      case OPEN -> sideEffect = true;
      default -> function(at + 2);
    }
  }

  /** FROM f(…) is a call too, unless FROM belongs to EXTRACT(… FROM …) or IS DISTINCT FROM. */
  private void source(int at) {
    boolean extract = tokens.is(at - 2, Token.OPEN) && tokens.is(at - 3, Word.EXTRACT);
    if (!extract && !tokens.is(at - 1, Word.DISTINCT)) {
      draft.add(Trait.READS);
      function(at + 1);
    }
  }

  /**
   * A call in the place of a table: procedures can stand there too and do whatever they like [D].
   */
  private void function(int from) {
    if (tokens.is(from, Word.IDENTIFIER) && tokens.is(from + 1, Token.OPEN)) {
      // IDENTIFIER(x) is a table, IDENTIFIER(x)(…) a call of who knows what.
      sideEffect |= !tokens.is(from + 3, Token.CLOSE) || tokens.is(from + 4, Token.OPEN);
      return;
    }
    int last = from;
    while (isName(last) && tokens.is(last + 1, Token.DOT)) {
      last += 2;
      while (tokens.is(last, Token.DOT)) {
        last++;
      }
    }
    if (isName(last) && tokens.is(last + 1, Token.OPEN)) {
      String schema = last - 2 >= from ? tokens.name(last - 2) : null;
      sideEffect |= !KnownFunctions.isHarmlessTable(schema, tokens.name(last));
    }
  }

  private boolean isName(int at) {
    return tokens.is(at, Token.WORD) || tokens.is(at, Token.QUOTED);
  }
}
