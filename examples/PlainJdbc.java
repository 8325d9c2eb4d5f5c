import java.sql.DriverManager;

/**
 * The whole change: another prefix in the URL. Run it with this jar, snowflake-jdbc and slf4j-api on the class path:
 *
 * <pre>java -cp … examples/PlainJdbc.java "jdbc:selfheal:snowflake://acme.snowflakecomputing.com/?user=…&amp;password=…"</pre>
 */
public final class PlainJdbc {

  public static void main(String[] arguments) throws Exception {
    try (var connection = DriverManager.getConnection(arguments[0]);
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT CURRENT_SESSION()")) {
      rows.next();
      System.out.println("session " + rows.getString(1));
    }
  }
}
