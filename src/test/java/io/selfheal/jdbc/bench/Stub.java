package io.selfheal.jdbc.bench;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;

import java.lang.invoke.MethodHandles;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.implementation.StubMethod;

/**
 * A driver that does nothing, so that what is measured is what stands before it. The methods under
 * test are written out in the abstract classes and kept from being inlined by the JVM's command
 * line, or the JIT would see through the whole of it; all others answer null, zero or false.
 */
public final class Stub {

  /** The vendor's local getters, which a healing connection asks round each call. */
  public interface Vendor {
    String getSessionID();

    String getQueryID();
  }

  /** Makes the generated halves. */
  public interface Factory {
    StubConnection connection();

    StubPrepared statement(StubConnection connection);

    StubRows rows(StubPrepared statement);

    StubMetaData metaData();
  }

  public static final Factory FACTORY = generate();

  private static final String SESSION = "4711";
  private static final String QUERY = "01b2c3d4-0000-1111-2222-333344445555";

  private Stub() {}

  public static Connection connection() {
    return FACTORY.connection();
  }

  public abstract static class StubConnection implements Connection, Vendor {
    private boolean closed;
    private volatile boolean expired;

    /** From here on {@link #nativeSQL} fails as it does on a dead session; no other method does. */
    public void expire() {
      expired = true;
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
      if (expired) {
        throw new SQLException("Authentication token has expired.", "08001", 390114);
      }
      return sql;
    }

    @Override
    public PreparedStatement prepareStatement(String sql) {
      return FACTORY.statement(this);
    }

    @Override
    public Statement createStatement() {
      return FACTORY.statement(this);
    }

    @Override
    public DatabaseMetaData getMetaData() {
      return FACTORY.metaData();
    }

    @Override
    public boolean getAutoCommit() {
      return true;
    }

    @Override
    public boolean isValid(int timeout) {
      return true;
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public String getCatalog() {
      return "DEMO";
    }

    @Override
    public String getSchema() {
      return "PUBLIC";
    }

    @Override
    public String getSessionID() {
      return SESSION;
    }

    @Override
    public String getQueryID() {
      return QUERY;
    }
  }

  public abstract static class StubPrepared implements PreparedStatement, Vendor {
    private final StubConnection connection;
    private final StubRows rows = FACTORY.rows(this);
    private int bound;
    private int batched;
    private boolean closed;

    protected StubPrepared(StubConnection connection) {
      this.connection = connection;
    }

    @Override
    public Connection getConnection() {
      return connection;
    }

    @Override
    public void setInt(int index, int value) {
      bound = value;
    }

    @Override
    public ResultSet executeQuery() {
      return rows.opened();
    }

    @Override
    public int executeUpdate() {
      return bound;
    }

    @Override
    public void addBatch() {
      batched++;
    }

    @Override
    public void clearBatch() {
      batched = 0;
    }

    @Override
    public int[] executeBatch() {
      return new int[batched];
    }

    @Override
    public long[] executeLargeBatch() {
      return new long[batched];
    }

    @Override
    public int executeUpdate(String sql) {
      return sql.length();
    }

    @Override
    public String getQueryID() {
      return QUERY;
    }

    @Override
    public String getSessionID() {
      return SESSION;
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  public abstract static class StubRows implements ResultSet {
    private final StubPrepared statement;
    private int row;
    private boolean closed;

    protected StubRows(StubPrepared statement) {
      this.statement = statement;
    }

    @Override
    public Statement getStatement() {
      return statement;
    }

    StubRows opened() {
      closed = false;
      return this;
    }

    @Override
    public boolean next() {
      row++;
      return true;
    }

    @Override
    public int getInt(int column) {
      return row + column;
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Wrappers that name what they watch ask for its URL. */
  public abstract static class StubMetaData implements DatabaseMetaData {

    @Override
    public String getURL() {
      return "jdbc:stub://host/db";
    }
  }

  private static Factory generate() {
    try {
      var connection = concrete(StubConnection.class).getConstructor();
      var statement = concrete(StubPrepared.class).getDeclaredConstructor(StubConnection.class);
      var rows = concrete(StubRows.class).getDeclaredConstructor(StubPrepared.class);
      var metaData = concrete(StubMetaData.class).getConstructor();
      return new ByteBuddy()
          .subclass(Factory.class)
          .name(Stub.class.getPackageName() + ".StubFactory")
          .method(method -> method.getName().equals("connection"))
          .intercept(MethodCall.construct(connection))
          .method(method -> method.getName().equals("statement"))
          .intercept(MethodCall.construct(statement).withAllArguments())
          .method(method -> method.getName().equals("rows"))
          .intercept(MethodCall.construct(rows).withAllArguments())
          .method(method -> method.getName().equals("metaData"))
          .intercept(MethodCall.construct(metaData))
          .make()
          .load(Stub.class.getClassLoader(), here())
          .getLoaded()
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> Class<? extends T> concrete(Class<T> base) {
    return new ByteBuddy()
        .subclass(base)
        .name(base.getName().replace('$', '_') + "Generated")
        .method(isAbstract())
        .intercept(StubMethod.INSTANCE)
        .make()
        .load(Stub.class.getClassLoader(), here())
        .getLoaded();
  }

  private static ClassLoadingStrategy<ClassLoader> here() {
    return ClassLoadingStrategy.UsingLookup.of(MethodHandles.lookup());
  }
}
