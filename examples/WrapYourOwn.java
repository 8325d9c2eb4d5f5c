import io.selfheal.jdbc.ConnectionFactory;
import io.selfheal.jdbc.SelfHealing;
import io.selfheal.jdbc.SelfHealingConnection;
import java.sql.DriverManager;
import java.util.Properties;

/** For code that has its own way to connect: say how to open a connection, and that way is gone again when the session dies. */
public final class WrapYourOwn {

  public static void main(String[] arguments) throws Exception {
    ConnectionFactory factory = () -> DriverManager.getConnection(arguments[0]); // a plain jdbc:snowflake: URL
    var settings = new Properties();
    settings.setProperty("selfheal.healTimeoutSeconds", "60");
    try (var connection = SelfHealing.wrap(factory.open(), factory, settings);
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT CURRENT_SESSION()")) {
      rows.next();
      var healing = connection.unwrap(SelfHealingConnection.class);
      System.out.println("session " + rows.getString(1) + ", generation " + healing.generation());
    }
  }
}
