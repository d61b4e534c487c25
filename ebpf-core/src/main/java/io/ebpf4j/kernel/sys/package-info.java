/** The only door to Linux; exported to the modules of ebpf4j alone. */
@NullMarked
package io.ebpf4j.kernel.sys;

import org.jspecify.annotations.NullMarked;
