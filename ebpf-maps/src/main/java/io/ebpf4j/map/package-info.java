/** Maps: creation, raw and typed access, iteration, pinning, memory mapping. */
@NullMarked
package io.ebpf4j.map;

import org.jspecify.annotations.NullMarked;
