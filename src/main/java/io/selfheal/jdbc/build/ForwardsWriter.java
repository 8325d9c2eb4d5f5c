package io.selfheal.jdbc.build;

import io.selfheal.jdbc.proxy.Forwarding;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDefinition;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * Writes the subclass of one {@link Forwarding} class. A forward is
 *
 * <pre>{@code return delegate().method(arguments);}</pre>
 *
 * and a guarded one, of a method that may throw {@code SQLException},
 *
 * <pre>{@code
 * var session = session();
 * try {
 *   var result = delegate(session).method(arguments);
 *   settle(session);
 *   return result;
 * } catch (SQLException e) {
 *   session = recover(session, e);
 *   var result = delegate(session).method(arguments);
 *   settle(session);
 *   return result;
 * }
 * }</pre>
 *
 * where {@code settle} throws if the session is not the one any more that was meant, and a {@code
 * ResultSet} is returned as {@code results(...)} of it. The session goes by hand, because another
 * thread may have replaced the current one by the time the call fails.
 */
final class ForwardsWriter {

  static final String SUFFIX = "Forwards";

  private static final String SQL_EXCEPTION = Type.getInternalName(SQLException.class);
  private static final TypeDescription SQL_EXCEPTION_TYPE =
      TypeDescription.ForLoadedType.of(SQLException.class);

  private final TypeDescription base;
  private final TypeDescription jdbc;
  private final boolean guarded;
  private final MethodDescription delegate;
  private final ClassWriter out =
      new ClassWriter(ClassWriter.COMPUTE_MAXS | ClassWriter.COMPUTE_FRAMES);

  ForwardsWriter(TypeDescription base) {
    AnnotationDescription annotation = base.getDeclaredAnnotations().ofType(Forwarding.class);
    if (annotation == null) {
      throw new IllegalArgumentException(base.getName() + " has no @Forwarding");
    }
    this.base = base;
    this.jdbc = annotation.getValue("value").resolve(TypeDescription.class);
    this.guarded = annotation.getValue("guarded").resolve(Boolean.class);
    this.delegate = own("delegate", guarded ? "(" + session() + ")" : "()");
    if (!base.isAbstract() || !base.isAssignableTo(jdbc)) {
      throw new IllegalArgumentException(
          base.getName() + " has to be abstract and to implement " + jdbc.getName());
    }
  }

  byte[] write() {
    out.visit(
        Opcodes.V17,
        Opcodes.ACC_FINAL | Opcodes.ACC_SUPER,
        base.getInternalName() + SUFFIX,
        null,
        base.getInternalName(),
        null);
    for (MethodDescription constructor : base.getDeclaredMethods()) {
      if (constructor.isConstructor() && !constructor.isPrivate()) {
        writeConstructor(constructor);
      }
    }
    for (MethodDescription method : missing()) {
      writeForward(method);
    }
    out.visitEnd();
    return out.toByteArray();
  }

  private void writeConstructor(MethodDescription constructor) {
    MethodVisitor code = begin(constructor, 0);
    code.visitVarInsn(Opcodes.ALOAD, 0);
    loadArguments(code, constructor);
    code.visitMethodInsn(
        Opcodes.INVOKESPECIAL,
        base.getInternalName(),
        "<init>",
        constructor.getDescriptor(),
        false);
    code.visitInsn(Opcodes.RETURN);
    end(code);
  }

  private void writeForward(MethodDescription method) {
    MethodVisitor code = begin(method, Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL);
    if (!guarded) {
      code.visitVarInsn(Opcodes.ALOAD, 0);
      call(code, method);
    } else {
      int session = 1 + method.getParameters().asTypeList().getStackSize();
      code.visitVarInsn(Opcodes.ALOAD, 0);
      invoke(code, own("session", "()"));
      code.visitVarInsn(Opcodes.ASTORE, session);
      boolean guards = method.getExceptionTypes().asErasures().contains(SQL_EXCEPTION_TYPE);
      if (guards) {
        tried(code, method, session);
      }
      callOn(code, method, session);
      if (guards) {
        settle(code, session);
      }
    }
    giveBack(code, method);
    end(code);
  }

  private void tried(MethodVisitor code, MethodDescription method, int session) {
    Label from = new Label();
    Label to = new Label();
    Label handler = new Label();
    code.visitTryCatchBlock(from, to, handler, SQL_EXCEPTION);
    code.visitLabel(from);
    callOn(code, method, session);
    settle(code, session);
    code.visitLabel(to);
    giveBack(code, method);
    code.visitLabel(handler);
    code.visitVarInsn(Opcodes.ASTORE, session + 1);
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitVarInsn(Opcodes.ALOAD, session);
    code.visitVarInsn(Opcodes.ALOAD, session + 1);
    invoke(code, own("recover", "(" + session() + "L" + SQL_EXCEPTION + ";)" + session()));
    code.visitVarInsn(Opcodes.ASTORE, session);
  }

