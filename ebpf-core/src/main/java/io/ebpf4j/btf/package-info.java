/** BTF, the kernel's type format, as a lazy index over its bytes. */
@NullMarked
package io.ebpf4j.btf;

import org.jspecify.annotations.NullMarked;
