/** ELF64 object files of either byte order, read without trusting a size in them. */
@NullMarked
package io.ebpf4j.elf;

import org.jspecify.annotations.NullMarked;
