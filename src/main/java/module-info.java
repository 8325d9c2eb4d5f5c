import org.jspecify.annotations.NullMarked;

/**
 * A JDBC driver that wraps snowflake-jdbc and heals expired sessions without running a write twice.
 */
@NullMarked
module io.selfheal.jdbc {
  requires transitive java.sql;
  requires org.slf4j;
  requires static java.management;
  requires static jdk.jfr;
  requires static org.jspecify;
  requires static net.bytebuddy;

  exports io.selfheal.jdbc;

  provides java.sql.Driver with
      io.selfheal.jdbc.SelfHealingDriver;

  uses java.sql.Driver;
}
