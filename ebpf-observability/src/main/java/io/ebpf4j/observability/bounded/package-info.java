/** Collections that do not outgrow their bounds, for state about connections, names and processes. Not exported. */
@NullMarked
package io.ebpf4j.observability.bounded;

import org.jspecify.annotations.NullMarked;
