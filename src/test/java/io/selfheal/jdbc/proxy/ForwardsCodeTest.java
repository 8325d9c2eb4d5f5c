package io.selfheal.jdbc.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A generated forward is straight code that makes nothing: it loads its arguments, calls its own
 * base and the JDBC interface, and returns. As timings cannot be asserted, this is what keeps it
 * cheap.
 */
class ForwardsCodeTest {

  /** What a forward may be made of besides loads, stores, returns and calls. */
  private static final Set<Integer> PLAIN =
      Set.of(Opcodes.SWAP, Opcodes.NOP, Opcodes.DUP, Opcodes.POP, Opcodes.POP2);

  static List<Path> generated() throws Exception {
    var classes =
        Path.of(Forwards.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      return files.filter(ForwardsCodeTest::isGenerated).sorted().toList();
    }
  }

  /** As the generator tells them, see ForwardsGenerator. */
  private static boolean isGenerated(Path file) {
    return file.toString().endsWith("Forwards.class")
        && !file.getFileName().toString().equals("Forwards.class");
  }

  /** Or the test below would pass for want of classes. */
  @Test
  void shouldFindAll() throws Exception {
    assertThat(generated())
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "HealingAsyncResultSetForwards.class",
            "HealingCallableStatementForwards.class",
            "HealingConnectionForwards.class",
            "HealingDatabaseMetaDataForwards.class",
            "HealingPreparedStatementForwards.class",
            "HealingResultSetForwards.class",
            "HealingStatementForwards.class");
  }

  @ParameterizedTest
  @MethodSource("generated")
  void shouldBeStraight(Path file) throws Exception {
    var forwards = new Reading();
    new ClassReader(bytes(file)).accept(forwards, 0);
    assertThat(forwards.fields).isZero();
    assertThat(forwards.methods).isPositive();
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Reading extends ClassVisitor {
    private String base = "";
    private int methods;
    private int fields;

    Reading() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visit(
        int version, int access, String name, String signature, String parent, String[] types) {
      base = parent;
    }

    @Override
    public net.bytebuddy.jar.asm.FieldVisitor visitField(
        int access, String name, String descriptor, String signature, Object value) {
      fields++;
      return null;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      methods++;
      return new Straight(base, name + descriptor);
    }
  }

  /** Whatever is not named here is not allowed. */
  private static final class Straight extends MethodVisitor {
    private final String base;
    private final String method;

    Straight(String base, String method) {
      super(Opcodes.ASM9);
      this.base = base;
      this.method = method;
    }

    @Override
    public void visitInsn(int opcode) {
      boolean returns = opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN;
      if (!returns && !PLAIN.contains(opcode)) {
        fail("%s has opcode %d", method, opcode);
      }
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      boolean constructs = opcode == Opcodes.INVOKESPECIAL && method.startsWith("<init>");
      boolean own = owner.equals(base) && (opcode == Opcodes.INVOKEVIRTUAL || constructs);
      boolean jdbc = opcode == Opcodes.INVOKEINTERFACE && owner.startsWith("java/sql/");
      if (!own && !jdbc) {
        fail("%s calls %s.%s%s", method, owner, name, descriptor);
      }
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      // A cast to what the base class holds, never NEW or an array.
      if (opcode != Opcodes.CHECKCAST || !type.startsWith("java/sql/")) {
        fail("%s has opcode %d of %s", method, opcode, type);
      }
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      fail("%s touches the field %s.%s", method, owner, name);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, net.bytebuddy.jar.asm.Handle handle, Object... arguments) {
      fail("%s has an invokedynamic", method);
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      fail("%s has opcode %d", method, opcode);
    }

    @Override
    public void visitLdcInsn(Object value) {
      fail("%s loads a constant", method);
    }

    @Override
    public void visitIincInsn(int variable, int increment) {
      fail("%s counts", method);
    }

    /** Also loops: a forward runs down, once. */
    @Override
    public void visitJumpInsn(int opcode, Label label) {
      fail("%s jumps", method);
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label other, Label... labels) {
      fail("%s switches", method);
    }

    @Override
    public void visitLookupSwitchInsn(Label other, int[] keys, Label[] labels) {
      fail("%s switches", method);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      fail("%s makes an array", method);
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
      if (!"java/sql/SQLException".equals(type)) {
        fail("%s catches %s", method, type);
      }
    }
  }
}
