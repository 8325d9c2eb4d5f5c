package io.selfheal.jdbc.testkit;

/**
 * What a statement is by its leading words: the history's QUERY_TYPE and the wire's statement type
 * id. [D, S]
 */
record SqlKind(String queryType, long typeId) {
  static final long SELECT = 0x1000;
  static final long INSERT = 0x3100;
  static final long UPDATE = 0x3200;
  static final long DELETE = 0x3300;
  static final long MERGE = 0x3400;
  static final long COPY = 0x3600;
  static final long UNLOAD = 0x3700;
  static final long SCL = 0x4000;
  static final long ALTER_SESSION = 0x4100;
  static final long USE = 0x4300;
  static final long SHOW = 0x4400;
  static final long DESCRIBE = 0x4500;
  static final long LIST = 0x4701;
  static final long TRANSACTION = 0x5000;
  static final long DDL = 0x6000;
  static final long GET = 0x7101;
  static final long PUT = 0x7102;
  static final long REMOVE = 0x7103;
  static final long MULTI = 0xA000;
  private static final SqlKind UNKNOWN = new SqlKind("UNKNOWN", 0);

  static SqlKind of(SqlCursor in) {
    int skip = 0;
    while (in.peek(skip).is("(")) {
      skip++;
    }
    var first = in.peek(skip).value();
    var second = in.peek(skip + 1);
    return switch (in.peek(skip).kind() == SqlToken.Kind.WORD ? first : "") {
      case "SELECT", "WITH", "VALUES" -> new SqlKind("SELECT", SELECT);
      case "INSERT" ->
          new SqlKind(
              second.is("ALL") || second.is("FIRST") ? "MULTI_TABLE_INSERT" : "INSERT", INSERT);
      case "UPDATE" -> new SqlKind("UPDATE", UPDATE);
      case "DELETE" -> new SqlKind("DELETE", DELETE);
      case "MERGE" -> new SqlKind("MERGE", MERGE);
      case "TRUNCATE" -> new SqlKind("TRUNCATE_TABLE", DDL);
      case "COPY" ->
          in.peek(skip + 2).kind() == SqlToken.Kind.LOCATION
              ? new SqlKind("UNLOAD", UNLOAD)
              : new SqlKind("COPY", COPY);
      case "SET" -> new SqlKind("SET", SCL);
      case "UNSET" -> new SqlKind("UNSET", SCL);
      case "USE" -> new SqlKind("USE", USE);
      case "SHOW" -> new SqlKind("SHOW", SHOW);
      case "DESC", "DESCRIBE" -> new SqlKind("DESCRIBE", DESCRIBE);
      case "BEGIN", "START" ->
          SqlLexer.beginsTransaction(second)
              ? new SqlKind("BEGIN_TRANSACTION", TRANSACTION)
              : new SqlKind("CALL", SELECT);
      case "COMMIT" -> new SqlKind("COMMIT", TRANSACTION);
      case "ROLLBACK" -> new SqlKind("ROLLBACK", TRANSACTION);
      case "CREATE" -> new SqlKind(created(in), DDL);
      case "DROP" -> new SqlKind("DROP", DDL);
      case "UNDROP" -> new SqlKind("RESTORE", DDL);
      case "ALTER" ->
          second.is("SESSION") && !in.peek(skip + 2).is("POLICY")
              ? new SqlKind("ALTER_SESSION", ALTER_SESSION)
              : new SqlKind("ALTER", DDL);
      case "COMMENT", "GRANT", "REVOKE" -> new SqlKind(first, DDL);
      case "PUT" -> new SqlKind("PUT_FILES", PUT);
      case "GET" -> new SqlKind("GET_FILES", GET);
      case "LIST", "LS" -> new SqlKind("LIST_FILES", LIST);
      case "REMOVE", "RM" -> new SqlKind("REMOVE_FILES", REMOVE);
      case "CALL", "DECLARE", "EXECUTE" -> new SqlKind("CALL", SELECT);
      default -> UNKNOWN;
    };
  }

  private static String created(SqlCursor in) {
    for (int i = in.at; i < in.tokens.size(); i++) {
      var token = in.tokens.get(i);
      if (token.is("TABLE") || token.is("VIEW") || token.is("PROCEDURE") || token.is("FUNCTION")) {
        for (int j = i; j < in.tokens.size() && token.is("TABLE"); j++) {
          if (in.tokens.get(j).is("AS")
              && (in.tokens.get(j + 1).is("(")
                  || SqlTranslator.startsQuery(in.tokens.get(j + 1)))) {
            return "CREATE_TABLE_AS_SELECT";
          }
        }
        return token.is("TABLE") ? "CREATE_TABLE" : token.is("VIEW") ? "CREATE_VIEW" : "CREATE";
      }
      if (token.is("(")
          || token.is("STAGE")
          || token.is("SEQUENCE")
          || token.is("FORMAT")
          || token.is("DATABASE")
          || token.is("SCHEMA")) {
        break;
      }
    }
    return "CREATE";
  }
}
