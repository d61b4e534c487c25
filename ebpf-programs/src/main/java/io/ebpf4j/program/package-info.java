/** Loaded programs: loading, verifier diagnostics, test run, statistics. */
@NullMarked
package io.ebpf4j.program;

import org.jspecify.annotations.NullMarked;
