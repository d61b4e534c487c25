/** The memory order that the rings rely on, each claim a test that a machine can refute. */
@NullMarked
package io.ebpf4j.benchmarks.order;

import org.jspecify.annotations.NullMarked;
