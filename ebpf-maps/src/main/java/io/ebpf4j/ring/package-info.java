/** Ring buffers and the poller that drains many of them. */
@NullMarked
package io.ebpf4j.ring;

import org.jspecify.annotations.NullMarked;
