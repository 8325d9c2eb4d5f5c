package io.selfheal.jdbc.testkit;

import io.selfheal.jdbc.testkit.SqlEngine.SqlFailure;
import io.selfheal.jdbc.testkit.SqlH2Text.Param;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Functions whose value is fixed for a statement: the session's names, the time, query ids, SYSTEM$
 * functions. Stateless.
 */
final class SqlFunctions {
  private static final Set<String> NAMES =
      Set.of(
          "CURRENT_TIMESTAMP",
          "CURRENT_DATE",
          "CURRENT_TIME",
          "LOCALTIMESTAMP",
          "LOCALTIME",
          "GETDATE",
          "SYSTIMESTAMP",
          "SYSDATE",
          "CURRENT_USER",
          "CURRENT_DATABASE",
          "CURRENT_SCHEMA",
          "CURRENT_SCHEMAS",
          "CURRENT_ROLE",
          "CURRENT_WAREHOUSE",
          "CURRENT_SESSION",
          "CURRENT_ACCOUNT",
          "CURRENT_ACCOUNT_NAME",
          "CURRENT_ORGANIZATION_NAME",
          "CURRENT_REGION",
          "CURRENT_SECONDARY_ROLES",
          "CURRENT_AVAILABLE_ROLES",
          "CURRENT_VERSION",
          "CURRENT_CLIENT",
          "CURRENT_STATEMENT",
          "CURRENT_TRANSACTION",
          "LAST_QUERY_ID",
          "GETVARIABLE");

  private SqlFunctions() {}

  static boolean isConstant(String name) {
    return NAMES.contains(name) || name.startsWith("SYSTEM$");
  }

  static List<Object> arguments(SqlRun run, SqlCursor in) throws SqlFailure {
    var arguments = new ArrayList<>();
    while (!in.isNext(")")) {
      arguments.add(argument(run, in));
      if (!in.accept(",")) {
        break;
      }
    }
    return arguments;
  }

  /** A literal, a bind, a variable or another fixed function; string, number or null. */
  static Object argument(SqlRun run, SqlCursor in) throws SqlFailure {
    boolean negative = in.accept("-");
    var token = in.next();
    var value =
        switch (token.kind()) {
          case STRING -> token.value();
          case NUMBER -> new BigDecimal(token.value());
          case BIND -> run.value(run.bind(token));
          case VARIABLE -> run.value(run.variable(token));
          case WORD -> {
            if (token.is("NULL")) {
              yield null;
            } else if (token.is("TRUE") || token.is("FALSE")) {
              yield token.is("TRUE");
            } else if (isConstant(token.value()) && in.accept("(")) {
              var inner = arguments(run, in);
              in.expect(")");
              yield run.value(constant(run, token.value(), inner));
            }
            throw SqlErrors.unexpected(token);
          }
          default -> throw SqlErrors.unexpected(token);
        };
    return negative && value instanceof BigDecimal number ? number.negate() : value;
  }

  static String text(Object argument) throws SqlFailure {
    if (argument == null) {
      throw SqlErrors.invalid("argument must not be NULL");
    }
    return argument instanceof BigDecimal number ? number.toPlainString() : argument.toString();
  }

  private static long number(List<Object> arguments, int index) throws SqlFailure {
    try {
      return new BigDecimal(text(arguments.get(index))).longValueExact();
    } catch (IndexOutOfBoundsException | ArithmeticException | NumberFormatException e) {
      throw SqlErrors.invalid("invalid argument for function");
    }
  }