  private void callOn(MethodVisitor code, MethodDescription method, int session) {
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitVarInsn(Opcodes.ALOAD, session);
    call(code, method);
  }

  /** The result stays on the stack. */
  private void settle(MethodVisitor code, int session) {
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitVarInsn(Opcodes.ALOAD, session);
    invoke(code, own("settle", "(" + session() + ")V"));
  }

  /** What {@code delegate()} needs is on the stack. */
  private void call(MethodVisitor code, MethodDescription method) {
    invoke(code, delegate);
    if (!delegate.getReturnType().asErasure().isAssignableTo(jdbc)) {
      code.visitTypeInsn(Opcodes.CHECKCAST, jdbc.getInternalName());
    }
    loadArguments(code, method);
    code.visitMethodInsn(
        Opcodes.INVOKEINTERFACE,
        jdbc.getInternalName(),
        method.getInternalName(),
        method.getDescriptor(),
        true);
  }

  private String session() {
    return own("session", "()").getReturnType().asErasure().getDescriptor();
  }

  private void giveBack(MethodVisitor code, MethodDescription method) {
    if (guarded && method.getReturnType().represents(ResultSet.class)) {
      String resultSet = Type.getDescriptor(ResultSet.class);
      code.visitVarInsn(Opcodes.ALOAD, 0);
      code.visitInsn(Opcodes.SWAP);
      invoke(code, own("results", "(" + resultSet + ")" + resultSet));
    }
    code.visitInsn(Type.getReturnType(method.getDescriptor()).getOpcode(Opcodes.IRETURN));
  }

  private void invoke(MethodVisitor code, MethodDescription method) {
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        base.getInternalName(),
        method.getInternalName(),
        method.getDescriptor(),
        false);
  }

  private MethodVisitor begin(MethodDescription method, int access) {
    String[] exceptions = method.getExceptionTypes().asErasures().toInternalNames();
    int varargs = method.isVarArgs() ? Opcodes.ACC_VARARGS : 0;
    MethodVisitor code =
        out.visitMethod(
            access | varargs, method.getInternalName(), method.getDescriptor(), null, exceptions);
    code.visitCode();
    return code;
  }

  private static void loadArguments(MethodVisitor code, MethodDescription method) {
    int slot = 1;
    for (Type argument : Type.getArgumentTypes(method.getDescriptor())) {
      code.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
      slot += argument.getSize();
    }
  }

  private static void end(MethodVisitor code) {
    code.visitMaxs(0, 0);
    code.visitEnd();
  }

  /**
   * The methods of the JDBC interface that no class implements, the most specific declaration of
   * each.
   */
  private List<MethodDescription> missing() {
    Map<String, MethodDescription> methods = new LinkedHashMap<>();
    collect(jdbc, methods);
    for (TypeDefinition type : base) {
      for (MethodDescription method : type.getDeclaredMethods()) {
        if (!method.isAbstract() && !method.isStatic() && !method.isPrivate()) {
          methods.remove(key(method));
        }
      }
    }
    return new ArrayList<>(methods.values());
  }

  private static void collect(TypeDescription type, Map<String, MethodDescription> methods) {
    for (MethodDescription method : type.getDeclaredMethods()) {
      if (method.isVirtual()) {
        methods.putIfAbsent(key(method), method);
      }
    }
    type.getInterfaces().asErasures().forEach(parent -> collect(parent, methods));
  }

  /**
   * Name and parameters: where an override returns a subtype, the compiler has added the bridge.
   */
  private static String key(MethodDescription method) {
    String descriptor = method.getDescriptor();
    return method.getInternalName() + descriptor.substring(0, descriptor.indexOf(')'));
  }

  /** The method of that name and descriptor (or its start) that the base has or inherits. */
  private MethodDescription own(String name, String descriptor) {
    for (TypeDefinition type : base) {
      for (MethodDescription method : type.getDeclaredMethods()) {
        if (method.getInternalName().equals(name)
            && method.getDescriptor().startsWith(descriptor)
            && !method.isPrivate()
            && !method.isStatic()
            && !method.isBridge()) {
          return method;
        }
      }
    }
    throw new IllegalArgumentException(base.getName() + " lacks a method " + name + descriptor);
  }
}
