/** BPF instructions: decode, build, disassemble, marshal. */
@NullMarked
package io.ebpf4j.asm;

import org.jspecify.annotations.NullMarked;
