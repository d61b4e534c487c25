/** One question a class, each with the C program that does the same work beside it. */
@NullMarked
package io.ebpf4j.benchmarks;

import org.jspecify.annotations.NullMarked;