  static Param constant(SqlRun run, String name, List<Object> arguments) throws SqlFailure {
    var session = run.session;
    var now =
        Instant.ofEpochSecond(run.start / 1_000_000_000L, run.start % 1_000_000_000L)
            .atZone(run.zone());
    return switch (name) {
      case "CURRENT_TIMESTAMP", "GETDATE", "SYSTIMESTAMP", "LOCALTIMESTAMP" ->
          new Param(0, SqlType.LTZ, now.toOffsetDateTime());
      case "SYSDATE" ->
          new Param(0, SqlType.NTZ, LocalDateTime.ofInstant(now.toInstant(), ZoneOffset.UTC));
      case "CURRENT_DATE" -> new Param(0, SqlType.DATE, now.toLocalDate());
      case "CURRENT_TIME", "LOCALTIME" ->
          new Param(0, new SqlType(SqlType.Kind.TIME, 0, 9), now.toLocalTime());
      case "CURRENT_USER" -> text(session.user, 256);
      case "CURRENT_DATABASE" -> text(session.database(), 256);
      case "CURRENT_SCHEMA" -> text(session.schema(), 256);
      case "CURRENT_SCHEMAS" ->
          text("[\"" + session.database() + "." + session.schema() + "\"]", 256);
      case "CURRENT_ROLE" -> text(session.role(), 256);
      case "CURRENT_WAREHOUSE" -> text(session.warehouse(), 256);
      case "CURRENT_SESSION" -> text(Long.toString(session.id()), 256);
      case "CURRENT_ACCOUNT", "CURRENT_ACCOUNT_NAME" -> text("EMULATOR", 256);
      case "CURRENT_ORGANIZATION_NAME" -> text("SELFHEAL", 256);
      case "CURRENT_REGION" -> text("LOCAL", 256);
      case "CURRENT_SECONDARY_ROLES" ->
          text("{\"roles\":\"\",\"value\":\"" + session.names.secondaryRoles() + "\"}", 256);
      case "CURRENT_AVAILABLE_ROLES" -> text("[\"" + session.role() + "\"]", 256);
      case "CURRENT_VERSION" -> text("9.0.0", 256);
      case "CURRENT_CLIENT" -> text("JDBC", 256);
      case "CURRENT_STATEMENT" -> text(run.sql, SqlType.MAX_TEXT);
      case "CURRENT_TRANSACTION" -> {
        var transaction = session.work.transaction();
        yield text(transaction == null ? null : Long.toString(transaction.id), 256);
      }
      case "LAST_QUERY_ID" ->
          text(
              session.names.lastQueryId(arguments.isEmpty() ? -1 : (int) number(arguments, 0)),
              256);
      case "GETVARIABLE" -> {
        var variable = session.names.variables.get(text(arguments.get(0)).toUpperCase(Locale.ROOT));
        yield text(variable == null ? null : variable.wire(), 256);
      }
      default -> run.describe ? text(null, SqlType.MAX_TEXT) : system(run, name, arguments);
    };
  }

  /** Of a view: the latest change of any table behind it. [D] */
  private static long lastChange(SqlRun run, SqlObject.Key key) throws SqlFailure {
    var engine = run.session.engine;
    var object = run.session.names.find(key);
    if (object instanceof SqlObject.Table table) {
      return engine.timeTravel.lastCommit(table);
    } else if (!(object instanceof SqlObject.View view)) {
      throw SqlErrors.missing("Table", key.toString());
    } else {
      var probe = SqlRun.inside(run, view.query());
      new SqlTranslator(probe, probe.in).view(view.query(), key.database(), key.schema());
      long last = view.created();
      for (var read : probe.read) {
        last =
            Math.max(
                last,
                read instanceof SqlObject.Table table
                    ? engine.timeTravel.lastCommit(table)
                    : read.created());
      }
      return last;
    }
  }

  private static Param text(String value, int length) {
    return new Param(0, new SqlType(SqlType.Kind.TEXT, length, 0), value);
  }

  /** These do something or look outside of the session, so a describe does not come here. */
  private static Param system(SqlRun run, String name, List<Object> arguments) throws SqlFailure {
    var session = run.session;
    var engine = session.engine;
    return switch (name) {
      case "SYSTEM$WAIT" -> {
        long amount = number(arguments, 0);
        var unit =
            arguments.size() > 1 ? text(arguments.get(1)).toUpperCase(Locale.ROOT) : "SECONDS";
        run.await(
            switch (unit) {
              case "MILLISECONDS" -> amount;
              case "SECONDS" -> amount * 1000;
              case "MINUTES" -> amount * 60_000;
              default -> throw SqlErrors.invalid("invalid time unit " + unit);
            });
        yield text("waited " + amount + " " + unit.toLowerCase(Locale.ROOT), 256);
      }
      case "SYSTEM$ABORT_TRANSACTION" -> text(engine.abortTransaction(number(arguments, 0)), 256);
      case "SYSTEM$ABORT_SESSION" -> text(engine.abortSession(number(arguments, 0)), 256);
      case "SYSTEM$CANCEL_QUERY" -> text(engine.cancel(text(arguments.get(0))), 256);
      case "SYSTEM$LAST_CHANGE_COMMIT_TIME" -> {
        var parts = new SqlCursor(text(arguments.get(0)), run).name();
        yield new Param(
            0,
            new SqlType(SqlType.Kind.FIXED, 38, 0),
            BigDecimal.valueOf(
                lastChange(run, session.names.key(SqlObject.Space.RELATION, parts))));
      }
      default -> throw SqlErrors.unsupported("function " + name);
    };
  }
}
