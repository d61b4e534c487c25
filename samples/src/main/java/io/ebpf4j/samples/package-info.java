/** The ebpf4j command line. */
@NullMarked
package io.ebpf4j.samples;

import org.jspecify.annotations.NullMarked;
