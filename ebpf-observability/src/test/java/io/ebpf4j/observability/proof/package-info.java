/** What the events must show, held against programs that count for themselves. */
@NullMarked
package io.ebpf4j.observability.proof;

import org.jspecify.annotations.NullMarked;
