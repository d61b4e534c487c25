/** Records and primitives as kernel layouts, checked against BTF. */
@NullMarked
package io.ebpf4j.codec;

import org.jspecify.annotations.NullMarked;
