/**
 * What is told of heals: counted, logged, and to listeners, Java Flight Recorder and JMX. Never a
 * statement's text, a bound value or a credential.
 */
@NullMarked
package io.selfheal.jdbc.events;

import org.jspecify.annotations.NullMarked;
