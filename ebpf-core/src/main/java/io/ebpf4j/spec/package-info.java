/** What an object file says, before any kernel is asked. */
@NullMarked
package io.ebpf4j.spec;

import org.jspecify.annotations.NullMarked;
