/** Whose fault it is: what one request or one pair of services went through, layer by layer, and which layer is to blame. */
@NullMarked
package io.ebpf4j.observability.verdict;

import org.jspecify.annotations.NullMarked;
