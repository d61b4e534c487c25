/** Typed connectivity events and their decoders. */
@NullMarked
package io.ebpf4j.observability.event;

import org.jspecify.annotations.NullMarked;
