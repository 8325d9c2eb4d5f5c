package io.selfheal.jdbc.session;

import io.selfheal.jdbc.HealEvent;
import io.selfheal.jdbc.events.HealReport;
import java.sql.SQLWarning;

/**
 * Tells of the last heal. Without a stack trace, which would say where the heal was made and take
 * more memory than all the rest: a connection that nobody asks for warnings keeps this for days.
 */
final class HealWarning extends SQLWarning {

  private static final long serialVersionUID = 1L;

  HealWarning(HealEvent heal) {
    super(
        "Session expired and was replaced (selfheal-jdbc); generation "
            + heal.generation()
            + "; "
            + HealReport.times(heal),
        "01000",
        heal.reasonCode());
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
