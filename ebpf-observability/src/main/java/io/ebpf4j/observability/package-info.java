/** The whole of it in one call: {@link io.ebpf4j.observability.ServiceObserver}. */
@NullMarked
package io.ebpf4j.observability;

import org.jspecify.annotations.NullMarked;
