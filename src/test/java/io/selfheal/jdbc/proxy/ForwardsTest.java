package io.selfheal.jdbc.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfheal.jdbc.build.ForwardsGenerator;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.ShardingKey;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardsTest {

  private final List<String> calls = new ArrayList<>();
  private final List<Object[]> arguments = new ArrayList<>();
  private final List<Object> answers = new ArrayList<>();
  private final List<String> sessions = new ArrayList<>();
  private final Map<String, SQLException> unsettled = new HashMap<>();

  @Test
  void shouldForwardEveryMethodOfEachInterfaceToTheSameMethod() throws Throwable {
    forwardsAll(Connection.class, plain(Connection.class));
    forwardsAll(Connection.class, guarded(Connection.class));
    forwardsAll(DatabaseMetaData.class, guarded(DatabaseMetaData.class));
    forwardsAll(ResultSet.class, plain(ResultSet.class));
    forwardsAll(CallableStatement.class, plain(CallableStatement.class));
    forwardsAll(PreparedStatement.class, guarded(PreparedStatement.class));
  }

  private void forwardsAll(Class<?> jdbc, Object proxy) throws Throwable {
    for (Method method : jdbc.getMethods()) {
      if (Modifier.isStatic(method.getModifiers())
          || declaresByHand(proxy.getClass().getSuperclass(), method)) {
        continue;
      }
      assertThat(
              proxy
                  .getClass()
                  .getMethod(method.getName(), method.getParameterTypes())
                  .getDeclaringClass())
          .as("%s has to be a class's, not an interface's default", method)
          .matches(declaring -> !declaring.isInterface());
      calls.clear();
      arguments.clear();
      Object[] given = Stream.of(method.getParameterTypes()).map(ForwardsTest::sample).toArray();
      Object expected = answer(method.getReturnType());
      answers.add(expected);
      assertThat(method.invoke(proxy, given)).as("%s", method).isEqualTo(expected);
      assertThat(calls).as("%s", method).containsExactly(signature(method));
      assertThat(arguments.get(0)).as("%s", method).isEqualTo(given.length == 0 ? null : given);
    }
  }

  private static boolean declaresByHand(Class<?> base, Method method) {
    return Stream.<Class<?>>iterate(base, type -> type != Object.class, Class::getSuperclass)
        .flatMap(type -> Stream.of(type.getDeclaredMethods()))
        .anyMatch(own -> signature(own).equals(signature(method)));
  }

  @Test
  void shouldKeepWhatTheClassesOfTheHierarchyImplement() throws Exception {
    PreparedStatement statement = guarded(PreparedStatement.class);

    assertThat(statement.toString()).isEqualTo("written by hand");
    assertThat(statement.getQueryTimeout()).isEqualTo(42);
    assertThat(calls).isEmpty();
    assertThat(declared(statement.getClass()))
        .doesNotContain("getQueryTimeout()I", "toString()Ljava/lang/String;");
  }

  @Test
  void shouldForwardDefaultMethods() throws Exception {
    answers.add(1L << 40);
    assertThat(plain(Statement.class).executeLargeUpdate("update")).isEqualTo(1L << 40);
    answers.add("'x'");
    assertThat(plain(Statement.class).enquoteLiteral("x")).isEqualTo("'x'");
    plain(Connection.class).beginRequest();
    plain(Connection.class).setShardingKey(shardingKey());
    plain(ResultSet.class).updateObject(1, "x", JDBCType.VARCHAR);

    assertThat(calls)
        .containsExactly(
            "executeLargeUpdate(Ljava/lang/String;)J",
            "enquoteLiteral(Ljava/lang/String;)Ljava/lang/String;",
            "beginRequest()V",
            "setShardingKey(Ljava/sql/ShardingKey;)V",
            "updateObject(ILjava/lang/Object;Ljava/sql/SQLType;)V");
  }

  @Test
  void shouldRepeatAGuardedCallOnceWhenRecoverReturns() throws Exception {
    Statement statement = guarded(PreparedStatement.class);
    answers.addAll(List.of(new SQLException("expired", "08001", 390114), 7));

    assertThat(statement.executeUpdate("update")).isEqualTo(7);
    assertThat(calls)
        .containsExactly(
            "executeUpdate(Ljava/lang/String;)I",
            "recover expired",
            "executeUpdate(Ljava/lang/String;)I");
    assertThat(arguments.get(1)).isEqualTo(arguments.get(0));
    assertThat(sessions).containsExactly("old", "new");
  }

  @Test
  void shouldRepeatAGuardedCallThatAnotherSessionAnswered() throws Exception {
    Statement statement = guarded(PreparedStatement.class);
    unsettled.put("old", new SQLException("swapped", "08003", 390114));
    answers.addAll(List.of(6, 7));

    assertThat(statement.executeUpdate("update")).isEqualTo(7);
    assertThat(calls)
        .containsExactly(
            "executeUpdate(Ljava/lang/String;)I",
            "recover swapped",
            "executeUpdate(Ljava/lang/String;)I");
    assertThat(sessions).containsExactly("old", "new");
  }

  @Test
  void shouldThrowWhenTheRepeatWasAnsweredByAnotherSessionToo() {
    Statement statement = guarded(PreparedStatement.class);
    SQLException second = new SQLException("second", "08003", 390114);
    unsettled.put("old", new SQLException("swapped", "08003", 390114));
    unsettled.put("new", second);
    answers.addAll(List.of(6, 7));

    assertThatThrownBy(() -> statement.executeUpdate("update")).isSameAs(second);
  }

  @Test
  void shouldPassOnTheSecondErrorOfAGuardedCallUntouched() {
    Statement statement = guarded(PreparedStatement.class);
    SQLException second = new SQLException("second", "08001", 390114);
    answers.addAll(List.of(new SQLException("expired", "08001", 390114), second));

    assertThatThrownBy(() -> statement.executeUpdate("update"))
        .isSameAs(second)
        .hasNoSuppressedExceptions();
    assertThat(calls).filteredOn(call -> call.startsWith("recover")).hasSize(1);
  }

  @Test
  void shouldPassOnOtherErrorsUntouched() {
    SQLException syntax = new SQLException("syntax", "42000", 1003);
    answers.add(syntax);
    assertThatThrownBy(() -> guarded(PreparedStatement.class).executeUpdate("updat"))
        .isSameAs(syntax);
    assertThat(calls).containsExactly("executeUpdate(Ljava/lang/String;)I", "recover syntax");

    RuntimeException bug = new IllegalStateException("bug");
    answers.add(bug);
    assertThatThrownBy(() -> guarded(PreparedStatement.class).executeUpdate("update"))
        .isSameAs(bug);

    SQLException expired = new SQLException("expired", "08001", 390114);
    answers.add(expired);
    assertThatThrownBy(() -> plain(Statement.class).executeUpdate("update")).isSameAs(expired);
    assertThat(calls).hasSize(4);
  }

  @Test
  void shouldNotGuardWhatDeclaresNoSqlException() {
    SQLClientInfoException expired = new SQLClientInfoException("expired", "08001", 390114, null);
    answers.add(expired);

    assertThatThrownBy(() -> guarded(Connection.class).setClientInfo(new Properties()))
        .isSameAs(expired);
    assertThat(calls).containsExactly("setClientInfo(Ljava/util/Properties;)V");
  }

  @Test
  void shouldHandResultSetsOfGuardedClassesToResults() throws Exception {
    ResultSet rows = physical(ResultSet.class);
    answers.addAll(List.of(rows, new SQLException("expired", "08001", 390114), rows, rows));

    assertThat(guarded(PreparedStatement.class).executeQuery("select 1"))
        .isInstanceOf(PlainResultSet.class);
    assertThat(guarded(PreparedStatement.class).executeQuery("select 1"))
        .isInstanceOf(PlainResultSet.class);
    assertThat(plain(Statement.class).executeQuery("select 1")).isSameAs(rows);
  }

  @Test
  void shouldPassVarargsStyleArraysAndWidePrimitivesAsTheyAre() throws Exception {
    String[] names = {"ID"};
    answers.add(3);
    guarded(PreparedStatement.class).executeUpdate("insert", names);
    assertThat(arguments.get(0)[1]).isSameAs(names);

    PreparedStatement statement = guarded(PreparedStatement.class);
    statement.setLong(1, Long.MIN_VALUE);
    statement.setDouble(2, Double.MIN_VALUE);
    statement.setAsciiStream(3, InputStream.nullInputStream(), Long.MAX_VALUE);
    statement.setFloat(4, 1.5f);
    assertThat(arguments.get(1)).containsExactly(1, Long.MIN_VALUE);
    assertThat(arguments.get(2)).containsExactly(2, Double.MIN_VALUE);
    assertThat(arguments.get(3)).startsWith(3).endsWith(Long.MAX_VALUE);
    assertThat(arguments.get(4)).containsExactly(4, 1.5f);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {GuardedPreparedStatement.class, GuardedConnection.class, PlainResultSet.class})
  void shouldBeDirectCodeOnly(Class<?> base) {
    var strangers = new TreeSet<String>();
    new ClassReader(ForwardsGenerator.generate(base))
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access,
                  String method,
                  String descriptor,
                  String generic,
                  String[] exceptions) {
                return new MethodVisitor(Opcodes.ASM9) {
                  @Override
                  public void visitMethodInsn(
                      int opcode, String owner, String name, String descriptor, boolean itf) {
                    if (!owner.startsWith("java/sql/")
                        && !owner.equals(Type.getInternalName(base))) {
                      strangers.add(owner + "." + name);
                    }
                  }

                  @Override
                  public void visitTypeInsn(int opcode, String type) {
                    if (opcode != Opcodes.CHECKCAST) {
                      strangers.add("new " + type);
                    }
                  }

                  @Override
                  public void visitIntInsn(int opcode, int operand) {
                    strangers.add("array");
                  }

                  @Override
                  public void visitInvokeDynamicInsn(
                      String name,
                      String descriptor,
                      Handle bootstrap,
                      Object... bootstrapArguments) {
                    strangers.add("invokedynamic");
                  }

                  @Override
                  public void visitTryCatchBlock(
                      Label start, Label end, Label handler, String type) {
                    if (base == PlainResultSet.class) {
                      strangers.add("catch");
                    }
                  }
                };
              }
            },
            0);
    assertThat(strangers).isEmpty();
  }

  @Test
  void shouldGiveConstructorsForInvokeExact() throws Throwable {
    MethodHandle constructor =
        Forwards.constructor(
            MethodHandles.lookup(), PlainStatement.class, ForwardsTest.class, Statement.class);

    PlainStatement statement =
        (PlainStatement) constructor.invokeExact(this, physical(Statement.class));

    assertThat(statement.getClass().getName())
        .isEqualTo(PlainStatement.class.getName() + "Forwards");
    assertThat(statement.getClass().getModifiers()).matches(Modifier::isFinal);
  }

  @Test
  void shouldWriteTheClassNextToItsBaseAndOverwriteIt(@TempDir Path classes) throws Exception {
    String base = Type.getInternalName(PlainStatement.class);
    Path copy = classes.resolve(base + ".class");
    Files.createDirectories(copy.getParent());
    try (InputStream in = getClass().getResourceAsStream("/" + base + ".class")) {
      Files.copy(in, copy);
    }

    ForwardsGenerator.main(classes.toString());
    ForwardsGenerator.main(classes.toString());

    assertThat(classes.resolve(base + "Forwards.class"))
        .hasBinaryContent(ForwardsGenerator.generate(PlainStatement.class));

    Files.delete(copy);
    ForwardsGenerator.main(classes.toString());

    assertThat(copy.getParent()).isEmptyDirectory();
  }

  @Test
  void shouldSayWhichConstructorIsMissing() {
    assertThatIllegalStateException()
        .isThrownBy(
            () -> Forwards.constructor(MethodHandles.lookup(), PlainStatement.class, String.class))
        .withMessageContaining("PlainStatement");
  }

  @Test
  void shouldSayWhatAClassLacks() {
    assertThatThrownBy(() -> ForwardsGenerator.generate(NoDelegate.class))
        .hasMessageContaining("delegate()");
    assertThatThrownBy(() -> ForwardsGenerator.generate(NoRecover.class))
        .hasMessageContaining("recover(");
    assertThatThrownBy(() -> ForwardsGenerator.generate(String.class))
        .hasMessageContaining("@Forwarding");
  }

  @SuppressWarnings("unchecked")
  private <T> T plain(Class<T> jdbc) {
    return (T) proxy(jdbc, PLAIN);
  }

  @SuppressWarnings("unchecked")
  private <T> T guarded(Class<T> jdbc) {
    return (T) proxy(jdbc, GUARDED);
  }

  private Object proxy(Class<?> jdbc, List<Class<?>> bases) {
    Class<?> base = bases.stream().filter(jdbc::isAssignableFrom).findFirst().orElseThrow();
    Class<?> parameter =
        Statement.class.isAssignableFrom(jdbc) && bases == GUARDED ? Statement.class : jdbc;
    try {
      return Forwards.constructor(MethodHandles.lookup(), base, ForwardsTest.class, parameter)
          .invoke(this, physical(jdbc));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private <T> T physical(Class<T> jdbc) {
    return jdbc.cast(
        Proxy.newProxyInstance(
            jdbc.getClassLoader() == null
                ? ForwardsTest.class.getClassLoader()
                : jdbc.getClassLoader(),
            new Class<?>[] {jdbc},
            (self, method, given) -> {
              if (method.getDeclaringClass() == Object.class) {
                return method.getName().equals("equals")
                    ? self == given[0]
                    : answer(method.getReturnType());
              }
              calls.add(signature(method));
              arguments.add(given);
              Object answer =
                  answers.isEmpty() ? answer(method.getReturnType()) : answers.remove(0);
              if (answer instanceof Throwable failure) {
                throw failure;
              }
              return answer;
            }));
  }

  private static String signature(Method method) {
    return method.getName() + Type.getMethodDescriptor(method);
  }

  private static List<String> declared(Class<?> generated) {
    return Arrays.stream(generated.getDeclaredMethods()).map(ForwardsTest::signature).toList();
  }

  private static Object sample(Class<?> type) {
    if (type == long.class) {
      return 1L << 40;
    }
    if (type == double.class) {
      return 0.5;
    }
    if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 2);
    }
    return type == String.class ? "text" : type.isPrimitive() ? answer(type) : null;
  }

  private static Object answer(Class<?> type) {
    if (type == void.class || !type.isPrimitive()) {
      return type == String.class ? "answer" : null;
    }
    return Array.get(Array.newInstance(type, 1), 0);
  }

  private static ShardingKey shardingKey() {
    return new ShardingKey() {};
  }

  private static void settle(ForwardsTest test, String session) throws SQLException {
    var unsettled = test.unsettled.remove(session);
    if (unsettled != null) {
      throw unsettled;
    }
  }

  private static String recover(ForwardsTest test, String session, SQLException e)
      throws SQLException {
    assertThat(session).isEqualTo("old");
    test.calls.add("recover " + e.getMessage());
    if (e.getErrorCode() != 390114) {
      throw e;
    }
    return "new";
  }

  static final List<Class<?>> PLAIN =
      List.of(
          PlainStatement.class,
          PlainCallableStatement.class,
          PlainConnection.class,
          PlainResultSet.class);
  static final List<Class<?>> GUARDED =
      List.of(
          GuardedPreparedStatement.class, GuardedConnection.class, GuardedDatabaseMetaData.class);

  @Forwarding(Statement.class)
  abstract static class PlainStatement implements Statement {
    private final Statement physical;

    PlainStatement(ForwardsTest test, Statement physical) {
      this.physical = physical;
    }

    final Statement delegate() {
      return physical;
    }
  }

  @Forwarding(CallableStatement.class)
  abstract static class PlainCallableStatement implements CallableStatement {
    private final CallableStatement physical;

    protected PlainCallableStatement(ForwardsTest test, CallableStatement physical) {
      this.physical = physical;
    }

    public CallableStatement delegate() {
      return physical;
    }
  }

  @Forwarding(Connection.class)
  abstract static class PlainConnection implements Connection {
    private final Connection physical;

    PlainConnection(ForwardsTest test, Connection physical) {
      this.physical = physical;
    }

    Connection delegate() {
      return physical;
    }
  }

  @Forwarding(ResultSet.class)
  abstract static class PlainResultSet implements ResultSet {
    private final ResultSet physical;

    PlainResultSet(ForwardsTest test, ResultSet physical) {
      this.physical = physical;
    }

    ResultSet delegate() {
      return physical;
    }
  }

  /** A generic hierarchy: the delegate's erasure is a supertype of the interface. */
  abstract static class Guarded<S extends Statement> implements Statement {
    final ForwardsTest test;
    private final S physical;

    Guarded(ForwardsTest test, S physical) {
      this.test = test;
      this.physical = physical;
    }

    final String session() {
      return "old";
    }

    final S delegate(String session) {
      test.sessions.add(session);
      return physical;
    }

    final String recover(String session, SQLException e) throws SQLException {
      return ForwardsTest.recover(test, session, e);
    }

    final void settle(String session) throws SQLException {
      ForwardsTest.settle(test, session);
    }

    ResultSet results(ResultSet rows) {
      return rows == null ? null : (ResultSet) test.heal(rows);
    }

    @Override
    public int getQueryTimeout() {
      return 42;
    }
  }

  @Forwarding(value = PreparedStatement.class, guarded = true)
  abstract static class GuardedPreparedStatement extends Guarded<Statement>
      implements PreparedStatement {
    GuardedPreparedStatement(ForwardsTest test, Statement physical) {
      super(test, physical);
    }

    @Override
    public String toString() {
      return "written by hand";
    }
  }

  private Object heal(ResultSet rows) {
    try {
      return (PlainResultSet)
          Forwards.constructor(
                  MethodHandles.lookup(), PlainResultSet.class, ForwardsTest.class, ResultSet.class)
              .invokeExact(this, rows);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Forwarding(value = Connection.class, guarded = true)
  abstract static class GuardedConnection implements Connection {
    private final ForwardsTest test;
    private final Connection physical;

    GuardedConnection(ForwardsTest test, Connection physical) {
      this.test = test;
      this.physical = physical;
    }

    String session() {
      return "old";
    }

    Connection delegate(String session) {
      return physical;
    }

    String recover(String session, SQLException e) throws SQLException {
      return ForwardsTest.recover(test, session, e);
    }

    void settle(String session) throws SQLException {
      ForwardsTest.settle(test, session);
    }
  }

  @Forwarding(value = DatabaseMetaData.class, guarded = true)
  abstract static class GuardedDatabaseMetaData implements DatabaseMetaData {
    private final ForwardsTest test;
    private final DatabaseMetaData physical;

    GuardedDatabaseMetaData(ForwardsTest test, DatabaseMetaData physical) {
      this.test = test;
      this.physical = physical;
    }

    String session() {
      return "old";
    }

    DatabaseMetaData delegate(String session) {
      return physical;
    }

    String recover(String session, SQLException e) throws SQLException {
      return ForwardsTest.recover(test, session, e);
    }

    void settle(String session) throws SQLException {
      ForwardsTest.settle(test, session);
    }

    ResultSet results(ResultSet rows) {
      return rows;
    }
  }

  @Forwarding(Statement.class)
  abstract static class NoDelegate implements Statement {}

  @Forwarding(value = Connection.class, guarded = true)
  abstract static class NoRecover implements Connection {
    abstract String session();

    abstract Connection delegate(String session);

    abstract void settle(String session) throws SQLException;
  }
}
