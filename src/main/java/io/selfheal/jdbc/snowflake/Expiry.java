package io.selfheal.jdbc.snowflake;

import io.selfheal.jdbc.ReconnectFailedException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells a dead session from every other error. The vendor code decides, never a type or an SQLState
 * [R]. Immutable.
 *
 * @param more vendor codes of the user's that mean the same
 * @param freshCredentials whether a new login can bring new credentials, without which an expired
 *     OAuth token stays expired
 */
public record Expiry(Set<Integer> more, boolean freshCredentials) {

  /** The master token has expired: the signal the whole driver is about [R]. */
  public static final int TOKEN_EXPIRED = 390114;

  /**
   * Session gone, master token not found or invalid [S]; ID token expired or invalid; session token
   * expired, should it ever surface.
   */
  private static final Set<Integer> DEAD =
      Set.of(TOKEN_EXPIRED, 390111, 390113, 390115, 390110, 390195, 390112);

  private static final int OAUTH_TOKEN_EXPIRED = 390318;

  /** Chains are somebody else's data and may be long, or loop. */
  private static final int MOST_LINKS = 100;

  /** Made with the first error, not with the first connection. */
  private static final class Phrase {
    static final Pattern PATTERN =
        Pattern.compile("authentication\\s+token\\s+has\\s+expired", Pattern.CASE_INSENSITIVE);
  }

  /**
   * The vendor code that tells of a dead session anywhere in the error's cause and next-exception
   * chains, or 0.
   */
  public int code(SQLException error) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    var queue = new ArrayDeque<Throwable>();
    queue.add(error);
    while (!queue.isEmpty() && seen.size() < MOST_LINKS) {
      var link = queue.remove();
      if (!seen.add(link) || isRefusal(link)) {
        continue;
      }
      if (link instanceof SQLException sql) {
        int code = ownCode(sql);
        if (code != 0) {
          return code;
        }
        add(queue, sql.getNextException());
      }
      add(queue, link.getCause());
    }
    return 0;
  }

  /** True when the login itself was refused: trying again soon could lock the account. */
  public static boolean refusesLogin(Throwable error) {
    var link = error;
    for (int i = 0; link != null && i < MOST_LINKS; i++) {
      if (link instanceof SQLException sql && isRefusedLogin(sql.getErrorCode())) {
        return true;
      }
      link = link.getCause();
    }
    return false;
  }

  private int ownCode(SQLException error) {
    int code = error.getErrorCode();
    if (DEAD.contains(code)
        || more.contains(code)
        || (code == OAUTH_TOKEN_EXPIRED && freshCredentials)) {
      return code;
    }
    if (code == 0) {
      var message = error.getMessage();
      // Some layers drop the code and keep the text; either half alone is no proof.
      if (message != null && message.contains("390114") && Phrase.PATTERN.matcher(message).find()) {
        return TOKEN_EXPIRED;
      }
    }
    return 0;
  }

  /** Bad password, invalid token, wrong role or object, MFA, key pair refused. */
  private static boolean isRefusedLogin(int code) {
    return switch (code) {
      case 390100, 390303, 390309, 390144, 390189, 390201, 390191, 390197 -> true;
      default -> (code >= 390120 && code <= 390129) || (code >= 394300 && code <= 394399);
    };
  }

  /**
   * Our own refusals carry the physical error as cause, and a wrap round a wrap must not take them
   * for an expiry and repeat the write. By name, because the inner wrap may come from another class
   * loader.
   */
  private static boolean isRefusal(Throwable error) {
    var name = error.getClass().getName();
    return name.startsWith("io.selfheal.jdbc.")
        && !name.equals(ReconnectFailedException.class.getName());
  }

  private static void add(ArrayDeque<Throwable> queue, @Nullable Throwable link) {
    if (link != null) {
      queue.add(link);
    }
  }
}
